"""`chengxin index`, `rebuild` and `compare`."""

import asyncio
import signal
import time
from dataclasses import dataclass
from typing import Annotated

import typer
from credit_records.catalogue import catalogue
from credit_records.database import migrate, open_database
from credit_records.settings import Settings
from credit_search.engines import open_engine
from credit_search.protocol import Engine, WriterBusyError
from credit_search.schema import SUBJECTS
from sqlalchemy import Engine as Database

from credit_indexer.comparing import Drift, repair
from credit_indexer.comparing import compare as find_drift
from credit_indexer.failures import DRIFT_FOUND, told_clearly
from credit_indexer.following import Follower
from credit_indexer.memory import expect_bulk_work
from credit_indexer.projection import Projection
from credit_indexer.rebuilding import Rebuild
from credit_indexer.terminal import meter, say

SHOWN_NUMBERS = 10


@dataclass(frozen=True, slots=True)
class Workplace:
    """What the indexing commands work on."""

    settings: Settings
    database: Database
    engine: Engine
    projection: Projection

    def follower(self) -> Follower:
        return Follower(
            database=self.database,
            engine=self.engine,
            schema=SUBJECTS,
            projection=self.projection,
            data_dir=self.settings.data_dir,
            on_event=say,
        )


def open_workplace(settings: Settings) -> Workplace:
    """Open the database, bringing its tables up to date, and the engine."""
    projection = Projection(catalogue().city(settings.city).division)
    database = open_database(settings)
    migrate(database)
    return Workplace(settings, database, open_engine(settings), projection)


def index(
    once: Annotated[bool, typer.Option("--once", help="追上变更后就结束，不再等待新的变更。")] = False,
) -> None:
    """让索引跟上数据库：不断读取变更日志，变更提交后不到一秒就能查到。"""
    with told_clearly():
        asyncio.run(_follow(open_workplace(Settings()), once=once))


async def _follow(workplace: Workplace, *, once: bool) -> None:
    follower = workplace.follower()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, follower.stop)
    if not once:
        say("索引已启动，正在跟随变更日志。按 Ctrl+C 结束。")
    expect_bulk_work()
    started = time.monotonic()
    await follower.run(once=once)
    say(f"索引已跟上：{follower.indexed:,} 个主体，用时 {time.monotonic() - started:.1f} 秒。")


def rebuild() -> None:
    """在现用索引旁边建一套新索引，核对后整体换上；其间查询照常。"""
    with told_clearly():
        workplace = open_workplace(Settings())
        asyncio.run(_rebuild(workplace))


async def _rebuild(workplace: Workplace) -> None:
    expect_bulk_work()
    started = time.monotonic()
    job = Rebuild(workplace.database, workplace.engine, SUBJECTS, workplace.projection)
    with meter("重建索引") as shown:
        count = await job.run(workplace.settings.data_dir, shown.show)
    seconds = time.monotonic() - started
    say(f"索引已重建并启用：{count:,} 个主体，用时 {seconds:.1f} 秒，每秒 {count / max(seconds, 0.001):,.0f} 个。")


def compare(
    mend: Annotated[bool, typer.Option("--repair", help="把有出入的主体重新写入索引。")] = False,
) -> None:
    """核对数据库与索引：缺少的、过时的、多余的；有出入而不修复时，退出码为 1。"""
    with told_clearly():
        drift = asyncio.run(_compare(open_workplace(Settings()), mend=mend))
    if drift.subjects and not mend:
        raise typer.Exit(DRIFT_FOUND)


async def _compare(workplace: Workplace, *, mend: bool) -> Drift:
    drift = await find_drift(workplace.database, workplace.engine.reader(SUBJECTS))
    for line in report(drift):
        say(line)
    if not drift.subjects:
        return drift
    if not mend:
        say("请执行 chengxin compare --repair 修复；出入很多时，执行 chengxin rebuild 更快。")
        return drift
    repair(workplace.database, drift)
    try:
        await workplace.follower().run(once=True)
        say(f"已修复 {len(drift.subjects):,} 个主体。")
    except WriterBusyError:
        say(f"已把 {len(drift.subjects):,} 个主体记入变更日志，正在运行的索引进程会随即修复。")
    return drift


def report(drift: Drift) -> list[str]:
    """The outcome of a comparison, a line each."""
    lines = [f"核对了 {drift.compared:,} 个主体。"]
    for title, numbers in (("缺少", drift.missing), ("过时", drift.stale), ("多余", drift.surplus)):
        if numbers:
            shown = "、".join(map(str, numbers[:SHOWN_NUMBERS])) + ("……" if len(numbers) > SHOWN_NUMBERS else "")
            lines.append(f"索引里{title} {len(numbers):,} 个：主体 {shown}")
    if drift.waiting:
        lines.append(f"另有 {drift.waiting:,} 个主体的变更等待索引，不算出入。")
    if not drift.subjects:
        lines.append("索引与数据库一致。")
    return lines
