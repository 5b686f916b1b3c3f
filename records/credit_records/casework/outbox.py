"""Mail waiting to be sent: put here in the transaction of what it tells, sent by whoever has a mail server.

Address and text are emptied once a mail is sent or given up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, select, update

from credit_records.casework.tables import mail
from credit_records.database import writing
from credit_records.deliveries import utc_now

KEPT: Final = timedelta(days=7)  # where it could not be sent
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=6)
_EMPTY: Final[Mapping[str, Any]] = {"to": "", "subject": "", "body": "", "next_at": None}


@dataclass(frozen=True, slots=True)
class Mail:
    """A plain-text mail to one address; `tries` have failed so far."""

    id: int
    to: str
    subject: str
    body: str
    tries: int


def queue_mail(connection: Connection, to: str, subject: str, body: str) -> None:
    """Put a mail in the outbox, in the transaction of what it tells."""
    now = utc_now()
    values = {"to": to, "subject": subject, "body": body, "created_at": now, "next_at": now}
    connection.execute(insert(mail).values(values))


def due(engine: Engine, limit: int = 20) -> list[Mail]:
    """The mails to try now, the longest due first."""
    columns = (mail.c.id, mail.c.to, mail.c.subject, mail.c.body, mail.c.tries)
    statement = select(*columns).where(mail.c.next_at <= utc_now()).order_by(mail.c.next_at, mail.c.id).limit(limit)
    with engine.connect() as connection:
        return [Mail(*row) for row in connection.execute(statement)]


def sent(engine: Engine, number: int) -> None:
    """The mail has been handed over."""
    with writing(engine) as connection:
        connection.execute(update(mail).where(mail.c.id == number).values(**_EMPTY, sent_at=utc_now()))


def failed(engine: Engine, number: int, *, for_good: bool = False) -> None:
    """The mail could not be handed over: it is tried again, less and less often; `for_good`: it is given up."""
    with writing(engine) as connection:
        tries = connection.execute(select(mail.c.tries).where(mail.c.id == number)).scalar_one() + 1
        wait = min(FIRST_WAIT * 2 ** min(tries - 1, 20), LONGEST_WAIT)
        next_at = (datetime.now(UTC) + wait).isoformat(timespec="milliseconds")
        values = {**_EMPTY, "tries": tries} if for_good else {"tries": tries, "next_at": next_at}
        connection.execute(update(mail).where(mail.c.id == number).values(values))


def give_up_old(engine: Engine, kept: timedelta = KEPT) -> int:
    """Give up and empty mails that have waited longer than `kept`, as where no mail server is set; how many."""
    old = mail.c.next_at.is_not(None) & (mail.c.created_at < (datetime.now(UTC) - kept).isoformat())
    with engine.connect() as connection:
        if connection.execute(select(mail.c.id).where(old).limit(1)).first() is None:
            return 0
    with writing(engine) as connection:
        return connection.execute(update(mail).where(old).values(_EMPTY)).rowcount
