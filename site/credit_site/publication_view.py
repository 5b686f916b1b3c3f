"""Until when a record is published and by which rule, and what may be done about it, in sentences for its page."""

from dataclasses import dataclass, replace
from datetime import date

from credit_records.casework.eligibility import earliest_day
from credit_records.catalogue import Deadline, Kind, Locale, PolicyVersion
from credit_records.catalogue.parts import UNTIL_EXIT, UNTIL_FIELD
from credit_records.record_reading import Record
from credit_records.role_values import RoleValues

from credit_site.localisation import Say
from credit_site.site import Site


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in a sentence, what it is read from, and, where it is not `confirmed`, what of it is not, if told.

    `more` is the page of the record that says what to do, under the record's address; empty where there is none.
    """

    sentence: str
    source: str = ""
    confirmed: bool = True
    note: str = ""
    more: str = ""


def term_of(site: Site, kind: Kind, record: Record, values: RoleValues, locale: Locale) -> Rule:
    """By which rule publication ends."""
    say = site.say(locale)
    source = kind.rule_source or ""
    if values.exited_on:
        return Rule(say("已定于 %(day)s 移出名单，移出即停止公示。") % {"day": values.exited_on}, source)
    if record.decision_date and record.dishonesty_class and kind.publication.policy:
        return _by_policy(site, kind, record, record.decision_date, locale)
    sentences = {
        UNTIL_EXIT: say("移出名单即停止公示。"),
        UNTIL_FIELD: say("有效期届满即停止公示。"),
    }
    return Rule(sentences.get(kind.publication.period, say("没有规定公示期限。")), source)


def _by_policy(site: Site, kind: Kind, record: Record, day: date, locale: Locale) -> Rule:
    say = site.say(locale)
    version = site.catalogue.policies[kind.publication.policy or ""].version_on(day)
    period = next(each for each in version.classes if each.name == record.dishonesty_class)
    sentence = say("属“%(class)s”，自决定或列入之日起最长公示 %(months)s 个月。") % {
        "class": period.title_en if locale == "en" else period.title,
        "months": period.maximum_months,
    }
    return rule_from(sentence, version)


def rule_from(sentence: str, version: PolicyVersion) -> Rule:
    return Rule(sentence, version.source, version.confirmed, version.note or "")


def remedies(site: Site, kind: Kind, record: Record, locale: Locale, today: date) -> list[Rule]:
    """What a subject may do about a record: object always, repair where the kind allows it."""
    found = [_objection(site, record, locale, today)]
    if kind.effect.repairable:
        found.append(_repair(site, record, locale, today))
    return found


def _objection(site: Site, record: Record, locale: Locale, today: date) -> Rule:
    say = site.say(locale)
    version = site.catalogue.policies["objection"].version_on(today)
    sentence = say(
        "认为这条信息有误、遗漏或不该公示的，可以向提供信息的单位（%(source)s）提出异议，附上能说明问题的材料；%(days)s内核实答复。"
    ) % {"source": record.authority or record.source, "days": days_text(version.deadline("provider_data"), say)}
    return replace(rule_from(sentence, version), more="objection")


def _repair(site: Site, record: Record, locale: Locale, today: date) -> Rule:
    say = site.say(locale)
    version = site.catalogue.policies["repair"].version_on(today)
    told = {
        "accepted": days_text(version.deadline("acceptance"), say),
        "decided": days_text(version.deadline("decision"), say),
        "day": _iso(earliest_day(record, site.catalogue)),
    }
    if told["day"]:
        sentence = say(
            "已经改正并履行了义务的，公示满最短期限（%(day)s）后可以申请信用修复；%(accepted)s内决定是否受理，"
            "受理后 %(decided)s内作出决定。修复后停止公示。"
        )
    else:
        sentence = say(
            "已经改正并履行了义务的，可以申请信用修复；%(accepted)s内决定是否受理，"
            "受理后 %(decided)s内作出决定。修复后停止公示。"
        )
    return replace(rule_from(sentence % told, version), more="repair")


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def days_text(deadline: Deadline, say: Say) -> str:
    wording = {"working_days": say("%(n)s 个工作日"), "days": say("%(n)s 天")}
    return wording[deadline.unit] % {"n": deadline.days}
