"""From SQLite to PostgreSQL and back: everything comes along, and goes on where it was."""

from pathlib import Path

import pytest
from credit_indexer.moving import MoveError, move_database
from credit_records.catalogue import catalogue
from credit_records.database import migrate, open_database
from credit_records.every_table import metadata
from credit_records.settings import Settings
from sqlalchemy import Engine, select

from tests.records.registering import Office
from tests.records.sample_rows import sample

PENALTY = catalogue().kinds["administrative_penalty"]


def everything(database: Engine) -> dict[str, list[tuple[object, ...]]]:
    with database.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
        }


def test_all_comes_along_and_goes_on_where_it_was(database: Engine, tmp_path: Path) -> None:
    file, again = (open_database(Settings(data_dir=tmp_path / name)) for name in ("file", "again"))
    migrate(file)
    office = Office(file, PENALTY)
    office.deliver(*(sample(PENALTY, n, n) for n in range(30)), sample(PENALTY, decision_date=""))
    office.deliver(sample(PENALTY, 1, 1, violation="另一种违法行为"))
    kept = everything(file)
    assert move_database(file, database) == sum(map(len, kept.values()))
    assert everything(database) == kept
    moved = Office(database, PENALTY)
    moved.deliver(sample(PENALTY, 99, 99))
    assert moved.delivery.id == max(row[0] for row in kept["delivery"]) + 1
    assert (moved.delivery.new, moved.delivery.refused) == (1, 0)
    move_database(database, again)
    assert everything(again) == everything(database)
    for engine in (file, again):
        engine.dispose()


def test_what_is_there_is_not_mixed_with_what_comes(database: Engine, tmp_path: Path) -> None:
    file = open_database(Settings(data_dir=tmp_path))
    migrate(file)
    Office(database, PENALTY).deliver(sample(PENALTY))
    before = everything(database)
    with pytest.raises(MoveError, match="已经有数据"):
        move_database(file, database)
    assert everything(database) == before
    file.dispose()
