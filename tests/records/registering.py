"""Rows of a kind as tests write them, checked and recorded the way deliveries are."""

from collections.abc import Mapping
from itertools import count

from credit_records.catalogue import Catalogue, Kind, catalogue
from credit_records.checking import Checked, Checker
from credit_records.deliveries import Delivery, NewDelivery, finish_delivery, start_delivery
from credit_records.reading import find_subject
from credit_records.recording import BatchOutcome, Recorder
from credit_records.subjects import Subject
from sqlalchemy import Engine
from stdnum.cn import uscc

_NUMBERS = count(1)
UNASSIGNED_DIVISION = "629901"  # fictional subjects are registered where nobody can be


def code(serial: int = 1, division: str = UNASSIGNED_DIVISION, kind: str = "91") -> str:
    """A code with a right check character for a subject that does not exist."""
    body = f"{kind}{division}{serial:09d}"
    return body + uscc.calc_check_digit(body)


def check(kind: Kind, rows: list[Mapping[str, str]], declared: Catalogue | None = None) -> Checked:
    """Check rows of field name → text; fields that a row does not name are empty cells."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    values = [tuple(row.get(name, "") for name in columns) for row in rows]
    return Checker(kind, columns, declared=declared or catalogue()).check(range(2, len(rows) + 2), values)


class Office:
    """Delivers rows of one kind to one database."""

    def __init__(self, engine: Engine, kind: Kind, declared: Catalogue | None = None) -> None:
        self.engine = engine
        self._kind = kind
        self._declared = declared or catalogue()

    def deliver(self, *rows: Mapping[str, str], content: str | None = None) -> BatchOutcome:
        """Record the rows as one batch of one delivery."""
        checked = check(self._kind, list(rows), self._declared)
        number = self.start(content)
        outcome = self.recorder(number).record(checked.rows, checked.problems, checked.numbers)
        self.delivery = self.finish(number)
        return outcome

    def start(self, content: str | None = None) -> int:
        digest = content or f"content {next(_NUMBERS)}"
        return start_delivery(self.engine, NewDelivery("市场监管局", "登记.csv", digest, 100, self._kind.name))

    def finish(self, number: int) -> Delivery:
        return finish_delivery(self.engine, number)

    def recorder(self, number: int) -> Recorder:
        checker = Checker(self._kind, [field.name for field in self._kind.fields], declared=self._declared)
        return Recorder(self.engine, self._kind, number, checker.derive)

    def subject(self, uscc: str) -> Subject:
        with self.engine.connect() as connection:
            found = find_subject(connection, uscc)
        assert found is not None
        return found
