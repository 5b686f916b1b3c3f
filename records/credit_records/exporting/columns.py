"""The columns of a table that is given away: what each is called, and of which kind its values are."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

import pyarrow as pa
from sqlalchemy import Connection

from credit_records.catalogue import FieldSpec, FieldType, Locale


class ColumnType(StrEnum):
    """How the values of a column stand in a table: text, but for integers."""

    TEXT = "text"
    DATE = "date"  # ISO
    AMOUNT = "amount"  # decimal text, 万元
    INTEGER = "integer"


@dataclass(frozen=True, slots=True)
class Column:
    """`name` stands in JSON and Parquet, a title at the head of a sheet. `note` says in Chinese what it holds."""

    name: str
    title: str
    title_en: str
    type: ColumnType = ColumnType.TEXT
    note: str = ""

    def titled(self, locale: Locale) -> str:
        """Its title in this language; an amount says its unit."""
        unit = {"zh": "（万元）", "en": " (CNY 10,000)"}[locale] if self.type is ColumnType.AMOUNT else ""
        return (self.title_en if locale == "en" else self.title) + unit

    @property
    def arrow_type(self) -> pa.DataType:
        return pa.int64() if self.type is ColumnType.INTEGER else pa.string()


Row = Sequence[Any]
"""A row as it was read: what its values are is known to the sheet."""


class Sheet(Protocol):
    """What is given away, read in two steps, so that one batch is read while the one before it is written."""

    @property
    def columns(self) -> tuple[Column, ...]: ...

    def read(self, connection: Connection, numbers: Sequence[int]) -> Sequence[Row]:
        """What is public at this moment of these numbers, in their order, which is ascending."""
        ...

    def table(self, rows: Sequence[Row]) -> pa.Table:
        """The rows as a table of just these columns."""
        ...


_TYPES: Final = {
    FieldType.DATE: ColumnType.DATE,
    FieldType.AMOUNT: ColumnType.AMOUNT,
    FieldType.INTEGER: ColumnType.INTEGER,
}
OPEN_ENDED_NOTE: Final = "2099-12-31 表示长期"


def column_of(field: FieldSpec) -> Column:
    """The column of a field of a kind."""
    note = OPEN_ENDED_NOTE if field.open_ended else field.source or ""
    return Column(field.name, field.title, field.title_en, _TYPES.get(field.type, ColumnType.TEXT), note)
