"""What may be done about one record now, prepared for its pages on objection and on repair. All of it is policy."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from credit_records.casework.deadlines import due_after
from credit_records.casework.eligibility import Eligibility
from credit_records.catalogue import Deadline, Locale
from credit_records.catalogue.procedures import Item
from credit_records.record_reading import Record

from credit_site.publication_view import Rule, days_text, rule_from, term_of
from credit_site.record_view import Fact, RecordLine, class_title, record_line
from credit_site.site import Site


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens next, and within which time."""

    what: str
    within: str


@dataclass(frozen=True, slots=True)
class RemedyView:
    """`answer` is the page's question answered; `open` whether it may be asked for now. `to` is whom to write to."""

    line: RecordLine
    owner: str
    answer: str
    open: bool
    facts: list[Fact]
    conditions: list[str]
    papers: list[str]
    steps: list[Step]
    to: str
    remarks: list[str]
    rule: Rule


def repair_view(site: Site, record: Record, found: Eligibility, locale: Locale, today: date) -> RemedyView:
    """`found` is whether and from when the record can be repaired."""
    kind = site.catalogue.kinds[record.kind]
    say = site.say(locale)
    version = site.catalogue.policies["repair"].version_on(today)
    values = site.roles(kind.name, locale).read(record.fields)
    term = term_of(site, kind, record, values, locale)
    allowed = kind.effect.repairable
    return RemedyView(
        line=record_line(site, record, locale),
        owner=record.name or values.name,
        answer=_repair_answer(site, found, locale),
        open=found.answer == "now",
        facts=[
            fact
            for fact in (
                Fact(say("失信类别"), class_title(site, kind, record, locale)),
                Fact(say("决定或列入日期"), _iso(record.decision_date)),
                Fact(say("最早可以申请"), _iso(found.earliest) if allowed else ""),
                Fact(say("自动停止公示"), _after(found.ends_on, locale), term.sentence),
            )
            if fact.value
        ],
        conditions=_said(version.conditions, locale) if allowed else [],
        papers=_said(version.papers, locale) if allowed else [],
        steps=[_step(site, version.deadline(name), locale) for name in ("acceptance", "decision")] if allowed else [],
        to=record.authority or record.source,
        remarks=_said(version.remarks, locale) if allowed else [],
        rule=rule_from("", version) if allowed else Rule("", term.source, term.confirmed, term.note),
    )


def objection_view(site: Site, record: Record, locale: Locale, today: date) -> RemedyView:
    kind = site.catalogue.kinds[record.kind]
    say = site.say(locale)
    version = site.catalogue.policies["objection"].version_on(today)
    values = site.roles(kind.name, locale).read(record.fields)
    answered = due_after(today, version.deadline("provider_data"))
    return RemedyView(
        line=record_line(site, record, locale),
        owner=record.name or values.name,
        answer=say("认为这条记录有误，现在就可以提出异议"),
        open=True,
        facts=[
            Fact(say("提供信息的单位"), record.source),
            Fact(say("作出机关"), record.authority or ""),
            Fact(say("今天提出，最迟答复"), answered.isoformat()),
        ],
        conditions=_said(version.conditions, locale),
        papers=_said(version.papers, locale),
        steps=[_step(site, version.deadline(name), locale) for name in ("mark", "provider_data")],
        to=record.source,
        remarks=_said(version.remarks, locale),
        rule=rule_from("", version),
    )


def _repair_answer(site: Site, found: Eligibility, locale: Locale) -> str:
    say = site.say(locale)
    titles = {
        "never": say("这类记录不适用信用修复"),
        "later": say("%(day)s 起可以申请信用修复") % {"day": _iso(found.earliest)},
        "now": say("改正并履行义务后，现在就可以申请信用修复"),
    }
    return titles.get(found.answer) or (found.why_en if locale == "en" else found.why)


def _after(ends_on: date | None, locale: Locale) -> str:
    if ends_on is None:
        return ""
    return f"after {ends_on.isoformat()}" if locale == "en" else f"{ends_on.isoformat()} 以后"


def _step(site: Site, deadline: Deadline, locale: Locale) -> Step:
    say = site.say(locale)
    within = say("%(days)s内") % {"days": days_text(deadline, say)}
    if deadline.extension_days:
        longer = Deadline(**{**deadline.model_dump(), "days": deadline.extension_days})
        within = say("%(within)s，情况复杂的可以延长 %(days)s") % {"within": within, "days": days_text(longer, say)}
    return Step(deadline.title_en if locale == "en" else deadline.title, within)


def _said(items: Iterable[Item], locale: Locale) -> list[str]:
    return [item.title_en if locale == "en" else item.title for item in items]


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
