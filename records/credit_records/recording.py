"""Records checked rows: one transaction a batch, the same row twice being no change.

A subject's facts follow from its records. A null never overwrites what another source told; a record that empties
a value which it had told itself does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import orjson
from sqlalchemy import Connection, Engine, update

from credit_records.catalogue import Kind
from credit_records.contradictions import NAME
from credit_records.database import writing
from credit_records.derivation import Derivation
from credit_records.record_batches import Batch, BatchOutcome
from credit_records.rows import NOTED, REFUSED, CheckedRow, Problem
from credit_records.tables import delivery, quarantine
from credit_records.writing_back import written_back

__all__ = ["BatchOutcome", "Recorder"]

CONTRADICTION: Final = "contradiction"


class Recorder:
    """Records rows of one kind for one delivery. Not for several threads at once.

    `derive` is the checker's: facts are found anew when a delivery carries only some fields.
    """

    def __init__(self, engine: Engine, kind: Kind, delivery_id: int, derive: Derivation) -> None:
        self._engine = engine
        self._kind = kind
        self._delivery_id = delivery_id
        self._derive = derive

    def record(
        self,
        rows: Sequence[CheckedRow],
        problems: Sequence[Problem] = (),
        numbers: Sequence[int] = (),
        fates: list[str] | None = None,
    ) -> BatchOutcome:
        """Record a batch whole or not at all, with its problems and the delivery's running figures.

        `numbers` are the lines of the rows, for problems that only the database shows. `fates`, where it is given,
        is told what became of each row: new, changed, unchanged or refused.
        """
        outcome = BatchOutcome()
        with writing(self._engine) as connection:
            for part in _without_repeats(rows):
                batch = Batch(connection, self._kind, self._delivery_id, self._derive)
                outcome += batch.record(part)
                if fates is not None:
                    fates += batch.fates(part)
            if outcome.wrong:
                lines = {row.key: number for row, number in zip(rows, numbers, strict=False)}
                outcome = replace(outcome, problems=tuple(self._contradictions(outcome, lines)))
                problems = [*problems, *outcome.problems]
            self._quarantine(connection, problems)
            self._count(connection, outcome, problems)
        return outcome

    def _contradictions(self, outcome: BatchOutcome, lines: Mapping[str, int]) -> Iterator[Problem]:
        refuses = self._kind.subject.contradiction == "refused"
        name = self._kind.by_name[self._kind.subject.name]
        for wrong in outcome.wrong:
            if wrong.fault != NAME:
                continue
            yield Problem(
                lines.get(wrong.row.key, 0),
                REFUSED if refuses else NOTED,
                name.title,
                wrong.row.name,
                CONTRADICTION,
                f"统一社会信用代码 {wrong.row.uscc} 登记的名称是“{wrong.known_name}”，与报送的名称不一致",
                "请核对代码和名称，更正后重新报送；已记入重错码台账",
                orjson.dumps(written_back(self._kind, orjson.loads(wrong.row.fields), self._derive.declared)).decode(),
            )

    def _quarantine(self, connection: Connection, problems: Sequence[Problem]) -> None:
        if problems:
            values = [{"delivery_id": self._delivery_id, **problem._asdict()} for problem in problems]
            connection.execute(quarantine.insert(), values)

    def _count(self, connection: Connection, outcome: BatchOutcome, problems: Sequence[Problem]) -> None:
        told = len(
            {problem.row for problem in problems if problem.severity == REFUSED and problem.rule != "contradiction"}
        )
        refused = told + outcome.refused
        noted = len({problem.row for problem in problems if problem.severity == NOTED})
        kept = outcome.new + outcome.changed + outcome.unchanged
        connection.execute(
            update(delivery)
            .where(delivery.c.id == self._delivery_id)
            .values(
                rows=delivery.c.rows + kept + refused,
                new=delivery.c.new + outcome.new,
                changed=delivery.c.changed + outcome.changed,
                unchanged=delivery.c.unchanged + outcome.unchanged,
                refused=delivery.c.refused + refused,
                noted=delivery.c.noted + noted,
                measured=delivery.c.measured + outcome.measured,
                timely=delivery.c.timely + outcome.timely,
                subjects=delivery.c.subjects + outcome.subjects,
            )
        )


def _without_repeats(rows: Sequence[CheckedRow]) -> Iterator[list[CheckedRow]]:
    """Cut the rows so that no key stands twice in a part: the later of two is then a change to the earlier."""
    if len({row.key for row in rows}) == len(rows):
        yield list(rows)
        return
    part: list[CheckedRow] = []
    seen: set[str] = set()
    for row in rows:
        if row.key in seen:
            yield part
            part, seen = [], set()
        part.append(row)
        seen.add(row.key)
    if part:
        yield part
