"""Reads of the database from pages: short ones, each in a connection of its own."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool

Given = ParamSpec("Given")
Found = TypeVar("Found")


class Database:
    """Runs reading functions. A read by key from a local file costs less than handing it to a thread, so only a
    database behind a network is read in one.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._local = engine.dialect.name == "sqlite"

    async def read(
        self, function: Callable[Concatenate[Connection, Given], Found], *args: Given.args, **kwargs: Given.kwargs
    ) -> Found:
        def run() -> Found:
            with self.engine.connect() as connection:
                return function(connection, *args, **kwargs)

        return run() if self._local else await run_in_threadpool(run)

    async def read_aside(
        self, function: Callable[Concatenate[Connection, Given], Found], *args: Given.args, **kwargs: Given.kwargs
    ) -> Found:
        """Run a reading function that takes a while, in a thread, so that other readers don't wait for it."""

        def run() -> Found:
            with self.engine.connect() as connection:
                return function(connection, *args, **kwargs)

        return await run_in_threadpool(run)

    def close(self) -> None:
        self.engine.dispose()
