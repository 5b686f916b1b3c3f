"""How whoever follows the change log learns that it has grown: by looking often, or by being told."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final, Protocol, Self

import psycopg
from credit_records.postgresql_bulk import CHANNEL
from credit_records.postgresql_database import NOTICE_SOON_HERE, as_libpq
from sqlalchemy import Engine as Database

SECONDS_BETWEEN_LOOKS: Final = 0.2
SECONDS_BETWEEN_LOOKS_WHEN_TOLD: Final = 1.0
SECONDS_UNTIL_ASKED_AGAIN: Final = 1.0


class Waking(Protocol):
    """As a context manager it listens, where there is something to hear."""

    @property
    def longest_pause(self) -> float:
        """Seconds after which to look though nothing was told."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def wait(self, seconds: float) -> None:
        """Wait so long, or until the log may have grown."""
        ...


class Looking:
    """A database that tells nothing: it is looked at now and then, which costs a read of one number."""

    longest_pause = SECONDS_BETWEEN_LOOKS

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Listening:
    """PostgreSQL's LISTEN, on a connection of its own. While that is broken the log is looked at as often as can be
    borne; it is made again by itself.
    """

    longest_pause = SECONDS_BETWEEN_LOOKS_WHEN_TOLD

    def __init__(self, database: Database, on_event: Callable[[str], None]) -> None:
        self._address = as_libpq(database.url.update_query_dict(NOTICE_SOON_HERE))
        self._on_event = on_event
        self._told = asyncio.Event()
        self._deaf = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep_listening())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), seconds)
        self._told.clear()

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen()
            except psycopg.Error as error:
                if not self._deaf:
                    cause = " ".join(str(error).split())
                    self._on_event(f"数据库的变更通知断了（{cause}）；改为每秒看一次变更日志，恢复后自动接上")
                self._deaf = True
            await asyncio.sleep(SECONDS_UNTIL_ASKED_AGAIN)

    async def _listen(self) -> None:
        connecting = psycopg.AsyncConnection.connect(self._address, autocommit=True)
        async with await connecting as connection:
            await connection.execute(f"LISTEN {CHANNEL}change")
            if self._deaf:
                self._on_event("数据库的变更通知已接上")
            self._deaf = False
            self._told.set()  # what was told while nobody listened
            async for _ in connection.notifies():
                self._told.set()


def waking_of(database: Database, on_event: Callable[[str], None]) -> Waking:
    """How the change log of this database is waited for."""
    return _WAKINGS[database.dialect.name](database, on_event)


_WAKINGS: Final[Mapping[str, Callable[[Database, Callable[[str], None]], Waking]]] = {
    "sqlite": lambda _, __: Looking(),
    "postgresql": Listening,
}
