"""A department's table or view, read in the order of its mark, a page at a time."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

import orjson
from credit_records.calendar import SHANGHAI
from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Engine,
    FromClause,
    RowMapping,
    Select,
    and_,
    column,
    create_engine,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.sql.expression import literal_column

from credit_indexer.settings import PullSettings

Rows = Sequence[RowMapping]

MOST_SEEN: Final = 5_000  # rows at one mark of which a hash each is kept

_READERS: Final[Mapping[str, Any]] = {
    "str": str,
    "int": int,
    "float": float,
    "Decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "bytes": bytes.fromhex,
}


class PullError(Exception):
    """The department's database does not give what was asked for; the message says why, without its address."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a pull has come: the highest mark, and what the rows that stood at it looked like.

    Rows may still come with this very mark, or change at it, so those at it are looked at again. `seen` holds a hash
    of each; None where they are so many that only the digest of all is kept.
    """

    value: Any
    seen: frozenset[str] | None
    digest: str

    def as_json(self) -> str:
        name = type(self.value).__name__
        if name not in _READERS:
            message = f"列 mark 的类型 {name} 不能用来排序；请换一列，如最后修改时间或递增的编号"
            raise PullError(message)
        value = self.value
        written = value.hex() if isinstance(value, bytes) else value.isoformat() if isinstance(value, date) else value
        seen = None if self.seen is None else sorted(self.seen)
        return orjson.dumps({"type": name, "value": str(written), "seen": seen, "digest": self.digest}).decode()

    @classmethod
    def from_json(cls, written: str) -> "Mark":
        kept = orjson.loads(written)
        seen = None if kept["seen"] is None else frozenset(kept["seen"])
        return cls(_READERS[kept["type"]](kept["value"]), seen, kept["digest"])


class Passed:
    """The rows passed so far, in the order of marks, as the mark to keep."""

    def __init__(self, after: Mark | None) -> None:
        known = after is not None and after.seen is not None
        self._value = after.value if after and known else None
        self._seen: set[str] = set(after.seen or ()) if after and known else set()
        self._digest = hashlib.sha256()

    def add(self, value: object, row: RowMapping) -> None:
        if value != self._value:
            self._value, self._seen, self._digest = value, set(), hashlib.sha256()
        looks = row_hash(row)
        self._digest.update(looks.encode())
        if len(self._seen) <= MOST_SEEN:
            self._seen.add(looks)

    def mark(self) -> Mark:
        seen = frozenset(self._seen) if len(self._seen) <= MOST_SEEN else None
        return Mark(self._value, seen, self._digest.hexdigest())


class DepartmentTable:
    """Reads from the department's database, each page in a transaction of its own: it is never kept waiting."""

    def __init__(self, pull: PullSettings) -> None:
        self._pull = pull
        self._mark: ColumnClause[Any] = column(pull.mark)
        self._key: ColumnClause[Any] = column(pull.key)
        self._engine: Engine | None = None

    def __enter__(self) -> "DepartmentTable":
        address = self._pull.address
        if not address:
            message = f"环境变量 {self._pull.url_env} 没有设置，其中应写数据库的地址"
            raise PullError(message)
        with _told():
            self._engine = create_engine(address)
        return self

    def __exit__(self, *_: object) -> None:
        if self._engine is not None:
            self._engine.dispose()

    def columns(self) -> list[str]:
        """The names of its columns, among them those of mark and key."""
        with _told(), self._connected().connect() as connection:
            found = list(connection.execute(select(literal_column("*")).select_from(self._source()).limit(0)).keys())
        for name in (self._pull.mark, self._pull.key):
            if name not in found:
                message = f"没有名为 {name} 的列；有的是：{'、'.join(found)}"
                raise PullError(message)
        return found

    def pages(self, after: Mark | None) -> Iterator[Rows]:
        """Rows beyond the mark in pages, and those at it that are new or no longer what they were."""
        if after is None:
            yield from self._pages()
            return
        if after.seen is not None:
            for rows in self._pages(self._mark == after.value):
                if others := [row for row in rows if row_hash(row) not in after.seen]:
                    yield others
        elif self._digest_at(after.value) != after.digest:
            yield from self._pages(self._mark == after.value)
        yield from self._pages(self._mark > after.value)

    def _digest_at(self, value: object) -> str:
        digest = hashlib.sha256()
        for rows in self._pages(self._mark == value):
            for row in rows:
                digest.update(row_hash(row).encode())
        return digest.hexdigest()

    def mark_of(self, row: RowMapping) -> Any:  # noqa: ANN401  (whatever type the column has)
        return row[self._pull.mark]

    def _pages(self, *conditions: ColumnElement[bool]) -> Iterator[Rows]:
        within = and_(self._mark.is_not(None), self._key.is_not(None), *conditions)
        beyond: tuple[ColumnElement[bool], ...] = ()
        while rows := self._page(and_(within, *beyond)):
            yield rows
            if len(rows) < self._pull.batch:
                return
            mark, key = self.mark_of(rows[-1]), rows[-1][self._pull.key]
            beyond = (or_(self._mark > mark, and_(self._mark == mark, self._key > key)),)

    def _page(self, condition: ColumnElement[bool]) -> Rows:
        statement: Select[Any] = (
            select(literal_column("*"))
            .select_from(self._source())
            .where(condition)
            .order_by(self._mark, self._key)
            .limit(self._pull.batch)
        )
        with _told(), self._connected().connect() as connection:
            return connection.execute(statement).mappings().all()

    def _source(self) -> FromClause:
        if self._pull.query is not None:
            asked = text(self._pull.query.rstrip().rstrip(";"))
            return asked.columns(self._mark, self._key).subquery("pulled")
        schema, _, name = str(self._pull.table).rpartition(".")
        return table(name, schema=schema or None)

    def _connected(self) -> Engine:
        if self._engine is None:
            message = "the table is not open"
            raise RuntimeError(message)
        return self._engine


def row_hash(row: RowMapping) -> str:
    """Equal for two rows only where all their values are."""
    return hashlib.blake2b(orjson.dumps(list(map(as_text, row.values()))), digest_size=12).hexdigest()


def as_text(value: object) -> str:
    """A value of a database as a file would hold it: dates as they are in China, "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        civil = value.astimezone(SHANGHAI) if value.tzinfo else value
        return civil.date().isoformat() if civil.time() == time() else civil.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, (float, Decimal)) and value == int(value):
        return str(int(value))
    return str(value)


@contextmanager
def _told() -> Iterator[None]:
    """Whatever a driver raises, which may be anything, becomes a PullError with what can be done about it."""
    try:
        yield
    except PullError:
        raise
    except DBAPIError as error:
        message = f"部门数据库出错：{error.orig}"
        raise PullError(message) from error
    except (NoSuchModuleError, ImportError) as error:
        message = f"没有安装这种数据库的驱动（{error}）"
        raise PullError(message) from error
    except ArgumentError as error:
        message = "url 写得不对，应像 postgresql+psycopg://用户:密码@主机/库"
        raise PullError(message) from error
    except Exception as error:
        message = f"部门数据库出错：{type(error).__name__}"
        raise PullError(message) from error
