"""Many rows at once, past SQLAlchemy's per-row work: the one place where databases' ways of doing so may differ."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import BindParameter, Column, Connection, Select, Table, bindparam, func, insert, select, update
from sqlalchemy.engine import Dialect

from credit_records.tables import counter

# Below SQLite's 32,766 and PostgreSQL's 65,535 parameters of one statement.
IN_LIMIT = 16_000


def take_numbers(connection: Connection, name: str, count: int) -> int:
    """Take `count` numbers of a counter for this transaction; the first of them.

    The counter's row stays locked until commit, so numbers are visible in the order of commits.
    """
    statement = (
        update(counter).where(counter.c.name == name).values(value=counter.c.value + count).returning(counter.c.value)
    )
    last: int = connection.execute(statement).scalar_one()
    return last - count + 1


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows that hold every column of the table, in its order.

    Columns in which no row says anything are left out: SQLite's driver takes half a microsecond for each None.
    """
    if not rows:
        return
    columns = list(zip(*rows, strict=True))
    told = tuple(place for place, values in enumerate(columns) if values.count(None) < len(values))
    values = list(zip(*map(columns.__getitem__, told), strict=True))
    connection.exec_driver_sql(_insert_text(connection.dialect, table, told), values)


def update_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Set `columns` where `id` is the last value of each row, which comes after the values of the columns."""
    if rows:
        connection.exec_driver_sql(_update_text(connection.dialect, table, columns), list(rows))


def select_among(
    connection: Connection,
    columns: Sequence[Column[Any]],
    among: Column[Any],
    values: Iterable[str],
    **fixed: str,
) -> Iterator[tuple[Any, ...]]:
    """Rows whose column `among` is one of the values and whose other columns are as `fixed`."""
    remaining = iter(values)
    table = among.table
    statement = select(*columns).where(*(table.c[name] == value for name, value in fixed.items()))
    given = _one_parameter if connection.dialect.name == "sqlite" else _many_parameters
    while chunk := list(islice(remaining, IN_LIMIT)):
        yield from connection.execute(statement.where(among.in_(given(chunk))))


def _one_parameter(values: list[str]) -> Select[tuple[str]]:
    """The values as one JSON array, which SQLite takes apart itself: a parameter each costs ten times as much."""
    return select(func.json_each(orjson.dumps(values).decode()).table_valued("value").c.value)


def _many_parameters(values: list[str]) -> list[str]:
    return values


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
