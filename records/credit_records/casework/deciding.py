"""What officers do with an application, each in one transaction with its history, the audit trail and the mail.

All take the version in which the officer saw the application, so that of two who decide at once one is told so: they
raise `StaleError`, `NotAllowedError` and `NotNowError`. `on` is the day in China on which it is done, today by default.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

import orjson
from sqlalchemy import Engine, select

from credit_records.calendar import add_working_days, working_days_between
from credit_records.casework.application_rows import Application, Outcome
from credit_records.casework.cases import Case, confirmers, deciders, opened
from credit_records.casework.changing import said
from credit_records.casework.deadlines import days_left, due_after, extended
from credit_records.casework.effects import EFFECTS
from credit_records.casework.errors import NotAllowedError, NotNowError
from credit_records.casework.events import ASK, EXTEND, waited_days, was_done
from credit_records.casework.procedures import Procedure, Reason
from credit_records.casework.states import ACCEPTED, ASKED, DECLINED, GRANTED, PROPOSED, REFUSED, SUBMITTED
from credit_records.catalogue.procedures import EffectChoice
from credit_records.publication import RecordNotFoundError, TransitionRefusedError
from credit_records.staff.officers import Officer
from credit_records.states import civil_day
from credit_records.tables import record


def accept(
    engine: Engine, officer: Officer, application_id: int, version: int, *, on: date | None = None
) -> Application:
    """Take the application up: the deadline of the decision begins."""
    with opened(engine, officer, application_id, version, who=deciders, on=on) as case:
        case.be_in(SUBMITTED)
        values = {"state": ACCEPTED, "accepted_at": case.now, "due_on": _decision_due(case)}
        return case.become(values, "accept", mailed="accepted")


def decline(
    engine: Engine,
    officer: Officer,
    application_id: int,
    version: int,
    *,
    reason: str,
    text: str,
    on: date | None = None,
) -> Application:
    """Not accept the application, for one of the reasons that the procedure has for that."""
    with opened(engine, officer, application_id, version, who=deciders, on=on) as case:
        _be_before(case, SUBMITTED)
        outcome = Outcome(reason=_known(case.rules.declines, reason), text=_written(text))
        return _end(case, "decline", DECLINED, "declined", outcome)


def ask(
    engine: Engine, officer: Officer, application_id: int, version: int, text: str, *, on: date | None = None
) -> Application:
    """Ask the applicant for more: the deadline stands still until it is handed in."""
    with opened(engine, officer, application_id, version, who=deciders, on=on) as case:
        case.be_in(SUBMITTED, ACCEPTED)
        wanted = _written(text)
        left = days_left(case.day, case.found.due_on) if case.found.due_on else None
        asked = {"text": wanted, "at": case.now, "from": case.found.state}
        values = {"state": ASKED, "asked": _json(asked), "days_left": left, "due_on": None}
        return case.become(values, ASK, wanted, mailed="asked")


def note(
    engine: Engine, officer: Officer, application_id: int, version: int, text: str, *, on: date | None = None
) -> Application:
    """Write something down for colleagues."""
    with opened(engine, officer, application_id, version, who=deciders, on=on) as case:
        return case.become({}, "note", _written(text), public=False)


def extend(
    engine: Engine, officer: Officer, application_id: int, version: int, text: str, *, on: date | None = None
) -> Application:
    """Lengthen the deadline of the decision once, as the policy allows in complex cases."""
    with opened(engine, officer, application_id, version, who=deciders, on=on) as case:
        case.be_in(ACCEPTED)
        why = _written(text)
        limit = case.rules.deadline(ACCEPTED)
        if limit is None or not limit.extension_days or case.found.due_on is None:
            message = "这类申请的办理期限不能延长"
            raise NotNowError(message)
        if was_done(case.connection, case.found.id, EXTEND):
            message = "办理期限只能延长一次"
            raise NotNowError(message)
        if case.found.due_on < case.day:
            message = "办理期限已过，不能再延长"
            raise NotNowError(message)
        later = extended(case.found.due_on, limit).isoformat()
        return case.become({"due_on": later}, EXTEND, why, mailed="extended")


def grant(
    engine: Engine,
    officer: Officer,
    application_id: int,
    version: int,
    text: str = "",
    *,
    effect: str | None = None,
    corrections: Mapping[str, str] | None = None,
    on: date | None = None,
) -> Application:
    """Grant the application. What it does to the record is done in the same transaction, or nothing is.

    Where the record's class asks for four eyes it is only proposed, and done when another officer confirms.
    `effect` is one of `effects_of`, the first by default; `corrections` are field name → text.
    """
    with opened(engine, officer, application_id, version, who=deciders, on=on) as case:
        case.be_in(ACCEPTED)
        outcome = Outcome(None, said(text), _effect(case, effect), dict(corrections) if corrections else None)
        if not _wants_four_eyes(case):
            return _carry_out(case, outcome)
        values = {"state": PROPOSED, "outcome": _json(asdict(outcome)), "proposer_id": case.officer.id}
        return case.become(values, "propose", outcome.text, public=False, told=_told(case, outcome))


def confirm(
    engine: Engine, officer: Officer, application_id: int, version: int, *, on: date | None = None
) -> Application:
    """Agree to a proposed grant, which is then done. Not for the officer who proposed it."""
    with opened(engine, officer, application_id, version, who=confirmers, on=on) as case:
        case.be_in(PROPOSED)
        if case.found.proposer_id == case.officer.id:
            message = "意见是您提出的，须由另一位人员复核"
            raise NotAllowedError(message)
        return _carry_out(case, case.found.outcome or Outcome())


def send_back(
    engine: Engine, officer: Officer, application_id: int, version: int, text: str, *, on: date | None = None
) -> Application:
    """Not agree to a proposed grant: the application is under way again."""
    with opened(engine, officer, application_id, version, who=confirmers, on=on) as case:
        case.be_in(PROPOSED)
        values = {"state": ACCEPTED, "outcome": None, "proposer_id": None}
        return case.become(values, "send_back", _written(text), public=False)


def refuse(
    engine: Engine,
    officer: Officer,
    application_id: int,
    version: int,
    *,
    reason: str,
    text: str,
    on: date | None = None,
) -> Application:
    """Refuse the application, for one of the reasons that the procedure has for that."""
    with opened(engine, officer, application_id, version, who=deciders, on=on) as case:
        _be_before(case, ACCEPTED)
        outcome = Outcome(reason=_known(case.rules.refusals, reason), text=_written(text))
        return _end(case, "refuse", REFUSED, "refused", outcome)


def effects_of(found: Application, rules: Procedure) -> tuple[EffectChoice, ...]:
    """What granting this application may do, the first being what it does where nobody chooses."""
    return tuple(each for each in rules.effects if found.about_id is not None or not each.about_another)


def _carry_out(case: Case, outcome: Outcome) -> Application:
    effect = next(name for name in EFFECTS if name == outcome.effect)
    try:
        EFFECTS[effect](case, outcome)
    except (TransitionRefusedError, RecordNotFoundError) as refused:
        raise NotNowError(str(refused)) from refused
    return _end(case, "grant", GRANTED, "granted", outcome)


def _end(case: Case, action: str, state: str, mailed: str, outcome: Outcome) -> Application:
    submitted_on = civil_day(case.found.submitted_at or case.now)
    worked = working_days_between(submitted_on, case.day) - waited_days(case.connection, case.found.id, case.day)
    values = {
        "state": state,
        "outcome": _json(asdict(outcome)),
        "asked": None,
        "days_left": None,
        "due_on": None,
        "decided_at": case.now,
        "worked_days": max(worked, 0),
    }
    return case.become(values, action, outcome.text, mailed=mailed, told=_told(case, outcome))


def _decision_due(case: Case) -> str | None:
    """The last day to decide; where it counts from submission, days of waiting for the applicant are not counted."""
    limit = case.rules.deadline(ACCEPTED)
    if limit is None:
        return None
    if limit.counted_from == "acceptance":
        return due_after(case.day, limit).isoformat()
    due_on = due_after(civil_day(case.found.submitted_at or case.now), limit)
    waited = waited_days(case.connection, case.found.id, case.day)
    return (add_working_days(due_on, waited) if waited else due_on).isoformat()


def _wants_four_eyes(case: Case) -> bool:
    """By the class when it was submitted, and by that of today, for the record may have been corrected since."""
    statement = select(record.c["class"]).where(record.c.id == case.found.record_id)
    classes = {case.found.dishonesty_class, case.connection.execute(statement).scalar()}
    return not case.rules.four_eyes.isdisjoint(filter(None, classes))


def _effect(case: Case, chosen: str | None) -> str:
    names = [each.name for each in effects_of(case.found, case.rules)]
    found = chosen or names[0]
    if found not in names:
        message = "这件申请不能这样处理"
        raise NotNowError(message)
    return found


def _be_before(case: Case, state: str) -> None:
    """In the state, or asked for more while in it."""
    if case.found.asked_from != state:
        case.be_in(state)


def _known(reasons: Sequence[Reason], code: str) -> str:
    if code not in {reason.code for reason in reasons}:
        message = "请从所列各项中选择理由"
        raise NotNowError(message)
    return code


def _written(text: str) -> str:
    written = said(text)
    if not written:
        message = "请写明理由和要求"
        raise NotNowError(message)
    return written


def _told(case: Case, outcome: Outcome) -> dict[str, object]:
    """For the audit trail: of corrections which fields, not what they say."""
    told = {"record": case.found.record_id, "reason": outcome.reason, "effect": outcome.effect}
    return told | ({"corrected": sorted(outcome.corrections)} if outcome.corrections else {})


def _json(values: Mapping[str, object]) -> str:
    return orjson.dumps(values).decode()
