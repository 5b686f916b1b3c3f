"""Published records as tables: of one kind with all its public fields, of several with what kinds have in common."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

import pyarrow as pa
from sqlalchemy import Connection, Text, bindparam, select

from credit_records.calendar import today
from credit_records.catalogue import Catalogue, FieldSpec, Kind, Locale
from credit_records.exporting.arrow_compute import Values, compute
from credit_records.exporting.columns import Column, ColumnType, Row, column_of
from credit_records.exporting.kept_fields import KeptFields
from credit_records.published import is_public
from credit_records.states import civil_day
from credit_records.tables import delivery, record

NUMBER: Final = Column("record_id", "记录编号", "Record number", ColumnType.INTEGER, "本站给每条记录的固定编号")
KIND: Final = Column("record_kind", "信息类别", "Kind of record")
ABOUT: Final = (
    Column("first_published", "本站首次公示日期", "First published here", ColumnType.DATE),
    Column("publication_ends", "本站公示截止日期", "Publication here ends", ColumnType.DATE, "空白表示没有期限"),
    Column("record_updated", "本站最近更新日期", "Last updated here", ColumnType.DATE),
    Column("record_source", "报送来源", "Delivered by"),
    Column("record_address", "记录网址", "Address of the record"),
)
COMMON: Final = (
    Column("subject_name", "主体名称", "Subject"),
    Column("subject_uscc", "统一社会信用代码", "Unified social credit code"),
    Column("headline", "事由", "Matter"),
    Column("document_number", "文号", "Document number"),
    Column("authority", "作出机关", "Authority"),
    Column("decision_date", "决定或列入日期", "Date of decision or of entry", ColumnType.DATE),
    Column("category", "种类", "Category"),
    Column("amount", "金额", "Amount", ColumnType.AMOUNT),
    Column("confiscated", "没收金额", "Confiscated", ColumnType.AMOUNT),
)
_AS_NAMED: Final = ("document_number", "authority", "decision_date", "category", "amount", "confiscated")

# A row: number, kind, fields, published_at, ends_on, updated_at, source.
_PUBLIC: Final = (
    select(
        record.c.id,
        record.c.kind,
        record.c.fields,
        record.c.published_at,
        record.c.ends_on,
        record.c.updated_at,
        delivery.c.source,
    )
    .join(delivery, delivery.c.id == record.c.delivery_id)
    .where(record.c.id.in_(bindparam("numbers", expanding=True)), is_public(bindparam("day", type_=Text)))
    .order_by(record.c.id)
)


class RecordSheet:
    """Records of these kinds. `base_url` is where the public finds the site, without a slash at the end."""

    def __init__(self, kinds: Sequence[Kind], declared: Catalogue, locale: Locale, base_url: str) -> None:
        made = _OfOne if len(kinds) == 1 else _OfSeveral
        self._of_kind: dict[str, _OfOne | _OfSeveral] = {kind.name: made(kind, declared, locale) for kind in kinds}
        self._address = f"{base_url}/record/"
        own = next(iter(self._of_kind.values())).columns if kinds else ()
        self.columns: tuple[Column, ...] = (NUMBER, *own, *ABOUT)
        self._schema = pa.schema([(column.name, column.arrow_type) for column in self.columns])

    def read(self, connection: Connection, numbers: Sequence[int]) -> Sequence[Row]:
        found = connection.execute(_PUBLIC, {"numbers": numbers, "day": today().isoformat()})
        return [row for row in found if row[1] in self._of_kind]

    def table(self, rows: Sequence[Row]) -> pa.Table:
        together = sorted(rows, key=itemgetter(1)) if len(self._of_kind) > 1 else rows
        parts = [self._part(kind, list(part)) for kind, part in groupby(together, key=itemgetter(1))]
        table = pa.concat_tables(parts) if parts else self._schema.empty_table()
        return table.sort_by(NUMBER.name) if len(parts) > 1 else table

    def _part(self, kind: str, rows: Sequence[Row]) -> pa.Table:
        numbers = pa.array([row[0] for row in rows], pa.int64())
        own = self._of_kind[kind].values([row[2] for row in rows])
        about = (
            _days(rows, 3),
            pa.array([row[4] for row in rows], pa.string()),
            _days(rows, 5),
            pa.array([row[6] for row in rows], pa.string()),
            compute.binary_join_element_wise(self._address, compute.cast(numbers, pa.string()), ""),
        )
        return pa.Table.from_arrays([numbers, *own, *about], schema=self._schema)


class _OfOne:
    """All public fields of a kind."""

    def __init__(self, kind: Kind, declared: Catalogue, locale: Locale) -> None:
        self.columns = tuple(column_of(field) for field in kind.public_fields)
        self._fields = KeptFields(kind.public_fields, declared, locale)

    def values(self, texts: Sequence[str]) -> list[Values]:
        return list(self._fields.columns(texts).values())


class _OfSeveral:
    """What the roles of a kind's fields have in common with those of other kinds."""

    def __init__(self, kind: Kind, declared: Catalogue, locale: Locale) -> None:
        self.columns = (KIND, *COMMON)
        self._title = kind.title_en if locale == "en" else kind.title
        roles = dict(kind.roles.named())
        headline = [kind.roles.headline] if kind.roles.headline else []
        self._name, self._code = kind.subject.name, kind.subject.code
        self._headlines = tuple(dict.fromkeys([*headline, *kind.roles.texts]))
        self._played = [roles.get(role) for role in _AS_NAMED]
        wanted = dict.fromkeys([self._name, self._code, *self._headlines, *self._played])
        fields: list[FieldSpec] = [kind.by_name[name] for name in wanted if name]
        self._fields = KeptFields([field for field in fields if field.public], declared, locale)

    def values(self, texts: Sequence[str]) -> list[Values]:
        found = self._fields.columns(texts)
        title = pa.array([self._title] * len(texts), pa.string())
        nothing = pa.nulls(len(texts), pa.string())
        headline = compute.coalesce(*(found[name] for name in self._headlines if name in found), title)
        played = [found.get(name or "", nothing) for name in self._played]
        return [title, found.get(self._name, nothing), found.get(self._code or "", nothing), headline, *played]


def _days(rows: Sequence[Row], place: int) -> Values:
    """The days in China of instants, of which many rows have the same."""
    return pa.array([civil_day(row[place]).isoformat() if row[place] else None for row in rows], pa.string())
