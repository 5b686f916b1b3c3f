"""A provider's own deliveries and what is to correct in them, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, select

from credit_records.deliveries import Delivery, as_delivery
from credit_records.rows import REFUSED
from credit_records.tables import delivery, quarantine

WAYS: Final = ("push", "inbox", "upload", "pull", "command")


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """`following` is the number before which the next page begins; None on the last."""

    deliveries: Sequence[Delivery]
    following: int | None


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """A problem with its place; `row` 0 is the whole file."""

    id: int
    row: int
    severity: str
    field: str
    value: str
    reason: str
    remedy: str

    @property
    def refused(self) -> bool:
        return self.severity == REFUSED


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """`total` is of all pages; `following` the cursor after which the next begins; None on the last."""

    lines: Sequence[ProblemLine]
    total: int
    following: tuple[int, int] | None


def deliveries_of(
    connection: Connection, provider: str, *, way: str | None = None, before: int | None = None, limit: int = 20
) -> DeliveryPage:
    """The provider's deliveries, newest first; `before` is the `following` of the page before."""
    statement = select(delivery).where(delivery.c.provider == provider).order_by(delivery.c.id.desc()).limit(limit + 1)
    if way is not None:
        statement = statement.where(delivery.c.way == way)
    if before is not None:
        statement = statement.where(delivery.c.id < before)
    found = [as_delivery(row) for row in connection.execute(statement)]
    return DeliveryPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def delivery_of(connection: Connection, provider: str, number: int) -> Delivery | None:
    """The delivery of this number, where it is the provider's own."""
    statement = select(delivery).where(delivery.c.id == number, delivery.c.provider == provider)
    found = connection.execute(statement).first()
    return as_delivery(found) if found else None


def uploaded(connection: Connection, provider: str, beginning: str) -> Delivery | None:
    """The provider's newest upload of a file whose name begins so."""
    statement = (
        select(delivery)
        .where(
            delivery.c.provider == provider,
            delivery.c.way == "upload",
            delivery.c.file_name.startswith(beginning, autoescape=True),
        )
        .order_by(delivery.c.id.desc())
        .limit(1)
    )
    found = connection.execute(statement).first()
    return as_delivery(found) if found else None


def problems_of(
    connection: Connection, number: int, *, after: tuple[int, int] | None = None, limit: int = 50
) -> ProblemPage:
    """What is to correct in a delivery, by row; `after` is the `following` of the page before: a row and a number."""
    of_delivery = quarantine.c.delivery_id == number
    columns: list[Any] = [
        quarantine.c[name] for name in ("id", "row", "severity", "field", "value", "reason", "remedy")
    ]
    statement = select(*columns).where(of_delivery).order_by(quarantine.c.row, quarantine.c.id).limit(limit + 1)
    if after is not None:
        row, last = after
        same = (quarantine.c.row == row) & (quarantine.c.id > last)
        statement = statement.where((quarantine.c.row > row) | same)
    found = [ProblemLine(*each) for each in connection.execute(statement)]
    total = connection.execute(select(func.count()).select_from(quarantine).where(of_delivery)).scalar_one()
    last_shown = found[limit - 1] if len(found) > limit else None
    return ProblemPage(found[:limit], total, (last_shown.row, last_shown.id) if last_shown else None)
