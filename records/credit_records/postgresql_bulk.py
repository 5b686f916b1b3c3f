"""Many rows at once in PostgreSQL: COPY into the table itself, or into a passing one that updates it.

The text that COPY reads is put together here column by column, which takes a fraction of handing the driver each value.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import psycopg
from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    Text,
    Update,
    any_,
    bindparam,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable, DropTable

from credit_records.postgresql_database import REPLACEMENT, driver_of

CHANNEL: Final = "chengxin_"
"""What the names of channels begin with; the counter's name follows."""

FEW_ROWS: Final = 200  # for fewer, a passing table costs more than it saves
NEW: Final = "new_"
ROW: Final = "row_id"
_NULL: Final = "\\N"


def take_numbers(connection: Connection, name: str, count: int, /) -> int:
    """In one statement with the notice, which is given out when this transaction is committed, once however often."""
    last: int = connection.execute(_TAKE, {"counter": name, "count": count, "channel": CHANNEL + name}).scalar_one()
    return last - count + 1


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], /) -> None:
    _copy(connection, table, rows)


def update_rows(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]], /
) -> None:
    if len(rows) <= FEW_ROWS:
        names = [*(NEW + name for name in columns), ROW]
        connection.execute(_update_one(table, columns), [dict(zip(names, row, strict=True)) for row in rows])
        return
    changed = _passing_table(table, columns)
    connection.execute(CreateTable(changed))
    _copy(connection, changed, rows)
    connection.execute(_update_all(table, changed))
    connection.execute(DropTable(changed))


def number_after(connection: Connection, table: Table, /) -> None:
    column = table.autoincrement_column
    if column is not None:
        highest = select(func.max(column)).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))


def among(column: Column[Any], values: list[str], /) -> ColumnElement[bool]:
    """The values as one array."""
    return column == any_(bindparam("among", values, type_=ARRAY(Text), unique=True))


@cache
def _update_one(table: Table, columns: tuple[str, ...]) -> Update:
    values: dict[str, BindParameter[Any]] = {name: bindparam(NEW + name) for name in columns}
    return update(table).where(table.c.id == bindparam(ROW)).values(values)


@cache
def _passing_table(table: Table, columns: tuple[str, ...]) -> Table:
    """A table of the connection's own, of these columns and the number, for what is to be put into the other."""
    taken = [Column(name, table.c[name].type) for name in (*columns, "id")]
    return Table("chengxin_changed", MetaData(), *taken, prefixes=["TEMPORARY"], postgresql_on_commit="DROP")


@cache
def _update_all(table: Table, changed: Table) -> Update:
    values: dict[str, ColumnElement[Any]] = {column.name: column for column in changed.columns if column.name != "id"}
    return update(table).where(table.c.id == changed.c.id).values(values)


@cache
def _copy_text(dialect: Dialect, table: Table) -> str:
    quote = dialect.identifier_preparer.quote
    return f"COPY {quote(table.name)} ({', '.join(map(quote, table.columns.keys()))}) FROM STDIN"


def _copy(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """The rows, which hold every column of the table, into it."""
    statement = _copy_text(connection.dialect, table)
    written = as_copy_text([isinstance(column.type, Text) for column in table.columns], rows)
    try:
        with driver_of(connection).cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(written)
    except psycopg.Error as error:
        # As SQLAlchemy itself raises what the driver does; no caller knows the driver.
        raise DBAPIError.instance(statement, None, error, psycopg.Error, dialect=connection.dialect) from error


def as_copy_text(are_texts: Sequence[bool], rows: Sequence[tuple[Any, ...]]) -> bytes:
    """The rows in the text format of COPY, in UTF-8; columns that are no texts hold integers, booleans or None."""
    columns = (
        _texts(values) if is_text else ["\\N" if value is None else str(value) for value in values]
        for is_text, values in zip(are_texts, zip(*rows, strict=True), strict=True)
    )
    return "".join(map("{}\n".format, map("\t".join, zip(*columns, strict=True)))).encode()


def _texts(values: tuple[str | None, ...]) -> Sequence[str]:
    """All at once, joined by the one character that no text may hold, for each call costs more than what it does."""
    told = [value for value in values if value is not None]
    if not told:
        return [_NULL] * len(values)
    joined = _SEPARATOR.join(told)
    if joined.count(_SEPARATOR) >= len(told):
        joined = _SEPARATOR.join([value.replace(_SEPARATOR, REPLACEMENT) for value in told])
    for character, escape in _ESCAPES:
        joined = joined.replace(character, escape)
    escaped = joined.split(_SEPARATOR)
    if len(told) == len(values):
        return escaped
    following = iter(escaped)
    return [_NULL if value is None else next(following) for value in values]


_SEPARATOR: Final = "\0"
_ESCAPES: Final = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))
_TAKE: Final = text(
    "WITH taken AS (UPDATE counter SET value = value + :count WHERE name = :counter RETURNING value) "
    "SELECT value, pg_notify(:channel, '') FROM taken"
)
