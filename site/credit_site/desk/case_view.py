"""A case as its page tells it: the record, who applied and with what, what was done, the rule and its dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from credit_records.calendar import today
from credit_records.casework.application_rows import Application, applications_to
from credit_records.casework.deadlines import days_left, is_overdue
from credit_records.casework.eligibility import eligibility
from credit_records.casework.events import Event, history
from credit_records.casework.materials import Material, materials_of
from credit_records.casework.permissions import application_for, may_see
from credit_records.casework.procedures import Procedure, Question
from credit_records.casework.states import ASKED, PROPOSED
from credit_records.catalogue import Kind
from credit_records.publication import STATE_TITLES
from credit_records.record_reading import Record, find_record_for_staff
from credit_records.staff.officers import Officer, officer_names
from sqlalchemy import Connection

from credit_site.casework.material_files import MaterialView, material_views
from credit_site.civil_time import civil
from credit_site.desk.queue import unit_title, unit_titles, wait_text
from credit_site.desk.session import ROOM
from credit_site.record_view import Fact, RecordSheet, record_line, record_sheet
from credit_site.site import Site


@dataclass(frozen=True, slots=True)
class Found:
    """What the database tells of a case. `record` is None where it has been deleted since."""

    application: Application
    record: Record | None
    materials: list[Material]
    events: list[Event]
    others: list[Application]
    units: Mapping[str, str]
    names: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class EventLine:
    at: str
    who: str
    title: str
    text: str
    inside: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """One step of the form, as it was filled in."""

    title: str
    facts: list[Fact]


@dataclass(frozen=True, slots=True)
class OtherLine:
    address: str
    number: str
    title: str
    state: str
    day: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """`due` and `wait` are empty while nobody here owes anything; `proposal` is what waits for a second opinion."""

    application: Application
    rules: Procedure
    number: str
    address: str
    state: str
    headline: str
    owner: str
    uscc: str
    kind: str
    unit: str
    due: str
    wait: str
    overdue: bool
    record: RecordSheet | None
    record_state: str
    record_reason: str
    dates: list[Fact]
    answers: list[Answers]
    materials: list[MaterialView]
    missing: list[str]
    events: list[EventLine]
    others: list[OtherLine]
    checks: list[str]
    proposal: list[Fact]


def find_case(connection: Connection, officer: Officer, application_id: int) -> Found:
    """All of a case that the officer may see.

    Raises:
        NotAllowedError: there is none, or it is not the officer's to see.
    """
    found = application_for(connection, officer, application_id)
    others = [each for each in applications_to(connection, found.record_id) if may_see(officer, each)]
    return Found(
        application=found,
        record=find_record_for_staff(connection, found.record_id),
        materials=materials_of(connection, found.id),
        events=history(connection, found.id, public_only=False),
        others=[each for each in others if each.id != found.id],
        units=unit_titles(connection),
        names=officer_names(connection),
    )


def case_view(site: Site, found: Found, day: date | None = None) -> CaseView:
    day = day or today()
    application, record = found.application, found.record
    rules = application.rules(day)
    kind = site.catalogue.kinds[application.kind]
    overdue = is_overdue(application.due_on, day)
    left = days_left(day, application.due_on) if application.due_on else None
    address = f"{ROOM}/cases/{application.id}"
    papers = {paper.name: paper.title for paper in rules.papers}
    handed_in = {material.purpose for material in found.materials}
    line = record_line(site, record, "zh") if record else None
    return CaseView(
        application=application,
        rules=rules,
        number=application.number or str(application.id),
        address=address,
        state=rules.state_title(application.state),
        headline=line.headline if line else "记录已经不在库里",
        owner=(record.name or "自然人") if record else "",
        uscc=(record.uscc or "") if record else "",
        kind=kind.title,
        unit=unit_title(application.unit, found.units),
        due=application.due_on.isoformat() if application.due_on else "",
        wait=wait_text(left, overdue=overdue),
        overdue=overdue,
        record=record_sheet(site, record, "zh") if record else None,
        record_state=STATE_TITLES[record.state] if record else "",
        record_reason=(record.state_reason or "") if record else "",
        dates=_dates(site, found, rules, day),
        answers=_answers(application, rules),
        materials=material_views(found.materials, papers, f"{address}/materials"),
        missing=[paper.title for paper in rules.papers if paper.required and paper.name not in handed_in],
        events=[_event_line(each) for each in found.events],
        others=[_other_line(each, day) for each in found.others],
        checks=[item.title for item in rules.version.conditions],
        proposal=_proposal(found, rules, kind) if application.state == PROPOSED else [],
    )


def _dates(site: Site, found: Found, rules: Procedure, day: date) -> list[Fact]:
    application, record = found.application, found.record
    terms = eligibility(record, site.catalogue, day) if record else None
    limit = rules.deadline(application.asked_from or application.state)
    facts = [
        Fact("失信类别", (terms.class_title or "") if terms else ""),
        Fact("决定日期", record.decision_date.isoformat() if record and record.decision_date else ""),
        Fact("最早可以修复", terms.earliest.isoformat() if terms and terms.earliest else ""),
        Fact("公示截止", terms.ends_on.isoformat() if terms and terms.ends_on else ""),
        Fact("提交", _instant(application.submitted_at)),
        Fact("受理", _instant(application.accepted_at)),
        Fact(
            "这一步的期限",
            f"{limit.title}：{limit.days} 个{'工作日' if limit.unit == 'working_days' else '日'}" if limit else "",
        ),
        Fact("要求补正", _instant(application.asked_at) if application.state == ASKED else ""),
        Fact("停表时还剩", f"{application.days_left} 个工作日" if application.days_left is not None else ""),
        Fact("办结", _instant(application.decided_at)),
    ]
    return [fact for fact in facts if fact.value]


def _answers(application: Application, rules: Procedure) -> list[Answers]:
    found = []
    for step in rules.steps:
        facts = [
            Fact(question.title, _said(question, application.answers[question.name]))
            for question in step.questions
            if application.answers.get(question.name)
        ]
        if facts:
            found.append(Answers(step.title, facts))
    return found


def _said(question: Question, text: str) -> str:
    if question.type == "checkbox":
        return "是"
    return next((choice.title for choice in question.choices if choice.code == text), text)


def _event_line(event: Event) -> EventLine:
    by = {"applicant": "申请人", "system": "系统", "staff": event.name or event.officer or "工作人员"}
    return EventLine(_instant(event.at), by[event.by], event.title, event.text, not event.public)


def _other_line(other: Application, day: date) -> OtherLine:
    rules = other.rules(day)
    at = _instant(other.submitted_at)[:10]
    return OtherLine(f"{ROOM}/cases/{other.id}", other.number or "", rules.title, rules.state_title(other.state), at)


def _proposal(found: Found, rules: Procedure, kind: Kind) -> list[Fact]:
    outcome, proposer = found.application.outcome, found.application.proposer_id
    if outcome is None:
        return []
    effect = next((each.title for each in rules.effects if each.name == outcome.effect), "")
    corrected = [(kind.by_name[name].title, text) for name, text in (outcome.corrections or {}).items()]
    corrections = "\n".join(f"{title}：{text or '（删去）'}" for title, text in corrected)
    facts = [
        Fact("提出人", found.names.get(proposer or 0, "")),
        Fact("拟作决定", rules.spec.granted),
        Fact("效果", effect),
        Fact("更正", corrections),
        Fact("说明", outcome.text),
    ]
    return [fact for fact in facts if fact.value]


def _instant(text: str | None) -> str:
    return civil(datetime.fromisoformat(text)) if text else ""
