"""Subjects as a table: what the first lines of their profiles say."""

from collections.abc import Callable, Sequence
from typing import Final

import orjson
import pyarrow as pa
from sqlalchemy import Connection, bindparam, select

from credit_records.catalogue import Catalogue, Locale
from credit_records.exporting.arrow_compute import Values, compute
from credit_records.exporting.columns import Column, ColumnType, Row
from credit_records.exporting.kept_fields import labelled
from credit_records.gazetteer import Gazetteer
from credit_records.tables import subject

_BASIS_NOTE: Final = "推断的依据：address 住所、code 代码、name 名称、scope 经营范围；declared 来源写明"
COLUMNS: Final = (
    Column("uscc", "统一社会信用代码", "Unified social credit code"),
    Column("name", "名称", "Name"),
    Column("former_names", "曾用名", "Former names"),
    Column("status", "登记状态", "Status"),
    Column("region", "所在地", "Region"),
    Column("region_basis", "所在地的依据", "Basis of the region", note=_BASIS_NOTE),
    Column("type", "主体类型", "Type"),
    Column("type_basis", "主体类型的依据", "Basis of the type", note=_BASIS_NOTE),
    Column("industry", "行业门类", "Industry"),
    Column("industry_basis", "行业门类的依据", "Basis of the industry", note=_BASIS_NOTE),
    Column("established", "成立日期", "Date established", ColumnType.DATE),
    Column("capital", "注册资本", "Registered capital", ColumnType.AMOUNT, "以注册资本币种的万元计"),
    Column("currency", "注册资本币种", "Currency of the capital"),
    Column("address", "档案网址", "Address of the profile"),
)
_COLUMNS: Final = select(
    subject.c.uscc,
    subject.c.name,
    subject.c.former_names,
    subject.c.status,
    subject.c.division,
    subject.c.division_basis,
    subject.c.entity_type,
    subject.c.entity_type_basis,
    subject.c.industry,
    subject.c.industry_basis,
    subject.c.established,
    subject.c.capital_amount,
    subject.c.capital_currency,
).order_by(subject.c.id)
_THESE: Final = _COLUMNS.where(subject.c.id.in_(bindparam("numbers", expanding=True)))
_SPAN: Final = _COLUMNS.where(subject.c.id.between(bindparam("first"), bindparam("last")))
_READ_AS: Final = tuple(column.name for column in COLUMNS[:-1])
_SCHEMA: Final = pa.schema([(column.name, column.arrow_type) for column in COLUMNS])


class SubjectSheet:
    """Subjects with what a person reads for each code."""

    columns: tuple[Column, ...] = COLUMNS

    def __init__(self, declared: Catalogue, gazetteer: Gazetteer, locale: Locale, base_url: str) -> None:
        self._address = f"{base_url}/credit/"
        self._apart = ", " if locale == "en" else "、"

        def listed(name: str) -> Callable[[str], str]:
            return lambda code: declared.label(name, code, locale)

        self._labels: dict[str, Callable[[str], str | None]] = {
            "former_names": self._former,
            "status": listed("subject_status"),
            "region": lambda division: gazetteer.label(division, locale),
            "type": listed("entity_type"),
            "industry": listed("industry"),
            "currency": listed("currency"),
        }

    def read(self, connection: Connection, numbers: Sequence[int]) -> Sequence[Row]:
        if not numbers:
            return []
        first, last = numbers[0], numbers[-1]
        if last - first + 1 == len(numbers):  # as nearly all are: that is found a fifth faster
            return connection.execute(_SPAN, {"first": first, "last": last}).all()
        return connection.execute(_THESE, {"numbers": numbers}).all()

    def table(self, rows: Sequence[Row]) -> pa.Table:
        if not rows:
            return _SCHEMA.empty_table()
        arrays: dict[str, Values] = {
            name: pa.array(values, pa.string()) for name, values in zip(_READ_AS, zip(*rows, strict=True), strict=True)
        }
        for name, label in self._labels.items():
            arrays[name] = labelled(arrays[name], label)
        arrays["address"] = compute.binary_join_element_wise(self._address, arrays["uscc"], "")
        return pa.Table.from_arrays([arrays[name] for name in _SCHEMA.names], schema=_SCHEMA)

    def _former(self, names: str) -> str | None:
        return self._apart.join(orjson.loads(names)) or None
