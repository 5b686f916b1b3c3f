"""What both guides show, prepared: the rules of one edition, what changed, a worked example, how long it has taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from credit_records.catalogue import Kind, Locale, Policy, PolicyVersion

from credit_site.guides.editions import Edition, editions
from credit_site.guides.rule_changes import RuleChange, Titled, limit_text, period_text, rule_changes
from credit_site.guides.worked_example import WorkedExample, objection_example, repair_example
from credit_site.record_view import titled
from credit_site.site import Site


@dataclass(frozen=True, slots=True)
class Told:
    """A rule under its name; `examples` are what it is about, in the words of its source."""

    title: str
    sentence: str
    examples: tuple[str, ...] = ()
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """What changed on the first day of an edition."""

    day: str
    changes: list[RuleChange]


@dataclass(frozen=True, slots=True)
class GuideView:
    """`day` is the day whose rules are told, today's unless the reader asked for another. `repairable` and `others`
    are the kinds of record that speak against somebody, by whether repair may be applied for.
    """

    day: str
    is_today: bool
    editions: list[Edition]
    change: Change | None
    classes: list[Told]
    limits: list[Told]
    conditions: list[str]
    papers: list[str]
    remarks: list[str]
    rules: list[PolicyVersion]
    example: WorkedExample
    repairable: list[str]
    others: list[str]


def repair_guide(site: Site, day: date, today: date, path: str, locale: Locale) -> GuideView:
    say = site.say(locale)
    repair, terms = site.catalogue.policies["repair"], site.catalogue.policies["administrative_penalty"]
    version, periods = repair.version_on(day), terms.version_on(day)
    adverse = [kind for kind in site.kinds if kind.effect.standing == "adverse"]
    classes = [
        Told(
            period.title_en if locale == "en" else period.title,
            period_text(period, say),
            tuple(rule.source for rule in periods.rules if rule.dishonesty_class == period.name),
            all(rule.confirmed for rule in periods.rules if rule.dishonesty_class == period.name),
        )
        for period in periods.classes
    ]
    return _view(
        site,
        (terms, repair),
        (day, today),
        path,
        locale,
        version=version,
        classes=classes,
        limits=("acceptance", "decision"),
        example=repair_example(terms, repair, day, locale, say),
        kinds=([kind for kind in adverse if kind.effect.repairable], [k for k in adverse if not k.effect.repairable]),
    )


def objection_guide(site: Site, day: date, today: date, path: str, locale: Locale) -> GuideView:
    policy = site.catalogue.policies["objection"]
    return _view(
        site,
        (policy,),
        (day, today),
        path,
        locale,
        version=policy.version_on(day),
        classes=[],
        limits=("mark", "provider_data"),
        example=objection_example(policy, day, site.say(locale)),
        kinds=([], []),
    )


def _view(
    site: Site,
    policies: Sequence[Policy],
    days: tuple[date, date],
    path: str,
    locale: Locale,
    *,
    version: PolicyVersion,
    classes: list[Told],
    limits: tuple[str, ...],
    example: WorkedExample,
    kinds: tuple[list[Kind], list[Kind]],
) -> GuideView:
    day, today = days
    say = site.say(locale)
    deadlines = [version.deadline(name) for name in limits]
    known = editions(policies, day, today, path)
    return GuideView(
        day=day.isoformat(),
        is_today=any(edition.shown and edition.current for edition in known),
        editions=known,
        change=_change(site, policies, known, locale),
        classes=classes,
        limits=[
            Told(each.title_en if locale == "en" else each.title, limit_text(each, say), (), each.confirmed)
            for each in deadlines
        ],
        conditions=_said(version.conditions, locale),
        papers=_said(version.papers, locale),
        remarks=_said(version.remarks, locale),
        rules=[policy.version_on(day) for policy in policies],
        example=example,
        repairable=[titled(kind, locale) for kind in kinds[0]],
        others=[titled(kind, locale) for kind in kinds[1]],
    )


def _change(site: Site, policies: Sequence[Policy], known: list[Edition], locale: Locale) -> Change | None:
    """What changed when the shown edition came into force; None for the first one."""
    shown = next(number for number, edition in enumerate(known) if edition.shown)
    if shown == len(known) - 1:
        return None
    first = date.fromisoformat(known[shown].first)
    say = site.say(locale)
    changes = [
        change
        for policy in policies
        for change in rule_changes(policy.version_on(first - timedelta(days=1)), policy.version_on(first), locale, say)
    ]
    return Change(first.isoformat(), changes) if changes else None


def _said(items: Sequence[Titled], locale: Locale) -> list[str]:
    return [item.title_en if locale == "en" else item.title for item in items]
