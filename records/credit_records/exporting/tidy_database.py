"""All that is public as one SQLite file, made for Datasette: a table of subjects, one of all records, one of each kind.

Texts are searched by runs of three characters, as SQLite itself cuts them, so Chinese needs no dictionary. Datasette
knows the index of a table by `content=[table]` alone.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
from sqlalchemy import Connection, Engine

from credit_records.calendar import today
from credit_records.catalogue import Catalogue, FieldType, Kind
from credit_records.database import snapshot
from credit_records.exporting.columns import Column, ColumnType, Sheet
from credit_records.exporting.published_numbers import all_subjects, published_of_kind
from credit_records.exporting.record_sheets import RecordSheet
from credit_records.exporting.subject_sheet import SubjectSheet
from credit_records.gazetteer import Gazetteer

BATCH: Final = 5_000
SUBJECTS, RECORDS = "subjects", "records"
_TYPES: Final = {ColumnType.AMOUNT: "REAL", ColumnType.INTEGER: "INTEGER"}
_SUBJECT_SEARCH: Final = ("uscc", "name", "former_names")
_RECORD_SEARCH: Final = ("subject_name", "subject_uscc", "headline", "document_number", "authority")
_SUBJECT_FACETS: Final = ("status", "region", "type", "industry")
_RECORD_FACETS: Final = ("record_kind", "authority", "category")


@dataclass(frozen=True, slots=True)
class TidyTable:
    """A table of the file. `searched` and `facets` are columns, `code` the one that names a subject."""

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    key: str
    searched: tuple[str, ...]
    facets: tuple[str, ...]
    sorted_by: str | None = None
    code: str | None = None


Told = Callable[[TidyTable, int], None]


def write_tidy_database(
    database: Engine, path: Path, declared: Catalogue, gazetteer: Gazetteer, *, base_url: str, told: Told
) -> list[TidyTable]:
    """Write what is public now, all of one moment; `told` hears of each table with its number of rows.

    The file takes its place when it is whole. A kind without a published record has no table.
    """
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(part, isolation_level=None)) as file, snapshot(database) as connection:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "page_size=8192"):
                file.execute(f"PRAGMA {pragma}")
            written = list(_tables(connection, file, declared, gazetteer, base_url=base_url, told=told))
            file.execute("ANALYZE")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return written


def _tables(
    connection: Connection,
    file: sqlite3.Connection,
    declared: Catalogue,
    gazetteer: Gazetteer,
    *,
    base_url: str,
    told: Told,
) -> Iterator[TidyTable]:
    def write(table: TidyTable, sheet: Sheet, numbers: Iterator[list[int]]) -> int:
        rows = _write(connection, file, table, sheet, numbers)
        if rows:
            told(table, rows)
        return rows

    subjects = SubjectSheet(declared, gazetteer, "zh", base_url)
    table = _subject_table(subjects)
    write(table, subjects, all_subjects(connection, BATCH))
    yield table
    kinds = [
        kind
        for kind in declared.kinds.values()
        if kind.publication.searchable and kind.publication.visibility != "never"
    ]
    together = RecordSheet(kinds, declared, "zh", base_url)
    table = _record_table(together)
    write(table, together, _every(connection, kinds))
    yield table
    for kind in kinds:
        alone = RecordSheet([kind], declared, "zh", base_url)
        table = _kind_table(kind, alone)
        if write(table, alone, published_of_kind(connection, kind.name, today(), BATCH)):
            yield table


def _every(connection: Connection, kinds: Sequence[Kind]) -> Iterator[list[int]]:
    for kind in kinds:
        yield from published_of_kind(connection, kind.name, today(), BATCH)


def _write(
    connection: Connection, file: sqlite3.Connection, table: TidyTable, sheet: Sheet, numbers: Iterator[list[int]]
) -> int:
    rows = 0
    file.execute("BEGIN")
    for several in numbers:
        if not rows:
            file.execute(_creation(table))
        values = sheet.table(sheet.read(connection, several))
        marks = ", ".join("?" * len(table.columns))
        file.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', _rows(values, table.columns))  # noqa: S608  (names are the catalogue's)
        rows += values.num_rows
    if rows or table.name in (SUBJECTS, RECORDS):
        if not rows:
            file.execute(_creation(table))
        _index(file, table)
    file.execute("COMMIT")
    return rows


def _rows(values: pa.Table, columns: Sequence[Column]) -> Iterator[tuple[object, ...]]:
    cells = [
        values[column.name].cast(pa.float64()).to_pylist()
        if column.type is ColumnType.AMOUNT
        else values[column.name].to_pylist()
        for column in columns
    ]
    return zip(*cells, strict=True)


def _creation(table: TidyTable) -> str:
    lines = [
        f'"{column.name}" {_TYPES.get(column.type, "TEXT")}{" PRIMARY KEY" if column.name == table.key else ""}'
        for column in table.columns
    ]
    if table.code:
        lines.append(f'FOREIGN KEY ("{table.code}") REFERENCES "{SUBJECTS}" ("uscc")')
    return f'CREATE TABLE "{table.name}" ({", ".join(lines)})'


def _index(file: sqlite3.Connection, table: TidyTable) -> None:
    for name in dict.fromkeys(each for each in (*table.facets, table.sorted_by, table.code) if each):
        file.execute(f'CREATE INDEX "{table.name}_{name}" ON "{table.name}" ("{name}")')
    if table.searched:
        names = ", ".join(f'"{name}"' for name in table.searched)
        index = f"[{table.name}_fts]"
        for statement in (
            f"CREATE VIRTUAL TABLE {index} USING FTS5 ({names}, content=[{table.name}], tokenize='trigram')",
            f"INSERT INTO {index} ({index}) VALUES ('rebuild')",  # noqa: S608  (the catalogue's name)
        ):
            file.execute(statement)


def _subject_table(sheet: SubjectSheet) -> TidyTable:
    return TidyTable(
        name=SUBJECTS,
        title="主体",
        about="登记的基本情况",
        columns=sheet.columns,
        key="uscc",
        searched=_SUBJECT_SEARCH,
        facets=_SUBJECT_FACETS,
    )


def _record_table(sheet: RecordSheet) -> TidyTable:
    return TidyTable(
        name=RECORDS,
        title="全部记录",
        about="各类公示中的记录共有的内容；每一类的全部内容在它自己的表里",
        columns=sheet.columns,
        key="record_id",
        searched=_RECORD_SEARCH,
        facets=_RECORD_FACETS,
        sorted_by="decision_date",
        code="subject_uscc",
    )


def _kind_table(kind: Kind, sheet: RecordSheet) -> TidyTable:
    public = {field.name: field for field in kind.public_fields}
    roles = dict(kind.roles.named())
    facets = (roles.get("authority"), roles.get("category"))
    listed = [name for name, field in public.items() if field.type is FieldType.ENUMERATION]
    words = (kind.subject.name, roles.get("document_number"), roles.get("headline"), *kind.roles.texts)
    searched = dict.fromkeys(name for name in words if name in public)
    return TidyTable(
        name=kind.name,
        title=kind.title,
        about=f"{kind.authority}。{kind.source}",
        columns=sheet.columns,
        key="record_id",
        searched=tuple(name for name in searched if name),
        facets=tuple(dict.fromkeys(name for name in (*facets, *listed) if name in public and name))[:4],
        sorted_by=roles.get("decision_date"),
        code=kind.subject.code if kind.subject.code in public else None,
    )
