"""The loop that keeps the live indexes in step with the change log."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from credit_records.database import in_one_line, is_away
from credit_search.protocol import Engine, EngineRestingError, NoIndexError, WriterBusyError
from sqlalchemy import Engine as Database
from sqlalchemy.exc import DBAPIError

from credit_indexer.chores import Chores, chores_of
from credit_indexer.locking import INDEXING, BusyError, Held, locks_of
from credit_indexer.stream_following import StreamFollower
from credit_indexer.streams import Stream, counted
from credit_indexer.waking import waking_of

# Idle, the log is looked at less and less often, down to what whoever wakes us allows; together with one small commit
# this keeps a change well below a second.
SHORTEST_PAUSE, LONGEST_PAUSE_UNCOMMITTED = 0.05, 0.2
SHORTEST_WAIT, LONGEST_WAIT = 0.5, 10.0  # seconds until an engine or a database that rests is tried again


class Follower:
    """Follows the change log for ever, or until it is caught up. `stop` ends it after the batch in hand."""

    def __init__(
        self,
        *,
        database: Database,
        engine: Engine,
        streams: Sequence[Stream],
        data_dir: Path,
        on_event: Callable[[str], None],
    ) -> None:
        self._locks = locks_of(database, data_dir)
        self._following = [StreamFollower(database, engine, stream, data_dir, on_event) for stream in streams]
        self._waking = waking_of(database, on_event)
        self._chores = Chores(database, on_event, chores_of(data_dir))
        self._on_event = on_event
        self._stopped = asyncio.Event()

    @property
    def indexed(self) -> int:
        """How many documents were written or deleted."""
        return sum(each.indexed for each in self._following)

    def told(self) -> str:
        """The same by index, for people."""
        return "，".join(counted(each.indexed, each.stream) for each in self._following)

    def stop(self) -> None:
        self._stopped.set()

    async def run(self, *, once: bool = False) -> None:
        """Follow; with `once`, until nothing is left to do.

        Raises:
            WriterBusyError: another indexer is at work, here or on another machine.
        """
        try:
            with self._locks.exclusive(INDEXING) as held:
                await self._run(held, once=once)
        except BusyError as error:
            raise WriterBusyError(str(error)) from error

    async def _run(self, held: Held, *, once: bool) -> None:
        async with AsyncExitStack() as opened:
            for each in self._following:
                opened.push_async_callback(each.close)
            if not once:
                await opened.enter_async_context(self._waking)
            await self._follow(held, once=once)
            for each in self._following:
                await each.finish()

    async def _follow(self, held: Held, *, once: bool) -> None:
        pause, wait = SHORTEST_PAUSE, SHORTEST_WAIT
        while not self._stopped.is_set():
            try:
                held.keep()
                self._chores.do_due()
                advances = [await each.advance() for each in self._following]
            except (EngineRestingError, NoIndexError, DBAPIError) as error:
                if once or not _may_pass(error):
                    raise
                await self._let_go(error, wait)
                wait = min(wait * 2, LONGEST_WAIT)
                continue
            wait = SHORTEST_WAIT
            moved = any(advance.moved for advance in advances)
            if once and not moved:
                return
            if moved:
                pause = SHORTEST_PAUSE
            if not once and all(advance.caught_up for advance in advances):
                waits = any(advance.uncommitted for advance in advances)
                longest = LONGEST_PAUSE_UNCOMMITTED if waits else self._waking.longest_pause
                await self._rest(pause, woken=True)
                pause = pause if moved else min(pause * 1.5, longest)

    async def _let_go(self, error: Exception, seconds: float) -> None:
        """Wait for an engine or a database that rests; what was not committed comes again from the log."""
        self._on_event(f"{_who_rests(error)}，{seconds:g} 秒后再试；变更都在日志里，一条不会少")
        for each in self._following:
            await each.close()
        await self._rest(seconds)

    async def _rest(self, seconds: float, *, woken: bool = False) -> None:
        """Until the time is over, or the follower stopped; where it may be `woken`, until the log may have grown."""
        ends: list[asyncio.Task[object]] = [asyncio.create_task(self._stopped.wait())]
        if woken:
            ends.append(asyncio.create_task(self._waking.wait(seconds)))
        await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        await asyncio.gather(*ends, return_exceptions=True)


def _may_pass(error: Exception) -> bool:
    """Whether it is over by itself some time: not so what a full disk does to a database in our own process."""
    return is_away(error) if isinstance(error, DBAPIError) else True


def _who_rests(error: Exception) -> str:
    if isinstance(error, DBAPIError):
        return f"数据库没有应答（{in_one_line(error)}）"
    return f"搜索引擎没有应答（{error}）"
