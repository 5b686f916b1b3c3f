"""Checks rows as they come against the catalogue: each becomes a checked row, or problems to send back."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from credit_records.catalogue import Catalogue, FieldSpec, FieldType, Kind, catalogue
from credit_records.derivation import Derivation
from credit_records.field_types import Reader, clean_text, reader_for
from credit_records.field_values import ValueRefusedError
from credit_records.gazetteer import Gazetteer, gazetteer
from credit_records.rows import NOTED, REFUSED, CheckedRow, Problem

SHOWN_VALUE: Final = 200  # characters of a value that a problem repeats
SHOWN_RAW: Final = 2000  # characters of each value of the row that goes back with it
NOTHING: Final = frozenset({"", "-", "--", "—", "——", "/", "\\", "无", "空", "null", "NULL", "None", "N/A", "#N/A"})

# Kinds of field whose values repeat: a million rows have a few thousand dates and capitals.
_REPEATING: Final = frozenset({FieldType.DATE, FieldType.CAPITAL, FieldType.ENUMERATION})


class Checked(NamedTuple):
    """What a batch of rows became."""

    rows: list[CheckedRow]
    problems: list[Problem]


class _Column(NamedTuple):
    spec: FieldSpec
    read: Reader


class Checker:
    """Checks rows of one kind whose values stand in the order of `columns`, names of its fields.

    A required field that is missing or can't be read refuses the row. Any other that can't be read is dropped, with a
    note, and the rest of the row kept. An empty cell tells nothing: it never takes back what was told before.
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
            _Column(spec, _remembering(spec, reader_for(spec, declared.lists)))
            for spec in (kind.by_name[name] for name in columns)
        ]
        self._readers = [(column.spec.name, column.read) for column in self._columns]
        self._required = [spec for spec in kind.fields if spec.required]
        self._required_names = frozenset(spec.name for spec in self._required)
        self._derivation = Derivation(kind, declared, places or gazetteer())
        self.derive = self._derivation.row

    def check(self, numbers: Iterable[int], rows: Iterable[Sequence[str]]) -> Checked:
        """Check rows; `numbers` are their lines in the file, the header being 1."""
        checked: list[CheckedRow] = []
        problems: list[Problem] = []
        required, derive, readers = self._required_names, self.derive, self._readers
        for number, values in zip(numbers, rows, strict=True):
            try:
                fields = {
                    name: read(value)
                    for (name, read), value in zip(readers, values, strict=True)
                    if value not in NOTHING
                }
            except ValueRefusedError:
                fields = self._salvage(number, values, problems)
            if required <= fields.keys():
                checked.append(derive(fields))
            else:
                self._refuse(number, values, fields, problems)
        return Checked(checked, problems)

    def _salvage(self, number: int, values: Sequence[str], problems: list[Problem]) -> dict[str, Any]:
        """What can be read of the row; a problem for each value that can't."""
        fields: dict[str, Any] = {}
        for (spec, read), value in zip(self._columns, values, strict=True):
            if value in NOTHING:
                continue
            try:
                fields[spec.name] = read(value)
            except ValueRefusedError as refused:
                severity = REFUSED if spec.required else NOTED
                shown = clean_text(value)[:SHOWN_VALUE]
                raw = self._raw(values)
                problems.append(
                    Problem(number, severity, spec.title, shown, refused.rule, refused.reason, refused.remedy, raw)
                )
        return fields

    def _refuse(self, number: int, values: Sequence[str], fields: dict[str, Any], problems: list[Problem]) -> None:
        """Say what is missing, unless it was there and has its problem already."""
        told = {problem.field for problem in problems if problem.row == number}
        for spec in self._required:
            if spec.name not in fields and spec.title not in told:
                reason, remedy = f"缺少{spec.title}", f"请补填{spec.title}后重新报送这一行"
                problems.append(Problem(number, REFUSED, spec.title, "", "required", reason, remedy, self._raw(values)))

    def _raw(self, values: Sequence[str]) -> str:
        pairs = zip(self._columns, values, strict=True)
        return orjson.dumps({column.spec.title: clean_text(value)[:SHOWN_RAW] for column, value in pairs}).decode()


def _remembering(spec: FieldSpec, read: Reader) -> Reader:
    return lru_cache(maxsize=50_000)(read) if spec.type in _REPEATING else read
