"""Rows that were refused and values that were dropped: listed, and given back to who sent them."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import orjson
from sqlalchemy import ColumnElement, Connection, func, select

from credit_records.rows import REFUSED
from credit_records.tables import delivery, quarantine

# A cell that begins so is run as a formula by a spreadsheet (OWASP, CSV injection); a quote before it makes it text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
SEVERITY_TITLES: Mapping[str, str] = {REFUSED: "退回"}
NOTED_TITLE = "提示"
EXPLAINED = ("文件", "行", "处理", "字段", "原值", "原因", "改正办法")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which problems: of one delivery, of files whose name holds `file_name`, or all."""

    delivery: int | None = None
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class QuarantinedValue:
    """One problem of one row. `raw` is the row as it came, header → value."""

    delivery: int
    file_name: str
    row: int
    severity: str
    field: str
    value: str
    reason: str
    remedy: str
    raw: Mapping[str, str]

    @property
    def treatment(self) -> str:
        return SEVERITY_TITLES.get(self.severity, NOTED_TITLE)


def count_problems(connection: Connection, scope: Scope) -> int:
    statement = select(func.count()).select_from(quarantine.join(delivery)).where(*_conditions(scope))
    return connection.execute(statement).scalar_one()


def read_problems(connection: Connection, scope: Scope, limit: int | None = None) -> Iterator[QuarantinedValue]:
    """Problems in the order of deliveries and rows, as they come."""
    columns = (delivery.c.id, delivery.c.file_name, quarantine.c.row, quarantine.c.severity, quarantine.c.field)
    texts = (quarantine.c.value, quarantine.c.reason, quarantine.c.remedy, quarantine.c.raw)
    statement = (
        select(*columns, *texts)
        .select_from(quarantine.join(delivery))
        .where(*_conditions(scope))
        .order_by(delivery.c.id, quarantine.c.row, quarantine.c.id)
        .limit(limit)
    )
    for row in connection.execute(statement, execution_options={"yield_per": 1000}):
        yield QuarantinedValue(*row[:-1], orjson.loads(row[-1]))


def _conditions(scope: Scope) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if scope.delivery is not None:
        conditions.append(delivery.c.id == scope.delivery)
    if scope.file_name:
        conditions.append(delivery.c.file_name.contains(scope.file_name, autoescape=True))
    return conditions


def export(connection: Connection, scope: Scope, path: Path) -> int:
    """Write the rows to correct as CSV that a spreadsheet opens (UTF-8 with BOM); how many rows."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        lines = correction_lines(connection, scope)
        writer.writerow(next(lines))
        for line in lines:
            writer.writerow(line)
            count += 1
    return count


def correction_lines(connection: Connection, scope: Scope) -> Iterator[list[str]]:
    """The header, then each row concerned with its problems before its own columns; nothing in it is a formula.

    It can be corrected and loaded again as it is: the explaining columns are no fields of any kind. What is told of
    a whole file is no row and not among them.
    """
    headers: dict[str, None] = {}
    for problem in read_problems(connection, scope):
        if problem.row:
            headers.update(dict.fromkeys(problem.raw))
    yield [*EXPLAINED, *map(defused, headers)]
    for row in _rows(read_problems(connection, scope)):
        if row[0].row:
            yield _explained(row) + [defused(row[0].raw.get(header, "")) for header in headers]


def _rows(problems: Iterable[QuarantinedValue]) -> Iterator[list[QuarantinedValue]]:
    for _, row in groupby(problems, key=lambda problem: (problem.delivery, problem.row)):
        yield list(row)


def _explained(problems: Sequence[QuarantinedValue]) -> list[str]:
    first = problems[0]
    refused = any(problem.severity == REFUSED for problem in problems)
    joined = ("；".join(part) for part in zip(*((p.field, p.value, p.reason, p.remedy) for p in problems), strict=True))
    treatment = SEVERITY_TITLES[REFUSED] if refused else NOTED_TITLE
    return [defused(cell) for cell in (first.file_name, str(first.row), treatment, *joined)]


def defused(cell: str) -> str:
    """The cell, made text for a spreadsheet where it would be a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
