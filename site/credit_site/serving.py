"""`chengxin serve`: the web server, its workers, and what runs beside them: indexer, receiver, sender of mail."""

import os
import shutil
import signal
import socket
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
import uvicorn
from credit_records.catalogue import CatalogueError, catalogue
from credit_records.database import DatabaseUnavailableError, migrate, open_database
from credit_search.engines import UnknownEngineError, open_engine
from pydantic import ValidationError

from credit_site.logs import configure_logs
from credit_site.metrics import MULTIPROCESS_FOLDER
from credit_site.settings import SiteSettings, wrong_settings
from credit_site.supervision import SupervisedProcess

APPLICATION = "credit_site.application:create_served_app"
CANNOT_START = 2
PATIENCE = 10  # seconds that answers under way may take when the server stops
KEPT_ALIVE = 75  # seconds; longer than proxies keep a connection, so that none is closed under a form on its way
BESIDE = ("index", "receive")


def serve(
    host: Annotated[str, typer.Option(help="监听的地址；0.0.0.0 表示所有网卡")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="监听的端口")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="工作进程数")] = 1,
    with_indexer: Annotated[
        bool, typer.Option("--with-indexer", help="同时运行索引程序和收取程序，设置了邮件服务器的，还有发送程序")
    ] = False,
) -> None:
    """启动网站。"""
    settings = _read_settings()
    configure_logs(settings.log_level)
    _prepare(settings)
    _check_port(host, port)
    # uvicorn hands the signal on after it has closed down; as an exception it lets us close down too.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    with ExitStack() as running:
        if workers > 1:
            running.callback(shutil.rmtree, _share_metrics(settings), ignore_errors=True)
        if with_indexer:
            for name in (*BESIDE, "mail") if settings.smtp_host else BESIDE:
                command = (sys.executable, "-m", "credit_records.command_line", name)
                running.enter_context(SupervisedProcess(name, command))
        print(f"诚信：http://{host}:{port}（Ctrl+C 停止）", flush=True)  # noqa: T201  # the one line for whoever starts it
        uvicorn.run(
            APPLICATION,
            factory=True,
            host=host,
            port=port,
            workers=workers,
            loop="uvloop",
            http="httptools",
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_graceful_shutdown=PATIENCE,
            timeout_keep_alive=KEPT_ALIVE,
        )


def _read_settings() -> SiteSettings:
    try:
        return SiteSettings()
    except ValidationError as error:
        raise _wrong(error) from error


def _wrong(error: ValidationError) -> typer.Exit:
    for sentence in wrong_settings(error):
        typer.echo(sentence, err=True)
    return typer.Exit(CANNOT_START)


def _prepare(settings: SiteSettings) -> None:
    """Tell what an operator can mend before anything starts, in a sentence instead of a trace."""
    try:
        catalogue().city(settings.city)
        open_engine(settings)
        engine = open_database(settings)
        migrate(engine)
        engine.dispose()
    except ValidationError as error:  # of settings that an engine has of its own
        raise _wrong(error) from error
    except (CatalogueError, UnknownEngineError, DatabaseUnavailableError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(CANNOT_START) from error


def _check_port(host: str, port: int) -> None:
    """Say it here where the port is taken: workers would each say it in a trace of their own."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        typer.echo(
            f"不能在 {host} 的端口 {port} 上监听：{os.strerror(error.errno or 0)}。请用 --host、--port 换一个。",
            err=True,
        )
        raise typer.Exit(CANNOT_START) from error


def _share_metrics(settings: SiteSettings) -> Path:
    """A folder in which all workers count together; workers inherit its name."""
    folder = settings.data_dir.resolve() / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    # Not by process number: servers in containers share the data folder and have the same ones.
    shared = Path(tempfile.mkdtemp(dir=folder))
    os.environ[MULTIPROCESS_FOLDER] = str(shared)
    return shared


def _leave(_: int, __: FrameType | None) -> None:
    raise SystemExit(0)
