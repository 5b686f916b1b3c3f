"""Deliveries: what came, from whom, when, and what became of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from credit_records.database import writing
from credit_records.rows import Problem
from credit_records.tables import delivery, quarantine


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery about to be recorded.

    Attributes:
        source: the provider's title, or what an operator called it.
        content_sha256: of the file's bytes, or of the call's body.
        provider: the provider's name; None where an operator loads a file.
        way: command, inbox, push, pull or upload.
    """

    source: str
    file_name: str
    content_sha256: str
    bytes: int
    kind: str
    provider: str | None = None
    way: str = "command"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as recorded. `finished_at` is None while it runs, and for ever where it was cut off.

    `subjects` is how many it named that nobody had named before.
    """

    id: int
    source: str
    file_name: str
    content_sha256: str
    bytes: int
    kind: str
    started_at: datetime
    finished_at: datetime | None
    rows: int
    new: int
    changed: int
    unchanged: int
    refused: int
    noted: int
    measured: int = 0
    timely: int = 0
    provider: str | None = None
    way: str = "command"
    subjects: int = 0


def utc_now() -> str:
    """This instant as the tables keep it: ISO text in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def start_delivery(engine: Engine, new: NewDelivery) -> int:
    """Record that a delivery begins; its number.

    Problems of an earlier load of the very same content are dropped, for this load finds them again.
    """
    same = select(delivery.c.id).where(
        delivery.c.content_sha256 == new.content_sha256, delivery.c.kind == new.kind, delivery.c.source == new.source
    )
    with writing(engine) as connection:
        connection.execute(delete(quarantine).where(quarantine.c.delivery_id.in_(same)))
        values = {
            "source": new.source,
            "file_name": new.file_name,
            "content_sha256": new.content_sha256,
            "bytes": new.bytes,
            "kind": new.kind,
            "started_at": utc_now(),
            "provider": new.provider,
            "way": new.way,
        }
        number: int = connection.execute(insert(delivery).values(values).returning(delivery.c.id)).scalar_one()
        return number


def finish_delivery(engine: Engine, number: int) -> Delivery:
    """Mark the delivery as whole; its final figures."""
    with writing(engine) as connection:
        connection.execute(update(delivery).where(delivery.c.id == number).values(finished_at=utc_now()))
        return read_delivery(connection, number)


def read_delivery(connection: Connection, number: int) -> Delivery:
    """The delivery of this number."""
    return as_delivery(connection.execute(select(delivery).where(delivery.c.id == number)).one())


def find_delivery(connection: Connection, number: int) -> Delivery | None:
    """The delivery of this number, where there is one."""
    found = connection.execute(select(delivery).where(delivery.c.id == number)).first()
    return as_delivery(found) if found else None


def last_deliveries(connection: Connection, limit: int = 20) -> list[Delivery]:
    """The newest deliveries, newest first."""
    found = connection.execute(select(delivery).order_by(delivery.c.id.desc()).limit(limit))
    return [as_delivery(row) for row in found]


def as_delivery(row: tuple[object, ...]) -> Delivery:
    """A row of the table `delivery` as a `Delivery`."""
    values: dict[str, Any] = dict(zip((column.name for column in delivery.columns), row, strict=True))
    for name in ("started_at", "finished_at"):
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return Delivery(**values)


def refuse_delivery(engine: Engine, number: int, problem: Problem) -> Delivery:
    """Finish a delivery of which nothing could be read: `problem` is the whole file's, its row 0."""
    with writing(engine) as connection:
        connection.execute(delete(quarantine).where(quarantine.c.delivery_id == number))
        connection.execute(insert(quarantine).values(delivery_id=number, **problem._asdict()))
        connection.execute(update(delivery).where(delivery.c.id == number).values(finished_at=utc_now()))
        return read_delivery(connection, number)
