"""Checks rows as they come against the catalogue: each becomes a checked row, or problems to send back."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from credit_records.calendar import today
from credit_records.catalogue import Catalogue, FieldSpec, FieldType, Kind, catalogue
from credit_records.derivation import Derivation
from credit_records.field_types import Reader, clean_text, reader_for
from credit_records.field_values import ValueRefusedError
from credit_records.gazetteer import Gazetteer, gazetteer
from credit_records.row_rules import RowRules
from credit_records.rows import NOTED, REFUSED, CheckedRow, Problem

SHOWN_VALUE: Final = 200  # characters of a value that a problem repeats
SHOWN_RAW: Final = 2000  # characters of each value of the row that goes back with it
NOT_KEPT: Final = "（按规定不保存）"
NOTHING: Final = frozenset({"", "-", "--", "—", "——", "/", "\\", "无", "空", "null", "NULL", "None", "N/A", "#N/A"})

# Fields whose values repeat: a million rows have a few thousand dates and amounts, or names of places.
SHORT: Final = 50  # characters
_REPEATING: Final = frozenset({FieldType.DATE, FieldType.CAPITAL, FieldType.ENUMERATION, FieldType.AMOUNT})


class Checked(NamedTuple):
    """What a batch of rows became."""

    rows: list[CheckedRow]
    problems: list[Problem]
    numbers: Sequence[int] = ()  # the lines of `rows`


class _Column(NamedTuple):
    spec: FieldSpec
    read: Reader


class Checker:
    """Checks rows of one kind whose values stand in the order of `columns`, names of its fields.

    A required field that is missing or can't be read refuses the row. Any other that can't be read is dropped, with a
    note, and the rest of the row kept. An empty cell tells nothing: it never takes back what was told before. The
    column of a secret field is passed over unread.
    """

    def __init__(
        self,
        kind: Kind,
        columns: Sequence[str],
        *,
        declared: Catalogue | None = None,
        places: Gazetteer | None = None,
    ) -> None:
        declared = declared or catalogue()
        self._columns = [
            _Column(spec, _pass_over if spec.secret else _remembering(spec, reader_for(spec, declared.lists)))
            for spec in (kind.by_name[name] for name in columns)
        ]
        self._readers = [(column.spec.name, column.read) for column in self._columns]
        self._secret = frozenset(column.spec.name for column in self._columns if column.spec.secret)
        self._required = [spec for spec in kind.fields if spec.required]
        self._required_names = frozenset(spec.name for spec in self._required)
        self._rules = RowRules(kind, declared)
        self.derive = Derivation(kind, declared, places or gazetteer())
        self._today = today().isoformat()

    def check(self, numbers: Iterable[int], rows: Iterable[Sequence[str]]) -> Checked:
        """Check rows; `numbers` are their lines in the file, the header being 1."""
        checked: list[CheckedRow] = []
        problems: list[Problem] = []
        kept: list[int] = []
        required, derive, readers, secret = self._required_names, self.derive.row, self._readers, self._secret
        has_rules = not self._rules.is_empty
        self._today = today().isoformat()
        for number, values in zip(numbers, rows, strict=True):
            try:
                fields = {
                    name: read(value)
                    for (name, read), value in zip(readers, values, strict=True)
                    if value not in NOTHING
                }
            except ValueRefusedError:
                fields = self._salvage(number, values, problems)
            if secret:
                for name in secret & fields.keys():
                    del fields[name]
            if has_rules and not self._keeps_rules(number, values, fields, problems):
                continue
            if required <= fields.keys():
                checked.append(derive(fields))
                kept.append(number)
            else:
                self._refuse(number, values, fields, problems)
        return Checked(checked, problems, kept)

    def recheck(self, kept: dict[str, Any], values: Sequence[str]) -> tuple[CheckedRow | None, list[Problem]]:
        """A recorded row with other values in the place of the checker's columns; `kept` are its remaining fields."""
        problems: list[Problem] = []
        fields = kept | self._salvage(0, values, problems)
        for name in self._secret:
            fields.pop(name, None)
        if not self._rules.is_empty and not self._keeps_rules(0, values, fields, problems):
            return None, problems
        if not self._required_names <= fields.keys():
            self._refuse(0, values, fields, problems)
            return None, problems
        return self.derive.row(fields), problems

    def _salvage(self, number: int, values: Sequence[str], problems: list[Problem]) -> dict[str, Any]:
        """What can be read of the row; a problem for each value that can't."""
        fields: dict[str, Any] = {}
        for (spec, read), value in zip(self._columns, values, strict=True):
            if value in NOTHING:
                continue
            try:
                fields[spec.name] = read(value)
            except ValueRefusedError as refused:
                problems.append(self._problem(number, spec, value, refused, values))
        return fields

    def _keeps_rules(self, number: int, values: Sequence[str], fields: dict[str, Any], problems: list[Problem]) -> bool:
        """Drop dates out of order, with a note; refuse the row where one was required, or a condition asks for more."""
        for spec, refused in self._rules.disordered(fields, self._today):
            if fields.pop(spec.name, None) is not None:
                problems.append(self._problem(number, spec, self._value(spec, values), refused, values))
        missing = self._rules.missing(fields)
        for spec, because, labels in missing:
            reason = f"{because.title}为{labels}时，必须填报{spec.title}"
            _refuse_field(self._missing(number, spec, reason, "required_when", values), problems)
        return not missing

    def _refuse(self, number: int, values: Sequence[str], fields: dict[str, Any], problems: list[Problem]) -> None:
        for spec in self._required:
            if spec.name not in fields:
                _refuse_field(self._missing(number, spec, f"缺少{spec.title}", "required", values), problems)

    def _missing(self, number: int, spec: FieldSpec, reason: str, rule: str, values: Sequence[str]) -> Problem:
        remedy = f"请补填{spec.title}后重新报送这一行"
        return Problem(number, REFUSED, spec.title, "", rule, reason, remedy, self._raw(values))

    def _problem(
        self, number: int, spec: FieldSpec, value: str, refused: ValueRefusedError, values: Sequence[str]
    ) -> Problem:
        severity = REFUSED if spec.required else NOTED
        shown = clean_text(value)[:SHOWN_VALUE]
        return Problem(
            number, severity, spec.title, shown, refused.rule, refused.reason, refused.remedy, self._raw(values)
        )

    def _value(self, spec: FieldSpec, values: Sequence[str]) -> str:
        return next((value for (column, _), value in zip(self._columns, values, strict=True) if column is spec), "")

    def _raw(self, values: Sequence[str]) -> str:
        pairs = zip(self._columns, values, strict=True)
        return orjson.dumps({spec.title: _shown(spec, value) for (spec, _), value in pairs}).decode()


def _refuse_field(missing: Problem, problems: list[Problem]) -> None:
    """Say that a field is missing; where its value had been there and was dropped, that is why."""
    for place in range(len(problems) - 1, -1, -1):
        problem = problems[place]
        if problem.row != missing.row:
            break
        if problem.field == missing.field:
            problems[place] = problem._replace(severity=REFUSED)
            return
    problems.append(missing)


def _shown(spec: FieldSpec, value: str) -> str:
    return NOT_KEPT if spec.secret and value else clean_text(value)[:SHOWN_RAW]


def _pass_over(_: str) -> None:
    return None


def _remembering(spec: FieldSpec, read: Reader) -> Reader:
    short = spec.type is FieldType.TEXT and spec.max_length is not None and spec.max_length <= SHORT
    return lru_cache(maxsize=50_000)(read) if short or spec.type in _REPEATING else read
