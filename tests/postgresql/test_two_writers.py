"""Two processes that write the same at once, as two machines do: nothing is doubled and nothing is lost."""

import os
import subprocess
import sys

import pytest
from credit_records.catalogue import catalogue
from credit_records.database import is_away, open_database, writing
from credit_records.deliveries import last_deliveries
from credit_records.settings import Settings
from credit_records.tables import change, counter, record, subject
from credit_site.writing import is_busy
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError

from tests.conftest import REPOSITORY

ROWS, BATCH = 120, 12
LOAD = f"""
import sys
from credit_records.catalogue import catalogue
from credit_records.database import open_database
from credit_records.settings import Settings
from tests.records.registering import Office
from tests.records.sample_rows import sample
kind = catalogue().kinds["administrative_penalty"]
office = Office(open_database(Settings(database_url=sys.argv[1])), kind)
rows = [sample(kind, n, n) for n in range({ROWS})]
print("ready", flush=True)
sys.stdin.readline()
for first in range(0, {ROWS}, {BATCH}):
    office.deliver(*rows[first:first + {BATCH}])
"""


def test_the_same_rows_loaded_twice_at_once_are_there_once(url: str, database: Engine) -> None:
    command = [sys.executable, "-c", LOAD, url]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    processes = [subprocess.Popen(command, **pipes) for _ in range(2)]  # type: ignore[call-overload]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("now\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    with database.connect() as connection:
        counts = [connection.execute(select(func.count()).select_from(each)).scalar_one() for each in (record, subject)]
        assert counts == [ROWS, ROWS]
        deliveries = last_deliveries(connection, 100)
        assert sum(each.new for each in deliveries) == ROWS
        assert sum(each.unchanged for each in deliveries) == ROWS
        numbers = connection.execute(select(change.c.seq).order_by(change.c.seq)).scalars().all()
        newest = connection.execute(select(counter.c.value).where(counter.c.name == "change")).scalar_one()
        assert numbers == list(range(1, newest + 1))
        shown = connection.execute(
            select(func.count()).select_from(record.join(change, change.c.seq == record.c.version))
        ).scalar_one()
        assert shown == ROWS
    assert catalogue().kinds["administrative_penalty"].publication.searchable


def test_who_waits_too_long_for_another_writer_is_told_so(url: str, database: Engine) -> None:
    impatient = open_database(Settings(database_url=url), patience_ms=20)
    with writing(database) as connection:
        connection.execute(select(1))
        with pytest.raises(OperationalError) as refused, writing(impatient):
            pass
        assert is_busy(refused.value)
        assert not is_away(refused.value)
        with impatient.connect() as reader:
            assert reader.execute(select(func.count()).select_from(record)).scalar_one() == 0, "readers never wait"
    with writing(impatient) as connection:
        connection.execute(select(1))
    impatient.dispose()
