"""What an operator watches of the database. Each figure is bounded by a day or by an index: it is asked often."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from credit_records.calendar import today
from credit_records.casework.tables import application, mail
from credit_records.changes import latest_seq
from credit_records.tables import change, delivery

OUTCOMES: Final = ("new", "changed", "unchanged", "refused", "noted")
_OPEN: Final = ("submitted", "accepted", "asked", "proposed")
_A_DAY: Final = timedelta(days=1)
_DELIVERIES_LOOKED_AT: Final = 10_000  # a way that was not used for so many is not told


@dataclass(frozen=True, slots=True)
class OperatingFigures:
    """Instants are Unix times.

    Attributes:
        newest_change: number of the change log's last entry.
        newest_deliveries: when the last delivery of each way began.
        rows: of the deliveries of the last day, by outcome.
        unfinished: deliveries of the last day that have not ended: under way, or cut off.
        applications: open ones by state.
        overdue: open applications whose day has passed.
        mails: not sent yet.
    """

    newest_change: int
    newest_deliveries: Mapping[str, float]
    rows: Mapping[str, int]
    unfinished: int
    applications: Mapping[str, int]
    overdue: int
    mails: int


def operating_figures(connection: Connection) -> OperatingFigures:
    since = (datetime.now(UTC) - _A_DAY).isoformat(timespec="milliseconds")
    sums = [func.coalesce(func.sum(delivery.c[outcome]), 0) for outcome in OUTCOMES]
    rows = connection.execute(select(*sums).where(delivery.c.started_at >= since)).one()
    running = delivery.c.started_at >= since, delivery.c.finished_at.is_(None)
    waiting = application.c.state.in_(_OPEN)
    by_state = select(application.c.state, func.count()).where(waiting).group_by(application.c.state)
    return OperatingFigures(
        newest_change=latest_seq(connection),
        newest_deliveries=_newest_deliveries(connection),
        rows=dict(zip(OUTCOMES, map(int, rows), strict=True)),
        unfinished=connection.execute(select(func.count()).where(*running)).scalar_one(),
        applications=dict.fromkeys(_OPEN, 0) | dict(connection.execute(by_state).all()),
        overdue=connection.execute(
            select(func.count()).where(waiting, application.c.due_on < today().isoformat())
        ).scalar_one(),
        mails=connection.execute(select(func.count()).where(mail.c.next_at.is_not(None))).scalar_one(),
    )


def waiting_since(connection: Connection, cursor: int) -> float | None:
    """When the first change after the cursor was recorded, as Unix time; None where there is none."""
    first = select(change.c.at).where(change.c.seq > cursor).order_by(change.c.seq).limit(1)
    found = connection.execute(first).scalar()
    return datetime.fromisoformat(found).timestamp() if found else None


def _newest_deliveries(connection: Connection) -> dict[str, float]:
    last = select(delivery.c.way, delivery.c.started_at).order_by(delivery.c.id.desc()).limit(_DELIVERIES_LOOKED_AT)
    newest = last.subquery()
    found = connection.execute(select(newest.c.way, func.max(newest.c.started_at)).group_by(newest.c.way))
    return {way: datetime.fromisoformat(at).timestamp() for way, at in found}
