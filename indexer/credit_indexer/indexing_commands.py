"""`chengxin index`, `rebuild`, `rollback` and `compare`."""

import asyncio
import signal
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import typer
from credit_records.catalogue import catalogue
from credit_records.database import migrate, open_database
from credit_records.heartbeats import INDEXER, SECONDS, Heartbeat
from credit_records.settings import Settings
from credit_search.engines import open_engine
from credit_search.protocol import Engine, WriterBusyError
from sqlalchemy import Engine as Database

from credit_indexer.comparing import Drift, repair
from credit_indexer.comparing import compare as find_drift
from credit_indexer.failures import DRIFT_FOUND, UNREADABLE, told_clearly
from credit_indexer.following import Follower
from credit_indexer.locking import REBUILDING, locks_of
from credit_indexer.memory import expect_bulk_work
from credit_indexer.rebuilding import Rebuild
from credit_indexer.record_stream import RecordStream
from credit_indexer.rolling_back import roll_back
from credit_indexer.streams import Stream, counted
from credit_indexer.subject_stream import SubjectStream
from credit_indexer.terminal import complain, meter, say

T = TypeVar("T")

SHOWN_NUMBERS = 10


@dataclass(frozen=True, slots=True)
class Workplace:
    """What the indexing commands work on."""

    settings: Settings
    database: Database
    engine: Engine
    streams: tuple[Stream, ...]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it, and let go of the engine."""

        async def work_and_close() -> T:
            try:
                return await work
            finally:
                await self.engine.close()

        return asyncio.run(work_and_close())

    def follower(self) -> Follower:
        return Follower(
            database=self.database,
            engine=self.engine,
            streams=self.streams,
            data_dir=self.settings.data_dir,
            on_event=say,
        )


def open_workplace(settings: Settings) -> Workplace:
    """Open the database, bringing its tables up to date, and the engine."""
    streams = every_stream(settings.city)
    database = open_database(settings)
    migrate(database)
    return Workplace(settings, database, open_engine(settings), streams)


def every_stream(city: str) -> tuple[Stream, ...]:
    """What is kept in step, in this order."""
    home = catalogue().city(city).division
    return SubjectStream(home), RecordStream(home)


IndexOption = Annotated[str, typer.Option("--index", help="只处理这一个索引：subjects 或 records；不写时全部处理。")]


def _chosen(streams: Sequence[Stream], name: str) -> list[Stream]:
    found = [stream for stream in streams if name in ("", stream.schema.name)]
    if not found:
        choices = "、".join(f"{stream.schema.name}（{stream.noun}）" for stream in streams)
        complain(f"没有名为 {name} 的索引；可用：{choices}。")
        raise typer.Exit(UNREADABLE)
    return found


def index(
    once: Annotated[bool, typer.Option("--once", help="追上变更后就结束，不再等待新的变更。")] = False,
) -> None:
    """让索引跟上数据库：不断读取变更日志，变更提交后不到一秒就能查到。"""
    with told_clearly():
        workplace = open_workplace(Settings())
        workplace.run(_follow(workplace, once=once))


async def _follow(workplace: Workplace, *, once: bool) -> None:
    follower = workplace.follower()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, follower.stop)
    if not once:
        say("索引已启动，正在跟随变更日志。按 Ctrl+C 结束。")
    expect_bulk_work()
    started = time.monotonic()
    alive = asyncio.create_task(_beating(Heartbeat(workplace.settings.data_dir, INDEXER)))
    try:
        await follower.run(once=once)
    finally:
        alive.cancel()
    say(f"索引已跟上：{follower.told()}，用时 {time.monotonic() - started:.1f} 秒。")


async def _beating(heartbeat: Heartbeat) -> None:
    """Also during a rebuild of hours; not where a call keeps everything waiting."""
    while True:
        heartbeat.beat()
        await asyncio.sleep(SECONDS)


def rebuild(index: IndexOption = "") -> None:
    """在现用索引旁边建一套新索引，核对后整体换上；其间查询照常。"""
    with told_clearly():
        workplace = open_workplace(Settings())
        chosen = _chosen(workplace.streams, index)
        expect_bulk_work()
        workplace.run(_rebuild_each(workplace, chosen))


async def _rebuild_each(workplace: Workplace, streams: Sequence[Stream]) -> None:
    for stream in streams:
        await _rebuild(workplace, stream)


async def _rebuild(workplace: Workplace, stream: Stream) -> None:
    started = time.monotonic()
    job = Rebuild(workplace.database, workplace.engine, stream)
    with meter(f"重建{stream.noun}索引") as shown:
        count = await job.run(workplace.settings.data_dir, shown.show)
    seconds = time.monotonic() - started
    speed = f"每秒 {count / max(seconds, 0.001):,.0f} {stream.measure}"
    say(f"{stream.noun}索引已重建并启用：{counted(count, stream)}，用时 {seconds:.1f} 秒，{speed}。")


def rollback(index: IndexOption = "") -> None:
    """换回上一代索引，例如新的一代有问题时；其间查询照常，索引进程随即补上其后的变更。"""
    with told_clearly():
        workplace = open_workplace(Settings())
        workplace.run(_roll_back_each(workplace, _chosen(workplace.streams, index)))


async def _roll_back_each(workplace: Workplace, streams: Sequence[Stream]) -> None:
    locks = locks_of(workplace.database, workplace.settings.data_dir)
    for stream in streams:
        with locks.exclusive(REBUILDING):
            former = await roll_back(workplace.engine, stream.schema)
        say(f"{stream.noun}索引已换回 {former}。")


def compare(
    mend: Annotated[bool, typer.Option("--repair", help="把有出入的主体和记录重新写入索引。")] = False,
    index: IndexOption = "",
) -> None:
    """核对数据库与索引：缺少的、过时的、多余的；有出入而不修复时，退出码为 1。"""
    with told_clearly():
        workplace = open_workplace(Settings())
        drifted = workplace.run(_compare(workplace, _chosen(workplace.streams, index), mend=mend))
    if drifted and not mend:
        raise typer.Exit(DRIFT_FOUND)


async def _compare(workplace: Workplace, streams: Sequence[Stream], *, mend: bool) -> bool:
    """Whether anything drifted."""
    found: list[tuple[Stream, Drift]] = []
    for stream in streams:
        drift = await find_drift(workplace.database, workplace.engine.reader(stream.schema), stream)
        for line in report(stream, drift):
            say(line)
        if drift.keys:
            found.append((stream, drift))
    if found and mend:
        await _mend(workplace, found)
    elif found:
        say("请执行 chengxin compare --repair 修复；出入很多时，执行 chengxin rebuild 更快。")
    return bool(found)


async def _mend(workplace: Workplace, found: Sequence[tuple[Stream, Drift]]) -> None:
    mended = "、".join(counted(repair(workplace.database, stream, drift), stream) for stream, drift in found)
    try:
        await workplace.follower().run(once=True)
        say(f"已修复 {mended}。")
    except WriterBusyError:
        say(f"已把 {mended}记入变更日志，正在运行的索引进程会随即修复。")


def report(stream: Stream, drift: Drift) -> list[str]:
    """The outcome of a comparison, a line each."""
    lines = [f"核对了 {counted(drift.compared, stream)}。"]
    for title, keys in (("缺少", drift.missing), ("过时", drift.stale), ("多余", drift.surplus)):
        if keys:
            shown = "、".join(map(str, keys[:SHOWN_NUMBERS])) + ("……" if len(keys) > SHOWN_NUMBERS else "")
            lines.append(f"{stream.noun}索引里{title} {len(keys):,} {stream.measure}：{stream.noun} {shown}")
    if drift.waiting:
        lines.append(f"另有 {counted(drift.waiting, stream)}的变更等待索引，不算出入。")
    if not drift.keys:
        lines.append(f"{stream.noun}索引与数据库一致。")
    return lines
