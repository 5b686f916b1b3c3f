"""What a grant does, on the connection of the decision, so that both are there or neither."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import select

from credit_records.casework.application_rows import Outcome
from credit_records.casework.cases import Case
from credit_records.casework.changing import change, lock_by_id
from credit_records.casework.deadlines import due_after
from credit_records.casework.eligibility import running_among
from credit_records.casework.errors import NotNowError
from credit_records.casework.events import add_event
from credit_records.casework.notices import tell_applicant
from credit_records.casework.states import ACCEPTED, REFUSED
from credit_records.catalogue.procedures import Effect
from credit_records.publication import Act, correct_within, repair_within, withdraw_within
from credit_records.tables import record

Doing = Callable[[Case, Outcome], None]


def _act(case: Case, outcome: Outcome) -> Act:
    return Act(case.officer.login, f"{case.rules.title} {case.found.number}：{outcome.text or case.rules.spec.granted}")


def _repair(case: Case, outcome: Outcome) -> None:
    repair_within(case.connection, case.found.record_id, _act(case, outcome))


def _withdraw(case: Case, outcome: Outcome) -> None:
    withdraw_within(case.connection, case.found.record_id, _act(case, outcome))


def _correct(case: Case, outcome: Outcome) -> None:
    if not outcome.corrections:
        message = "请填写更正后的内容"
        raise NotNowError(message)
    correct_within(case.connection, case.found.record_id, _act(case, outcome), outcome.corrections)


def _reopen(case: Case, outcome: Outcome) -> None:
    """The refused application is taken up again where it was accepted, with a deadline of its own from today."""
    about = lock_by_id(case.connection, case.found.about_id) if case.found.about_id else None
    if about is None or about.state != REFUSED:
        message = "没有可以重新办理的申请"
        raise NotNowError(message)
    case.connection.execute(select(record.c.id).where(record.c.id == about.record_id).with_for_update())
    rules = about.rules(case.day)
    if rules.spec.one_at_a_time and running_among(case.connection, [about.record_id], about.procedure):
        message = "这条记录另有一件申请正在办理，请先把它办结"
        raise NotNowError(message)
    limit = rules.deadline(ACCEPTED)
    due_on = due_after(case.day, limit).isoformat() if limit else None
    values = {"state": ACCEPTED, "outcome": None, "decided_at": None, "worked_days": None, "due_on": due_on}
    again = change(case.connection, about, values)
    add_event(case.connection, again.id, "reopen", ACCEPTED, outcome.text, staff_id=case.officer.id, at=case.now)
    tell_applicant(case.connection, again, rules, "reopened")


EFFECTS: Final[Mapping[Effect, Doing]] = {
    "repair": _repair,
    "withdraw": _withdraw,
    "correct": _correct,
    "reopen": _reopen,
}
