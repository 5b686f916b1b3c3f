"""Rows of one delivery that are the same record: told to the sender, for only the last of them counts."""

from collections.abc import Iterator, Sequence
from typing import Final

import orjson

from credit_records.catalogue import Kind
from credit_records.rows import NOTED, CheckedRow, Problem

REPEATED: Final = "repeated"
MOST_REMEMBERED: Final = 2_000_000  # keys of earlier batches, as hashes: some 200 MB


class Repeats:
    """Finds them, batch by batch; of a delivery beyond two million rows only those that stand close together."""

    def __init__(self, kind: Kind) -> None:
        self._title = kind.title
        self._told_by = "、".join(kind.by_name[name].title for name in kind.key)
        self._earlier: set[int] = set()

    def problems(self, rows: Sequence[CheckedRow], numbers: Sequence[int]) -> list[Problem]:
        """A note for each row whose record stood in the delivery before; `numbers` are the lines of the rows."""
        hashes = set(map(hash, [row.key for row in rows]))
        found: list[Problem] = []
        if len(hashes) < len(rows) or not self._earlier.isdisjoint(hashes):
            found = list(self._among(rows, numbers))
        if len(self._earlier) < MOST_REMEMBERED:
            self._earlier |= hashes
        return found

    def _among(self, rows: Sequence[CheckedRow], numbers: Sequence[int]) -> Iterator[Problem]:
        lines: dict[str, int] = {}
        for row, number in zip(rows, numbers, strict=True):
            if row.key in lines:
                yield self._problem(row, number, f"第 {lines[row.key]} 行")
            elif hash(row.key) in self._earlier:
                yield self._problem(row, number, "前面的一行")
            lines[row.key] = number

    def _problem(self, row: CheckedRow, number: int, earlier: str) -> Problem:
        return Problem(
            row=number,
            severity=NOTED,
            field=self._told_by,
            value=row.terms.document_number or row.name,
            rule=REPEATED,
            reason=f"与{earlier}是同一条{self._title}（{self._told_by}相同），以后面的为准",
            remedy="不是重复报送的，请核对这几项；是重复的，请只留一行",
            raw=orjson.dumps({"名称": row.name, "统一社会信用代码": row.uscc}).decode(),
        )
