"""One at a time on all machines: each test's data folders are two, as those of two machines are."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from platform import node

import pytest
from credit_indexer.locking import INDEXING, REBUILDING, BusyError, in_turn, locks_of
from credit_indexer.rebuilding import Rebuild
from credit_search.protocol import WriterBusyError
from sqlalchemy import Engine, text

from tests.indexer.conftest import City
from tests.postgresql.real_server import Databases

HOLD = """
import sys
from pathlib import Path
from credit_indexer.locking import locks_of
from credit_records.database import open_database
from credit_records.settings import Settings
database = open_database(Settings(database_url=sys.argv[1]))
with locks_of(database, Path(sys.argv[2])).exclusive(sys.argv[3]):
    print("held", flush=True)
    sys.stdin.readline()
"""
END_THE_SESSION = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name")


@contextmanager
def another_machine(url: str, folder: Path, name: str) -> Iterator["subprocess.Popen[str]"]:
    """A process with a data folder of its own that holds the lock."""
    command = [sys.executable, "-c", HOLD, url, str(folder), name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def end_session(database: Engine, name: str) -> None:
    """As when the network between this machine and the server broke."""
    with database.connect() as connection:
        assert connection.execute(END_THE_SESSION, {"name": f"chengxin {name} {os.getpid()}@{node()}"}).all() == [
            (True,)
        ]


async def test_who_holds_it_is_told_and_it_comes_back_with_the_holder_s_death(
    url: str, database: Engine, tmp_path: Path
) -> None:
    locks = locks_of(database, tmp_path / "here")
    with another_machine(url, tmp_path / "there", REBUILDING) as other:
        with pytest.raises(BusyError) as refused, locks.exclusive(REBUILDING):
            pass
        assert refused.value.holder == f"{other.pid}@{node()}"
        with locks.exclusive(INDEXING):
            pass  # another lock is another's
        other.send_signal(signal.SIGKILL)
        async with asyncio.timeout(60), in_turn(locks, REBUILDING):
            pass


async def test_another_city_on_the_same_server_is_not_in_the_way(
    city: City, postgresql: Databases, tmp_path: Path
) -> None:
    other_url = postgresql.new()
    with another_machine(other_url, tmp_path / "there", REBUILDING):
        assert city.register(1)
        assert await Rebuild(city.workplace.database, city.workplace.engine, city.stream()).run(tmp_path) == 1
    postgresql.done_with(other_url)


async def test_one_indexer_and_one_rebuild_on_all_machines(url: str, city: City, tmp_path: Path) -> None:
    city.register(1)
    with another_machine(url, tmp_path / "there", INDEXING), pytest.raises(WriterBusyError):
        await city.workplace.follower().run(once=True)
    job = Rebuild(city.workplace.database, city.workplace.engine, city.stream())
    with another_machine(url, tmp_path / "there", REBUILDING), pytest.raises(BusyError):
        await job.run(city.workplace.settings.data_dir)


def test_a_lock_whose_session_broke_is_taken_again(database: Engine, tmp_path: Path) -> None:
    with locks_of(database, tmp_path / "here").exclusive(INDEXING) as held:
        end_session(database, INDEXING)
        held.keep()
        others = locks_of(database, tmp_path / "there")
        with pytest.raises(BusyError), others.exclusive(INDEXING):
            pass
        held.keep()
    with others.exclusive(INDEXING):
        pass


def test_who_lost_it_to_another_stops(url: str, database: Engine, tmp_path: Path) -> None:
    with locks_of(database, tmp_path / "here").exclusive(INDEXING) as held:
        end_session(database, INDEXING)
        with another_machine(url, tmp_path / "there", INDEXING) as other, pytest.raises(BusyError) as refused:
            held.keep()
        assert refused.value.holder == f"{other.pid}@{node()}"
