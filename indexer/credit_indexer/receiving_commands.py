"""`chengxin receive`: the inbox and the pulls, for ever, by one process at a time."""

import signal
import threading
from contextlib import ExitStack
from typing import Annotated, Final

import typer
from credit_records.catalogue import catalogue
from credit_records.database import migrate, open_database
from credit_records.gazetteer import gazetteer
from credit_records.heartbeats import RECEIVER, Heartbeat

from credit_indexer.failures import NO_SERVICE, told_clearly
from credit_indexer.locking import RECEIVING, locks_of
from credit_indexer.memory import expect_bulk_work, tidy
from credit_indexer.pulling import Pulling, check_pulls
from credit_indexer.receiving import Receiver
from credit_indexer.settings import IndexerSettings
from credit_indexer.terminal import say

# Seconds between two looks at the inbox, which take a few milliseconds; while something arrives, less.
PAUSE: Final = 0.3
SHORT_PAUSE: Final = 0.1


def receive(
    once: Annotated[
        bool, typer.Option("--once", help="收完现有的文件、抽取一遍就结束；有没能完成的，退出码为 4。")
    ] = False,
) -> None:
    """收取报送：看守收件箱里的文件夹，按时抽取部门数据库；检查、入库、给出回执。"""
    with told_clearly(), ExitStack() as held:
        settings = IndexerSettings()
        check_pulls(settings.pulls, catalogue().kinds)
        database = open_database(settings)
        migrate(database)
        turn = held.enter_context(locks_of(database, settings.data_dir).exclusive(RECEIVING))
        gazetteer()  # takes half a second, which the first file is spared
        expect_bulk_work()
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        folder = settings.resolved_inbox_dir
        heartbeat = Heartbeat(settings.data_dir, RECEIVER)

        def is_stopped() -> bool:
            """Asked between batches, so that a file of hours gives signs of life too."""
            heartbeat.beat()
            return stopped.is_set()

        receiver = Receiver(database, folder, catalogue().kinds, on_event=say, stopped=is_stopped, keep_turn=turn.keep)
        pulling = Pulling(database, catalogue().kinds, settings.pulls, on_event=say, stopped=stopped)
        if once:
            _receive_once(receiver, pulling, stopped)
        else:
            say(f"收取已启动：收件箱 {folder}，抽取 {len(settings.pulls)} 项。按 Ctrl+C 结束。")
            with pulling:
                pause = SHORT_PAUSE
                while not stopped.wait(pause):
                    heartbeat.beat()
                    look = receiver.round()
                    if look.received:
                        tidy(database)
                    pause = SHORT_PAUSE if look.settling else PAUSE
            say("收取已停止。")


def _receive_once(receiver: Receiver, pulling: Pulling, stopped: threading.Event) -> None:
    failed = not pulling.pull_each()
    received = 0
    while not stopped.is_set():
        look = receiver.round()
        received += look.received
        if look.postponed:
            failed = True
            break
        if not look.received and not look.settling:
            break
        stopped.wait(SHORT_PAUSE)
    say(f"收取完毕：{received} 个文件。")
    if failed:
        raise typer.Exit(NO_SERVICE)
