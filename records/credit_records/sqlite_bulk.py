"""Many rows at once in SQLite: a compiled statement handed to the driver with all of its values."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import orjson
from sqlalchemy import BindParameter, Column, ColumnElement, Connection, Table, bindparam, func, insert, select, update
from sqlalchemy.engine import Dialect

from credit_records.tables import counter


def take_numbers(connection: Connection, name: str, count: int, /) -> int:
    statement = (
        update(counter).where(counter.c.name == name).values(value=counter.c.value + count).returning(counter.c.value)
    )
    last: int = connection.execute(statement).scalar_one()
    return last - count + 1


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], /) -> None:
    """Columns in which no row says anything are left out: the driver takes half a microsecond for each None."""
    columns = list(zip(*rows, strict=True))
    told = tuple(place for place, values in enumerate(columns) if values.count(None) < len(values))
    values = list(zip(*map(columns.__getitem__, told), strict=True))
    connection.exec_driver_sql(_insert_text(connection.dialect, table, told), values)


def update_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]], /
) -> None:
    connection.exec_driver_sql(_update_text(connection.dialect, table, columns), list(rows))


def number_after(_: Connection, __: Table, /) -> None:
    """Nothing: a new number is always one more than the highest."""


def among(column: Column[Any], values: list[str], /) -> ColumnElement[bool]:
    """The values as one JSON array, which SQLite takes apart itself: a parameter each costs ten times as much."""
    return column.in_(select(func.json_each(orjson.dumps(values).decode()).table_valued("value").c.value))


@lru_cache(maxsize=100)
def _insert_text(dialect: Dialect, table: Table, places: tuple[int, ...]) -> str:
    columns = table.columns.keys()
    return str(insert(table).compile(dialect=dialect, column_keys=[columns[place] for place in places]))


@cache
def _update_text(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> str:
    values: list[tuple[Column[Any], BindParameter[Any]]] = [
        (table.c[name], bindparam(f"new_{name}")) for name in columns
    ]
    statement = update(table).where(table.c.id == bindparam("row_id")).ordered_values(*values)
    return str(statement.compile(dialect=dialect))
