"""A case as whoever applied sees it: what has happened, what comes next and by when, and what may be done here now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from credit_records.calendar import today
from credit_records.casework.application_rows import Application
from credit_records.casework.deadlines import is_overdue
from credit_records.casework.events import Event, history
from credit_records.casework.materials import MOST_MATERIALS, Material, materials_of
from credit_records.casework.procedures import Procedure
from credit_records.casework.states import ACCEPTED, ASKED, DECIDED, DECLINED, GRANTED, OPEN, OVER, REFUSED, SUBMITTED
from credit_records.catalogue import Locale
from credit_records.record_reading import Record, find_record, find_record_for_staff
from sqlalchemy import Connection

from credit_site.casework.material_files import MaterialView, material_views
from credit_site.civil_time import civil
from credit_site.guides.rule_changes import limit_text
from credit_site.localisation import Say
from credit_site.record_view import record_address, record_line
from credit_site.site import Site
from credit_site.tracking.procedure_words import objecting_procedure, title_of

QUIET: Final = frozenset({"begin"})  # of the time before there was a number


@dataclass(frozen=True, slots=True)
class CaseRead:
    """What the database tells of a case. `record` is None where it is no longer shown: anybody may have asked about
    it. Only what was granted goes on naming it. `source` is who provided it, `public` whether everyone may see it.
    """

    events: list[Event]
    materials: list[Material]
    record: Record | None
    source: str
    public: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened, at `when`; or, where `ahead`, what is to come, and by when."""

    title: str
    when: str
    text: str = ""
    ahead: bool = False
    here: bool = False


@dataclass(frozen=True, slots=True)
class CaseView:
    """`answer` is the page's question answered. `by` is the last day for what comes `next`, empty where none runs."""

    number: str
    procedure: str
    procedure_title: str
    answer: str
    state: str
    tone: str
    next: str
    by: str
    late: bool
    asked: str
    paused: str
    steps: list[Step]
    subject: str
    about: str
    about_kind: str
    about_address: str
    submitted: str
    decided: bool
    reason: str
    explanation: str
    before: list[MaterialView]
    lately: list[MaterialView]
    full: bool
    papers: dict[str, str]
    may_supply: bool
    may_drop: bool
    may_object: bool


def read_case(connection: Connection, found: Application) -> CaseRead:
    record = find_record_for_staff(connection, found.record_id)
    public = find_record(connection, found.record_id) is not None
    return CaseRead(
        history(connection, found.id, public_only=True),
        materials_of(connection, found.id),
        record if public or found.state == GRANTED else None,
        record.source if record else "",
        public,
    )


def case_view(site: Site, found: Application, read: CaseRead, case: str, locale: Locale) -> CaseView:
    """`case` is the address of the case's page."""
    say, rules, day = site.say(locale), found.rules(today(), site.catalogue), today()
    papers = {paper.name: paper.title_en if locale == "en" else paper.title for paper in rules.papers}
    state = found.outside_state
    line = record_line(site, read.record, locale) if read.record else None
    lately = [each for each in read.materials if found.asked_at and each.added_at >= found.asked_at]
    late = is_overdue(found.due_on, day)
    objecting = objecting_procedure(site)
    return CaseView(
        number=found.number or "",
        procedure=found.procedure,
        procedure_title=title_of(site, found.procedure, locale),
        answer=_answer(found, rules, state, say, locale),
        state=rules.state_title(state, locale),
        tone=_TONES.get(found.state, "doubt"),
        next=_next(rules, state, say, locale),
        by=found.due_on.isoformat() if found.due_on else "",
        late=late,
        asked=found.asked or "",
        paused=_paused(found, say),
        steps=[*_past(read.events, locale), *_ahead(found, rules, state, say, locale)],
        subject=read.record.name or "" if read.record else "",
        about=line.headline if line else say("记录"),
        about_kind=line.kind if line else "",
        about_address=record_address(found.record_id) if read.public else "",
        submitted=_civil(found.submitted_at),
        decided=found.state in _WITH_NOTICE,
        reason=reason_title(found, rules, locale),
        explanation=found.outcome.text if found.outcome and found.state in _WITH_NOTICE else "",
        before=material_views([each for each in read.materials if each not in lately], papers, f"{case}/materials"),
        lately=material_views(lately, papers, f"{case}/materials"),
        full=len(lately) >= MOST_MATERIALS,
        papers=papers,
        may_supply=found.state == ASKED,
        may_drop=found.state in OPEN,
        may_object=found.state == REFUSED and read.public and objecting not in (None, found.procedure),
    )


def reason_title(found: Application, rules: Procedure, locale: Locale) -> str:
    """The reason of a refusal or decline as the list of the procedure has it; empty where there is none."""
    code = found.outcome.reason if found.outcome and found.state in _WITH_NOTICE else None
    reason = next((each for each in (*rules.refusals, *rules.declines) if each.code == code), None)
    if reason is None:
        return ""
    return reason.title_en if locale == "en" else reason.title


def has_notice(found: Application) -> bool:
    return found.state in _WITH_NOTICE


_WITH_NOTICE: Final = frozenset({*DECIDED, DECLINED})
_TONES: Final = {GRANTED: "alive", REFUSED: "ended", DECLINED: "ended"}


def _answer(found: Application, rules: Procedure, state: str, say: Say, locale: Locale) -> str:
    told = {
        "title": title_of_procedure(rules, locale),
        "state": rules.state_title(state, locale),
        "day": found.due_on.isoformat() if found.due_on else "",
    }
    if state == ASKED:
        return say("请补充材料：补齐后继续办理")
    if state in OVER or not told["day"]:
        return say("%(title)s：%(state)s") % told
    if is_overdue(found.due_on, today()):
        return say("%(state)s，已经过了答复期限 %(day)s") % told
    return say("%(state)s，最迟 %(day)s 答复") % told


def title_of_procedure(rules: Procedure, locale: Locale) -> str:
    return rules.title_en if locale == "en" else rules.title


def _next(rules: Procedure, state: str, say: Say, locale: Locale) -> str:
    limit = rules.deadline(state)
    if limit is not None:
        return limit.title_en if locale == "en" else limit.title
    return say("等您补齐材料") if state == ASKED else ""


def _paused(found: Application, say: Say) -> str:
    if found.state != ASKED or found.days_left is None:
        return ""
    if found.days_left <= 0:
        return say("补齐以前，办理期限停止计算。")
    return say("补齐以前，办理期限停止计算；补齐后还有 %(n)s 个工作日。") % {"n": found.days_left}


def _past(events: Sequence[Event], locale: Locale) -> list[Step]:
    shown = [event for event in events if event.action not in QUIET]
    return [
        Step(
            event.title_en if locale == "en" else event.title,
            _civil(event.at),
            event.text,
            here=event is shown[-1],
        )
        for event in shown
    ]


def _ahead(found: Application, rules: Procedure, state: str, say: Say, locale: Locale) -> list[Step]:
    """What is still to come, in the order of the procedure's own deadlines."""
    steps = []
    if state == ASKED:
        steps.append(Step(say("您补齐材料"), "", ahead=True))
        state = found.asked_from or state
        found_due = None
    else:
        found_due = found.due_on
    waits = {SUBMITTED: (SUBMITTED, ACCEPTED), ACCEPTED: (ACCEPTED,)}.get(state, ())
    for each in waits:
        limit = rules.deadline(each)
        if limit is not None:
            title = limit.title_en if locale == "en" else limit.title
            by = _by(found_due, say) if each == state else limit_text(limit, say)
            steps.append(Step(title, by, ahead=True))
    return steps


def _by(day: date | None, say: Say) -> str:
    return say("最迟 %(day)s") % {"day": day.isoformat()} if day else ""


def _civil(instant: str | None) -> str:
    return civil(datetime.fromisoformat(instant)) if instant else ""
