"""What applicants do: begin a draft, save it, submit it, hand in what was asked for, withdraw.

Who applies has no account: a secret of 256 bits opens the draft and whatever becomes of it. The table holds its hash.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Engine, delete, insert, select

from credit_records.calendar import today
from credit_records.casework import audit
from credit_records.casework.answers import check_answers
from credit_records.casework.application_rows import (
    Application,
    Outcome,
    applications_to,
    by_id,
    by_number,
    by_secret,
    hash_of,
)
from credit_records.casework.changing import change, instant, lock_by_secret, read, said
from credit_records.casework.deadlines import due_after, due_again
from credit_records.casework.errors import (
    DraftGoneError,
    IncompleteError,
    NotEligibleError,
    NotNowError,
)
from credit_records.casework.events import add_event
from credit_records.casework.materials import purposes_of
from credit_records.casework.notices import tell_applicant
from credit_records.casework.numbers import new_number
from credit_records.casework.procedures import PAPERS, Procedure, procedure
from credit_records.casework.requirements import require, require_refused
from credit_records.casework.states import DRAFT, DROPPED, OPEN, SUBMITTED
from credit_records.casework.tables import application, application_event, application_material
from credit_records.catalogue import Catalogue, catalogue
from credit_records.database import writing
from credit_records.durability import outlast_power_cut
from credit_records.record_reading import Record, find_record_for_staff
from credit_records.tables import record

__all__ = [
    "Application",
    "Opened",
    "Outcome",
    "applications_to",
    "begin",
    "by_id",
    "by_number",
    "by_secret",
    "drop",
    "purge_drafts",
    "save",
    "submit",
    "supply",
]

SECRET_BYTES: Final = 32
DRAFT_LASTS: Final = timedelta(days=30)
PURGE_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft, and the secret that opens it, which is told this once."""

    application: Application
    secret: str


def begin(
    engine: Engine,
    name: str,
    record_id: int,
    *,
    about_id: int | None = None,
    on: date | None = None,
    declared: Catalogue | None = None,
) -> Opened:
    """Begin a draft of the procedure `name` about a record; `about_id` is the refused application it objects to.

    Raises:
        NotEligibleError: the procedure does not allow it now.
    """
    day, declared = on or today(), declared or catalogue()
    rules = procedure(name, day, declared)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    now = instant(on)
    with writing(engine) as connection:
        found, delivery_id = _record(connection, record_id)
        require(connection, found, rules, day, declared)
        if about_id is not None:
            require_refused(connection, about_id, record_id)
        values = {
            "procedure": name,
            "secret_hash": hash_of(secret),
            "record_id": record_id,
            "delivery_id": delivery_id,
            "kind": found.kind,
            "class": found.dishonesty_class,
            "about_id": about_id,
            "state": DRAFT,
            "answers": _json(_filled_in(rules, found)),
            "policy_on": day.isoformat(),
            "created_at": now,
            "updated_at": now,
            "expires_at": (datetime.fromisoformat(now) + DRAFT_LASTS).isoformat(timespec="milliseconds"),
        }
        number: int = connection.execute(insert(application).values(values).returning(application.c.id)).scalar_one()
        add_event(connection, number, "begin", DRAFT, at=now)
        return Opened(read(connection, number), secret)


def save(engine: Engine, secret: str, answers: Mapping[str, str], *, on: date | None = None) -> Application:
    """Put answers that `check_answers` has cleaned into the draft; an empty one takes what was there away.

    What is no question's of the procedure is left out.

    Raises:
        DraftGoneError: there is no draft of this secret.
    """
    with writing(engine) as connection:
        found = _draft(connection, secret, instant(on))
        known = {question.name for question in found.rules(on or today()).questions}
        merged = {**found.answers, **{name: text for name, text in answers.items() if name in known}}
        kept = {name: text for name, text in merged.items() if text}
        return change(connection, found, {"answers": _json(kept)})


def submit(
    engine: Engine,
    secret: str,
    *,
    on: date | None = None,
    link: str | None = None,
    declared: Catalogue | None = None,
) -> Application:
    """Submit the draft: it gets its number and its deadline. Submitted already, it is answered as it is.

    `link` opens it later and is mailed with the receipt, where an address is given; without it no secret is mailed.

    Raises:
        DraftGoneError: there is no such draft.
        IncompleteError: answers or papers are missing or wrong.
        NotEligibleError: the procedure no longer allows it.
    """
    day, now, declared = on or today(), instant(on), declared or catalogue()
    with writing(engine) as connection:
        found = lock_by_secret(connection, secret)
        if found is not None and found.submitted_at is not None:
            return found
        found = _draft(connection, secret, now)
        rules = procedure(found.procedure, day, declared)
        concerned, delivery_id = _record(connection, found.record_id)
        answers = _complete(connection, found, rules, concerned)
        require(connection, concerned, rules, day, declared)
        limit = rules.deadline(SUBMITTED)
        submitted = change(
            connection,
            found,
            {
                "number": new_number(connection, rules.spec.prefix, day),
                "state": SUBMITTED,
                "delivery_id": delivery_id,
                "class": concerned.dishonesty_class,
                "answers": _json(answers),
                "policy_on": day.isoformat(),
                "submitted_at": now,
                "expires_at": None,
                "due_on": due_after(day, limit).isoformat() if limit else None,
            },
        )
        add_event(connection, found.id, "submit", SUBMITTED, at=now)
        _audit(connection, submitted, "submit")
        tell_applicant(connection, submitted, rules, "submitted", link=link)
    outlast_power_cut(engine)  # a receipt is only given for what is sure to stay
    return submitted


def supply(engine: Engine, secret: str, text: str, *, on: date | None = None) -> Application:
    """Answer what was asked for: the application goes on where it was, with the days that were left.

    Raises:
        DraftGoneError: there is no application of this secret.
        NotNowError: nothing is asked for.
    """
    day = on or today()
    with writing(engine) as connection:
        found = _own(connection, secret)
        if found.asked_from is None:
            message = "现在没有要求补正材料"
            raise NotNowError(message)
        due_on = due_again(day, found.days_left) if found.days_left is not None else None
        supplied = change(
            connection,
            found,
            {
                "state": found.asked_from,
                "asked": None,
                "days_left": None,
                "due_on": due_on.isoformat() if due_on else None,
            },
        )
        add_event(connection, found.id, "supply", found.asked_from, said(text), at=instant(on))
        _audit(connection, supplied, "supply")
    outlast_power_cut(engine)
    return supplied


def drop(engine: Engine, secret: str, reason: str = "", *, on: date | None = None) -> Application:
    """Withdraw the application; of a draft nothing is decided, so that it may simply be left.

    Raises:
        DraftGoneError: there is no application of this secret.
        NotNowError: it is a draft, or has been decided.
    """
    with writing(engine) as connection:
        found = _own(connection, secret)
        if found.state not in OPEN:
            message = "这件申请已经办结，不能再撤回" if found.submitted_at else "还没有提交，不用撤回"
            raise NotNowError(message)
        now = instant(on)
        over = {"state": DROPPED, "asked": None, "due_on": None, "days_left": None, "decided_at": now}
        dropped = change(connection, found, over)
        add_event(connection, found.id, "drop", DROPPED, said(reason), at=now)
        _audit(connection, dropped, "drop")
        return dropped


def purge_drafts(engine: Engine, now: datetime | None = None) -> int:
    """Throw away drafts whose time is over, with all that was filled in; how many. Their files are swept later."""
    instant = (now or datetime.now(UTC)).isoformat(timespec="milliseconds")
    old = select(application.c.id).where(application.c.expires_at < instant, application.c.state == DRAFT)
    purged = 0
    with engine.connect() as connection:
        if connection.execute(old.limit(1)).first() is None:
            return 0  # without taking the write lock, for this is asked often
    while True:
        with writing(engine) as connection:
            numbers = list(connection.execute(old.limit(PURGE_BATCH).with_for_update()).scalars())
            for table in (application_event, application_material):
                connection.execute(delete(table).where(table.c.application_id.in_(numbers)))
            connection.execute(delete(application).where(application.c.id.in_(numbers)))
        purged += len(numbers)
        if len(numbers) < PURGE_BATCH:
            return purged


def _own(connection: Connection, secret: str) -> Application:
    found = lock_by_secret(connection, secret)
    if found is None:
        message = "没有这件申请，请核对编号和查询码"
        raise DraftGoneError(message)
    return found


def _draft(connection: Connection, secret: str, now: str) -> Application:
    found = lock_by_secret(connection, secret)
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        message = "没有这份草稿：草稿只保留 30 天，请从记录的页面重新开始"
        raise DraftGoneError(message)
    if found.state != DRAFT:
        message = "这份申请已经提交，不能再修改"
        raise DraftGoneError(message)
    return found


def _record(connection: Connection, record_id: int) -> tuple[Record, int]:
    """The record, which nobody changes until the transaction ends, and the delivery whose unit answers for it."""
    locked = connection.execute(
        select(record.c.delivery_id).where(record.c.id == record_id).with_for_update()
    ).scalar_one_or_none()
    found = find_record_for_staff(connection, record_id)
    if locked is None or found is None:
        message = "没有这条记录"
        raise NotEligibleError(message)
    return found, locked


def _filled_in(rules: Procedure, found: Record) -> dict[str, str]:
    """What the form knows beforehand. Of natural persons the record gives no more than a masked name, so nothing."""
    known = {"name": found.name, "uscc": found.uscc}
    filled = {question.name: known.get(question.filled_from or "") for question in rules.questions}
    return {name: text for name, text in filled.items() if text}


def _complete(connection: Connection, found: Application, rules: Procedure, concerned: Record) -> dict[str, str]:
    """All answers, checked again."""
    answers: dict[str, str] = {}
    faults: dict[str, dict[str, str]] = {}
    for step in rules.steps:
        cleaned, wrong = check_answers(step, found.answers)
        answers |= cleaned
        for question in step.questions:
            if question.filled_from == "uscc" and concerned.uscc and cleaned.get(question.name) != concerned.uscc:
                wrong.setdefault(question.name, f"与这条记录的主体不一致，应当是 {concerned.uscc}")
        if wrong:
            faults[step.name] = wrong
    handed_in = purposes_of(connection, found.id)
    missing = [paper for paper in rules.papers if paper.required and paper.name not in handed_in]
    if missing:
        faults[PAPERS] = {paper.name: f"请上传“{paper.title}”" for paper in missing}
    if faults:
        raise IncompleteError(faults)
    return {name: text for name, text in answers.items() if text}


def _audit(connection: Connection, found: Application, action: str) -> None:
    detail = {"number": found.number, "state": found.state}
    audit.append(connection, audit.APPLICANT, f"application.{action}", f"application/{found.id}", detail)


def _json(values: Mapping[str, Any]) -> str:
    return orjson.dumps(values).decode()
