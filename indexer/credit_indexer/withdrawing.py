"""What a delivery published, taken out of public view as a whole, and brought back once that has been settled."""

from collections.abc import Callable
from itertools import islice
from typing import Final

from credit_records.database import writing
from credit_records.publication import Act, TransitionRefusedError, reinstate_within, withdraw_within
from credit_records.states import ENDED, HIDDEN, PENDING, PUBLISHED, WITHDRAWN
from credit_records.tables import record
from sqlalchemy import Connection, Engine, select

BATCH: Final = 500  # records in one transaction, so that other writers have their turn

Progress = Callable[[int, int], None]


def withdraw_delivery(engine: Engine, number: int, act: Act, progress: Progress) -> int:
    """Withdraw every record that this delivery made or last changed; how many. Repaired ones stay as they are."""
    found = _of_delivery(engine, number, (PUBLISHED, PENDING, HIDDEN, ENDED))
    return _each(engine, found, lambda connection, one: withdraw_within(connection, one, act), progress)


def reinstate_delivery(engine: Engine, number: int, act: Act, progress: Progress) -> int:
    """Bring the withdrawn records of this delivery back to what their terms make of them today; how many."""
    found = _of_delivery(engine, number, (WITHDRAWN,))
    return _each(engine, found, lambda connection, one: reinstate_within(connection, one, act), progress)


def _of_delivery(engine: Engine, number: int, states: tuple[str, ...]) -> list[int]:
    wanted = select(record.c.id).where(record.c.delivery_id == number, record.c.state.in_(states)).order_by(record.c.id)
    with engine.connect() as connection:
        return list(connection.execute(wanted).scalars())


def _each(engine: Engine, found: list[int], do: Callable[[Connection, int], None], progress: Progress) -> int:
    waiting, done, seen = iter(found), 0, 0
    while batch := list(islice(waiting, BATCH)):
        with writing(engine) as connection:
            done += sum(_done(connection, record_id, do) for record_id in batch)
        seen += len(batch)
        progress(seen, len(found))
    return done


def _done(connection: Connection, record_id: int, do: Callable[[Connection, int], None]) -> bool:
    """False where somebody else decided about the record meanwhile."""
    try:
        do(connection, record_id)
    except TransitionRefusedError:
        return False
    return True
