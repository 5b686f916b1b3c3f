"""`chengxin mail`: sends what waits in the outbox, and reminds the desk once a day; one process at a time."""

import fcntl
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import structlog
import typer
from credit_records.catalogue import catalogue
from credit_records.database import DatabaseUnavailableError, migrate, open_database
from credit_records.heartbeats import MAIL, Heartbeat
from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from credit_site.logs import configure_logs
from credit_site.mailing.message import Sender
from credit_site.mailing.posting import Round, post_due
from credit_site.mailing.reminders import remind_daily
from credit_site.mailing.smtp import MailServer, ServerAwayError, mail_server
from credit_site.settings import SiteSettings, wrong_settings

CANNOT_START: Final = 2
BUSY: Final = 3
NOT_SENT: Final = 4
PAUSE: Final = 2.0  # seconds between two looks at the outbox
LONGEST_PAUSE: Final = 300.0  # where the server does not answer


class BusyError(Exception):
    """Another process sends already."""


def mail(
    once: Annotated[
        bool, typer.Option("--once", help="发完到期的邮件就结束；邮件服务器不应答的，退出码为 4。")
    ] = False,
) -> None:
    """发送邮件：把待发的通知交给邮件服务器，每天提醒经办人快到期的办件。"""
    try:
        settings = SiteSettings()
    except ValidationError as error:
        for sentence in wrong_settings(error):
            typer.echo(sentence, err=True)
        raise typer.Exit(CANNOT_START) from error
    configure_logs(settings.log_level)
    server = mail_server(settings)
    if server is None or settings.mail_from is None:
        typer.echo("没有设置邮件服务器（CHENGXIN_SMTP_HOST），没有邮件可发。", err=True)
        raise typer.Exit(CANNOT_START)
    try:
        with _alone(settings.data_dir / f"{MAIL}.lock"):
            database = open_database(settings)
            migrate(database)
            home = str(settings.public_url or "").rstrip("/")
            sender = Sender(catalogue().city(settings.city).title, settings.mail_from, home)
            post = Post(database, server, sender, settings)
            if once:
                post.once()
            else:
                post.for_ever()
    except BusyError as error:
        typer.echo("另一个发送进程正在运行。同一时间只能有一个；请先停止它，或者就让它继续工作。", err=True)
        raise typer.Exit(BUSY) from error
    except DatabaseUnavailableError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(CANNOT_START) from error


class Post:
    """Sends for one city."""

    def __init__(self, database: Engine, server: MailServer, sender: Sender, settings: SiteSettings) -> None:
        self._database = database
        self._server = server
        self._sender = sender
        self._settings = settings
        self._heartbeat = Heartbeat(settings.data_dir, MAIL)
        self._log = structlog.get_logger("mail")

    def once(self) -> None:
        try:
            told = self._round()
        except ServerAwayError as error:
            typer.echo(f"邮件服务器不应答或不让登录（{error}）。邮件还在，下次再发。", err=True)
            raise typer.Exit(NOT_SENT) from error
        typer.echo(f"发出 {told.sent} 封，待重发 {told.postponed} 封，放弃 {told.given_up} 封。")

    def for_ever(self) -> None:
        """Until the process is asked to end. While the server is away, less and less often."""
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        pause = PAUSE
        while not stopped.wait(pause):
            self._heartbeat.beat()
            try:
                self._round()
            except (ServerAwayError, DBAPIError) as error:
                pause = min(pause * 2, LONGEST_PAUSE)
                self._log.warning("not sent", cause=_named(error), again_in=pause)
            else:
                pause = PAUSE

    def _round(self) -> Round:
        remind_daily(self._database, self._settings)
        told = post_due(self._database, self._server, self._sender)
        if told.tried:
            self._log.info("sent", sent=told.sent, postponed=told.postponed, given_up=told.given_up)
        return told


def _named(error: Exception) -> str:
    """Never the statement of a database's error, which holds what was to be written."""
    return str(error) if isinstance(error, ServerAwayError) else type(error).__name__


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError from error
        yield
