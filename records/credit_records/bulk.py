"""Many rows at once, past SQLAlchemy's per-row work: the one place where databases' ways of doing so may differ."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Protocol

from sqlalchemy import Column, ColumnElement, Connection, Table, select

from credit_records import postgresql_bulk, sqlite_bulk

# Below SQLite's 32,766 and PostgreSQL's 65,535 parameters of one statement.
IN_LIMIT = 16_000


class _Way(Protocol):
    """A module that does this for one database."""

    def take_numbers(self, connection: Connection, name: str, count: int, /) -> int: ...

    def insert_rows(self, connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], /) -> None: ...

    def update_rows(
        self, connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]], /
    ) -> None: ...

    def number_after(self, connection: Connection, table: Table, /) -> None: ...

    def among(self, column: Column[Any], values: list[str], /) -> ColumnElement[bool]: ...


_WAYS: Final[Mapping[str, _Way]] = {"sqlite": sqlite_bulk, "postgresql": postgresql_bulk}


def take_numbers(connection: Connection, name: str, count: int) -> int:
    """Take `count` numbers of a counter for this transaction; the first of them.

    The counter's row stays locked until commit, so numbers are visible in the order of commits. Where the database can
    tell, those who wait for numbers of this counter are told at the commit.
    """
    return _WAYS[connection.dialect.name].take_numbers(connection, name, count)


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows that hold every column of the table, in its order."""
    if rows:
        _WAYS[connection.dialect.name].insert_rows(connection, table, rows)


def update_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Set `columns` where `id` is the last value of each row, which comes after the values of the columns."""
    if rows:
        _WAYS[connection.dialect.name].update_rows(connection, table, columns, rows)


def number_after(connection: Connection, table: Table) -> None:
    """After rows with numbers of their own were inserted: have the database's own numbers go on after the highest."""
    _WAYS[connection.dialect.name].number_after(connection, table)


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
    way = _WAYS[connection.dialect.name]
    while chunk := list(islice(remaining, IN_LIMIT)):
        yield from connection.execute(statement.where(way.among(among, chunk)))
