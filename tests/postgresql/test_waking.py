"""Whoever follows the change log is told of it, by the commit and by nothing else."""

import asyncio

import psycopg
import pytest
from credit_indexer import waking
from credit_indexer.waking import Listening
from credit_records.bulk import take_numbers
from credit_records.database import writing
from sqlalchemy import Engine, text

from tests.indexer.conftest import City
from tests.postgresql.conftest import follower_of, until

A_LONG_TIME = 3600.0


async def heard(listening: Listening, seconds: float) -> bool:
    """Whether something was told before the time was over."""
    started = asyncio.get_running_loop().time()
    await listening.wait(seconds)
    return asyncio.get_running_loop().time() - started < seconds


def change(database: Engine, *, commits: bool = True) -> None:
    with database.connect() as connection:
        take_numbers(connection, "change", 1)
        if commits:
            connection.commit()


async def test_a_commit_is_told_at_once_and_what_is_rolled_back_is_not(database: Engine) -> None:
    async with Listening(database, lambda _: None) as listening:
        await listening.wait(A_LONG_TIME)  # it listens from now on
        change(database, commits=False)
        with writing(database) as connection:
            take_numbers(connection, "record", 1)
        assert not await heard(listening, 0.3)
        change(database)
        await listening.wait(A_LONG_TIME)


async def test_what_was_told_while_nobody_waited_is_not_missed(database: Engine) -> None:
    async with Listening(database, lambda _: None) as listening:
        await listening.wait(A_LONG_TIME)
        change(database)
        await until(listening._told.is_set)
        await listening.wait(A_LONG_TIME)


async def test_a_broken_connection_is_told_once_and_made_again(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waking, "SECONDS_UNTIL_ASKED_AGAIN", 0.01)
    said: list[str] = []
    async with Listening(database, said.append) as listening:
        await listening.wait(A_LONG_TIME)
        with database.connect() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
            )
        await listening.wait(A_LONG_TIME)  # it looks at once for what it may have missed
        change(database)
        await listening.wait(A_LONG_TIME)
    assert [told.split("（")[0] for told in said] == ["数据库的变更通知断了", "数据库的变更通知已接上"]


async def test_the_indexer_sleeps_until_it_is_told(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Listening, "longest_pause", A_LONG_TIME)
    monkeypatch.setattr("credit_indexer.following.SHORTEST_PAUSE", A_LONG_TIME)
    city.register(2)
    follower = follower_of(city, [])
    following = asyncio.create_task(follower.run())
    for count, mark in enumerate(("", "甲", "乙", "丙"), 1):
        await asyncio.to_thread(city.register, 2, mark)
        await until(lambda: follower.indexed >= 2 * count)  # noqa: B023
    follower.stop()
    await following


async def test_every_session_is_given_back(city: City) -> None:
    city.register(2)
    follower = follower_of(city, [])
    following = asyncio.create_task(follower.run())
    await until(lambda: follower.indexed == 2)
    follower.stop()
    await following
    city.workplace.database.dispose()
    with psycopg.connect(city.workplace.settings.database_url or "", autocommit=True) as connection:
        others = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert others.fetchone() == (0,)
