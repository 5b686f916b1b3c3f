"""The loop that keeps the live indexes in step with the change log."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from credit_search.protocol import Engine, EngineRestingError, EngineUnavailableError, NoIndexError
from sqlalchemy import Engine as Database

from credit_indexer.chores import Chores
from credit_indexer.stream_following import StreamFollower
from credit_indexer.streams import Stream, counted

# Idle, the log is looked at so often; together with one small commit this keeps a change well below a second.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 0.2
SHORTEST_WAIT, LONGEST_WAIT = 0.5, 10.0  # seconds until an engine that rests is tried again


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
        self._following = [StreamFollower(database, engine, stream, data_dir, on_event) for stream in streams]
        self._chores = Chores(database, on_event)
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
            WriterBusyError: another indexer is at work.
        """
        async with AsyncExitStack() as opened:
            for each in self._following:
                opened.push_async_callback(each.close)
            await self._follow(once=once)
            for each in self._following:
                await each.finish()

    async def _follow(self, *, once: bool) -> None:
        pause, wait = SHORTEST_PAUSE, SHORTEST_WAIT
        while not self._stopped.is_set():
            self._chores.do_due()
            try:
                advances = [await each.advance() for each in self._following]
            except (EngineRestingError, NoIndexError) as error:
                if once:
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
                await self._rest(pause)
                pause = pause if moved else min(pause * 1.5, LONGEST_PAUSE)

    async def _let_go(self, error: EngineUnavailableError, seconds: float) -> None:
        """Wait for an engine that rests, or has lost the index; what was not committed comes again from the log."""
        self._on_event(f"搜索引擎没有应答（{error}），{seconds:g} 秒后再试；变更都在日志里，一条不会少")
        for each in self._following:
            await each.close()
        await self._rest(seconds)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)
