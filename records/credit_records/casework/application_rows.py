"""An application as it is read: by its secret, by its number and secret, by its id for staff."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, Join, RowMapping, Select, select

from credit_records.casework.procedures import Procedure, procedure
from credit_records.casework.states import DRAFT, SEEN_OUTSIDE
from credit_records.casework.tables import application
from credit_records.catalogue import Catalogue
from credit_records.statistics import UNIT
from credit_records.tables import delivery


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided, or is proposed.

    Attributes:
        reason: the code of a refusal's or decline's reason; None for a grant.
        text: the explanation, in the words of whoever decided.
        effect: what a grant does to the record.
        corrections: field name → new text, where the record is corrected.
    """

    reason: str | None = None
    text: str = ""
    effect: str | None = None
    corrections: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody asks about a record. Instants are UTC.

    Attributes:
        number: of the receipt; None of a draft.
        unit: whose records it is about, as `credit_records.statistics` tells.
        about_id: the refused application that this one objects to.
        answers: question → text.
        asked: what more is wanted, while the state is `asked`; since `asked_at`, in the state `asked_from`.
        due_on: the last day for what comes next; None while nobody here owes anything.
        days_left: working days that were left when more was asked for.
        version: grows with every change.
    """

    id: int
    procedure: str
    number: str | None
    record_id: int
    delivery_id: int
    unit: str
    kind: str
    dishonesty_class: str | None
    about_id: int | None
    state: str
    answers: Mapping[str, str]
    asked: str | None
    asked_at: str | None
    asked_from: str | None
    outcome: Outcome | None
    policy_on: date | None
    created_at: str
    updated_at: str
    expires_at: str | None
    submitted_at: str | None
    accepted_at: str | None
    decided_at: str | None
    due_on: date | None
    days_left: int | None
    worked_days: int | None
    proposer_id: int | None
    version: int

    @property
    def outside_state(self) -> str:
        """The state as the applicant sees it."""
        return SEEN_OUTSIDE.get(self.state, self.state)

    def rules(self, on: date, declared: Catalogue | None = None) -> Procedure:
        """The procedure that it follows: that of the day `on` while it is a draft, later that of its submission."""
        day = on if self.state == DRAFT or self.policy_on is None else self.policy_on
        return procedure(self.procedure, day, declared)


_COLUMNS: Final = tuple(
    application.c[name]
    for name in (
        "id",
        "procedure",
        "number",
        "record_id",
        "delivery_id",
        "kind",
        "class",
        "about_id",
        "state",
        "answers",
        "asked",
        "outcome",
        "policy_on",
        "created_at",
        "updated_at",
        "expires_at",
        "submitted_at",
        "accepted_at",
        "decided_at",
        "due_on",
        "days_left",
        "worked_days",
        "proposer_id",
        "version",
    )
)


def by_secret(connection: Connection, secret: str) -> Application | None:
    """The application that the secret opens, whatever its state."""
    digest = hash_of(secret)
    statement = applications(application.c.secret_hash).where(application.c.secret_hash == digest)
    found = connection.execute(statement).mappings().first()
    if found is None or not hmac.compare_digest(found["secret_hash"], digest):
        return None
    return as_application(found)


def by_number(connection: Connection, number: str, secret: str) -> Application | None:
    """The application of this number, if the secret is its own. Only the secret is looked up, so that the time taken
    tells nothing of which numbers exist.
    """
    found = by_secret(connection, secret)
    own = (found.number if found else None) or ""
    return found if hmac.compare_digest(own.encode(), number.strip().upper().encode()) and own else None


def by_id(connection: Connection, application_id: int) -> Application | None:
    """The application of this id, for staff, who must be asked for first whether they may see it."""
    found = connection.execute(applications().where(application.c.id == application_id)).mappings().first()
    return as_application(found) if found else None


def applications_to(connection: Connection, record_id: int) -> list[Application]:
    """What was submitted about a record, newest first. For staff."""
    statement = applications().where(application.c.record_id == record_id, application.c.submitted_at.is_not(None))
    rows = connection.execute(statement.order_by(application.c.id.desc())).mappings()
    return [as_application(row) for row in rows]


def hash_of(secret: str) -> str:
    """What the table keeps of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


WITH_DELIVERY: Final = application.join(delivery, delivery.c.id == application.c.delivery_id)


def applications(*more: ColumnElement[Any], joined: Join = WITH_DELIVERY) -> Select[Any]:
    """Applications with their unit, and more columns of what is `joined`, their delivery among it."""
    return select(*_COLUMNS, UNIT.label("unit"), *more).select_from(joined)


def as_application(told: RowMapping) -> Application:
    """A row of `applications`, by its columns."""
    asked = orjson.loads(told["asked"]) if told["asked"] else {}
    return Application(
        id=told["id"],
        procedure=told["procedure"],
        number=told["number"],
        record_id=told["record_id"],
        delivery_id=told["delivery_id"],
        unit=told["unit"],
        kind=told["kind"],
        dishonesty_class=told["class"],
        about_id=told["about_id"],
        state=told["state"],
        answers=orjson.loads(told["answers"]),
        asked=asked.get("text"),
        asked_at=asked.get("at"),
        asked_from=asked.get("from"),
        outcome=Outcome(**orjson.loads(told["outcome"])) if told["outcome"] else None,
        policy_on=_day(told["policy_on"]),
        created_at=told["created_at"],
        updated_at=told["updated_at"],
        expires_at=told["expires_at"],
        submitted_at=told["submitted_at"],
        accepted_at=told["accepted_at"],
        decided_at=told["decided_at"],
        due_on=_day(told["due_on"]),
        days_left=told["days_left"],
        worked_days=told["worked_days"],
        proposer_id=told["proposer_id"],
        version=told["version"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
