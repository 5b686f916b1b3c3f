"""Whether a record can be repaired: now, from a day on, never, or no longer, and by which rule. All of it is policy."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, select

from credit_records.calendar import today
from credit_records.casework.states import OPEN
from credit_records.casework.tables import application
from credit_records.catalogue import Catalogue, Kind, Policy, catalogue
from credit_records.catalogue.policies import ClassPeriod
from credit_records.classification import earliest_repair
from credit_records.published import is_public
from credit_records.record_reading import Record, read_in_order
from credit_records.states import PUBLISHED, REPAIRED
from credit_records.tables import record, subject
from credit_records.terms import as_codes

REPAIR: Final = "repair"
MOST_LISTED: Final = 200

Answer = Literal["now", "later", "never", "done", "running"]


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether and from when repair may be applied for.

    Attributes:
        earliest: the first day; None where no policy sets a shortest period, or repair is not for this record.
        ends_on: the last day of publication: after it the record ends by itself. None is without end.
        why: one sentence, as `why_en`.
        source: the rule that the dates follow; `confirmed` whether it was read at first hand, with a `note` if not.
    """

    answer: Answer
    why: str
    why_en: str
    dishonesty_class: str | None = None
    class_title: str | None = None
    class_title_en: str | None = None
    earliest: date | None = None
    ends_on: date | None = None
    source: str = ""
    confirmed: bool = True
    note: str | None = None


class Repairable(NamedTuple):
    """A record and what may be done about it."""

    record: Record
    eligibility: Eligibility


def eligibility(
    found: Record, declared: Catalogue | None = None, on: date | None = None, *, running: bool = False
) -> Eligibility:
    """Whether the record can be repaired on a day, today by default. `running`: an application is under way."""
    declared, day = declared or catalogue(), on or today()
    kind = declared.kinds[found.kind]
    terms = _terms(found, kind, declared)
    answer, why, why_en = _answer(found, kind, terms, day, running=running)
    return replace(terms, answer=answer, why=why, why_en=why_en)


def eligibility_of(
    connection: Connection, found: Record, declared: Catalogue | None = None, on: date | None = None
) -> Eligibility:
    """The same, having looked whether an application is under way."""
    return eligibility(found, declared, on, running=bool(running_among(connection, [found.id])))


def repairable_of(
    connection: Connection, uscc: str, *, on: date | None = None, declared: Catalogue | None = None
) -> list[Repairable]:
    """What is published against the subject of this code: black lists and penalties first, then as the catalogue has
    it, the newest first. At most `MOST_LISTED`.
    """
    declared, day = declared or catalogue(), on or today()
    kinds = _adverse(declared)
    owner = select(subject.c.id).where(subject.c.uscc == uscc).scalar_subquery()
    statement = select(record.c.id, record.c.kind).where(
        record.c.subject_id == owner, is_public(day), record.c.kind.in_(kinds)
    )
    numbered = connection.execute(statement.order_by(record.c.decision_date.desc(), record.c.id.desc())).all()
    rank = {name: place for place, name in enumerate(kinds)}
    numbers = [row.id for row in sorted(numbered, key=lambda row: rank[row.kind])][:MOST_LISTED]
    running = running_among(connection, numbers)
    return [
        Repairable(each, eligibility(each, declared, day, running=each.id in running))
        for each in read_in_order(connection, numbers)
    ]


def running_among(connection: Connection, record_ids: list[int], procedure: str = REPAIR) -> frozenset[int]:
    """Those of the records about which an application of the procedure is under way."""
    statement = select(application.c.record_id).where(
        application.c.record_id.in_(record_ids), application.c.procedure == procedure, application.c.state.in_(OPEN)
    )
    return frozenset(connection.execute(statement).scalars())


def earliest_day(found: Record, declared: Catalogue | None = None) -> date | None:
    """The first day on which repair may be applied for; None where no policy sets a shortest period."""
    declared = declared or catalogue()
    return _earliest(found, declared.kinds[found.kind], declared)


def _adverse(declared: Catalogue) -> list[str]:
    kinds = [kind for kind in declared.kinds.values() if kind.effect.standing == "adverse"]
    first = sorted(kinds, key=lambda kind: (kind.list is None, kind.own_register is None))
    return [kind.name for kind in first]


def _terms(found: Record, kind: Kind, declared: Catalogue) -> Eligibility:
    """The dates and the rule, with the question still open."""
    terms = Eligibility("never", "", "", found.dishonesty_class, ends_on=found.ends_on, source=kind.rule_source or "")
    rule = _rule(found, kind, declared)
    if rule is None:
        return terms
    version = rule.policy.version_on(rule.decided_on)
    return replace(
        terms,
        class_title=rule.period.title,
        class_title_en=rule.period.title_en,
        earliest=_earliest(found, kind, declared) if kind.effect.repairable else None,
        source=version.source,
        confirmed=version.confirmed,
        note=version.note,
    )


def _answer(found: Record, kind: Kind, terms: Eligibility, day: date, *, running: bool) -> tuple[Answer, str, str]:
    if found.state == REPAIRED:
        return "done", "这条记录已经修复", "This record has been repaired"
    if found.state != PUBLISHED or (found.ends_on is not None and found.ends_on < day):
        return "never", "这条记录没有公示，不需要修复", "This record is not published, so there is nothing to repair"
    if not kind.effect.repairable:
        by_itself, by_itself_en = _by_itself(terms.ends_on)
        return "never", f"这类记录不适用信用修复{by_itself}", f"Records of this kind can't be repaired{by_itself_en}"
    if running:
        return "running", "这条记录的修复申请正在办理", "An application to repair this record is under way"
    if terms.earliest is not None and terms.earliest > day:
        start = terms.earliest.isoformat()
        return (
            "later",
            f"最短公示期到 {start} 届满，从那天起可以申请",
            f"May be applied for from {start} on, when the shortest period is over",
        )
    return "now", "改正并履行义务后，现在就可以申请", "May be applied for now, once the duty is done"


def _by_itself(ends_on: date | None) -> tuple[str, str]:
    if ends_on is None:
        return "", ""
    after = (ends_on + timedelta(days=1)).isoformat()
    return f"，{after} 起自动停止公示", f"; publication ends by itself on {after}"


class _Rule(NamedTuple):
    policy: Policy
    decided_on: date
    period: ClassPeriod


def _rule(found: Record, kind: Kind, declared: Catalogue) -> _Rule | None:
    """The period of the record's class by the rules of its day; None where no policy has one."""
    if kind.publication.policy is None or found.decision_date is None:
        return None
    policy = declared.policies[kind.publication.policy]
    periods = policy.version_on(found.decision_date).classes
    period = next((each for each in periods if each.name == found.dishonesty_class), None)
    return _Rule(policy, found.decision_date, period) if period else None


def _earliest(found: Record, kind: Kind, declared: Catalogue) -> date | None:
    rule = _rule(found, kind, declared)
    return earliest_repair(rule.decided_on, rule.period.name, rule.policy, _text(found, kind)) if rule else None


def _text(found: Record, kind: Kind) -> str:
    """What the record is about, in which longer minimums look for their words."""
    roles = kind.roles
    names = (roles.headline, roles.violation, roles.category, *roles.texts)
    return "\n".join(word for name in names if name for word in as_codes(found.fields.get(name)))
