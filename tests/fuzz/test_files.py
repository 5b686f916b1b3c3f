"""Real files of each format, damaged at random: never a traceback, never part of a record.

FUZZ_EXAMPLES in the environment asks for more of them, for a night's run.
"""

import csv
import gzip
import itertools
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from credit_indexer.loading import Loader, inspect_file
from credit_indexer.sources.source import UnreadableFileError
from credit_records.catalogue import catalogue
from credit_records.database import migrate, open_database
from credit_records.settings import Settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.fuzz.mutations import INSIDE, Damage, apply, damages
from tests.indexer.dressed_tables import FORMATS, Table

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
ROWS = 25
DRESSES = ("utf8.csv", "gbk.csv", "utf8.csv.gz", "utf8.tsv", "table.xlsx", "lines.jsonl", "table.parquet")
KIND = catalogue().kinds["registration"]
REQUIRED = {field.name for field in KIND.fields if field.required}


@pytest.fixture(scope="module")
def real_table(real_data: Path) -> Table:
    """The first rows of the real register."""
    with gzip.open(real_data / "lanzhou_enterprises.csv.gz", "rt", encoding="utf-8", newline="") as file:
        header, *rows = itertools.islice(csv.reader(file), ROWS + 1)
    return header, rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("fuzz")
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def database(folder: Path) -> Iterator[Engine]:
    engine = open_database(Settings(data_dir=folder / "data"))
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("dress", DRESSES)
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(damaging=st.tuples(st.booleans(), damages))
def test_a_damaged_file_is_refused_or_taken_row_by_row(
    dress: str, damaging: tuple[bool, list[Damage]], real_table: Table, database: Engine, folder: Path
) -> None:
    inside, given_damages = damaging
    put = INSIDE.get(Path(dress).suffix, apply) if inside else apply
    path = folder / dress
    path.write_bytes(put(given_damages, FORMATS[dress](real_table)))
    before = counts(database)
    loaded = None
    with suppress(UnreadableFileError):
        loaded = Loader(database, KIND, "登记机关").load(inspect_file(path, KIND))
    if loaded is None:
        assert counts(database) == before
        return
    delivery = loaded.delivery
    assert delivery.finished_at is not None
    assert delivery.rows == delivery.new + delivery.changed + delivery.unchanged + delivery.refused
    assert_whole(database, delivery.id)


def counts(database: Engine) -> tuple[object, ...]:
    with database.connect() as connection:
        tables = ("delivery", "record", "subject", "quarantine", "change")
        return tuple(connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() for name in tables)


def assert_whole(database: Engine, delivery: int) -> None:
    """Every record that this delivery wrote has all that its kind requires, and its subject."""
    records = (
        "SELECT record.fields, subject.uscc, subject.name FROM record LEFT JOIN subject ON subject.id = subject_id"
        " WHERE delivery_id = ?"
    )
    problems = "SELECT raw, reason, remedy FROM quarantine WHERE delivery_id = ?"
    with database.connect() as connection:
        for text, uscc, name in connection.exec_driver_sql(records, (delivery,)):
            fields = json.loads(text)
            assert fields.keys() >= REQUIRED
            assert (fields["uscc"], bool(name)) == (uscc, True)
        for raw, reason, remedy in connection.exec_driver_sql(problems, (delivery,)):
            assert json.loads(raw)
            assert reason
            assert remedy
