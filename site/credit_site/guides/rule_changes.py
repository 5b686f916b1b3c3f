"""What differs between one edition of the rules and the next, in words."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from credit_records.catalogue import Deadline, Locale, PolicyVersion
from credit_records.catalogue.policies import ClassPeriod

from credit_site.localisation import Say
from credit_site.publication_view import days_text


class Titled(Protocol):
    """Whatever a policy says in both languages."""

    @property
    def title(self) -> str: ...

    @property
    def title_en(self) -> str: ...


class Named(Titled, Protocol):
    @property
    def name(self) -> str: ...


Part = TypeVar("Part", bound=Named)


@dataclass(frozen=True, slots=True)
class RuleChange:
    """`before` and `after` hold a sentence each, or several; empty where there was, or is, no such rule."""

    what: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def rule_changes(before: PolicyVersion, after: PolicyVersion, locale: Locale, say: Say) -> list[RuleChange]:
    """Periods, time limits, conditions and papers that are not in both as they are in the other."""
    found = [
        *_paired(before.classes, after.classes, lambda each: period_text(each, say), locale),
        *_paired(before.deadlines, after.deadlines, lambda each: limit_text(each, say), locale),
    ]
    found.append(RuleChange(say("更长的最短公示期"), _longer(before, say), _longer(after, say)))
    found.append(_items(say("要满足的条件"), before.conditions, after.conditions, locale))
    found.append(_items(say("要准备的材料"), before.papers, after.papers, locale))
    return [change for change in found if change.before != change.after]


def period_text(period: ClassPeriod, say: Say) -> str:
    """From when repair may be applied for and until when a record of the class is published."""
    told = {"shortest": months_text(period.minimum_months, say), "longest": months_text(period.maximum_months, say)}
    if not period.published:
        return say("原则上不公示；公示的，最长 %(longest)s") % told
    if not period.minimum_months:
        return say("最长公示 %(longest)s") % told
    return say("最短公示 %(shortest)s，最长 %(longest)s") % told


def months_text(months: int, say: Say) -> str:
    years, rest = divmod(months, 12)
    if years and not rest:
        return say("%(n)s 年") % {"n": years}
    return say("%(n)s 个月") % {"n": months}


def limit_text(deadline: Deadline, say: Say) -> str:
    """A time limit, and by how much it may be prolonged."""
    within = say("%(days)s内") % {"days": days_text(deadline, say)}
    if not deadline.extension_days:
        return within
    longer = Deadline(**{**deadline.model_dump(), "days": deadline.extension_days})
    return say("%(within)s，情况复杂的可以延长 %(days)s") % {"within": within, "days": days_text(longer, say)}


def _paired(
    before: Sequence[Part], after: Sequence[Part], told: Callable[[Part], str], locale: Locale
) -> list[RuleChange]:
    """Parts of the same name, those that are on one side alone too."""
    old, new = ({each.name: each for each in parts} for parts in (before, after))
    return [
        RuleChange(
            _titled(part, locale),
            (told(old[name]),) if name in old else (),
            (told(new[name]),) if name in new else (),
        )
        for name, part in (old | new).items()
    ]


def _longer(version: PolicyVersion, say: Say) -> tuple[str, ...]:
    return tuple(
        say("涉及%(words)s的，至少 %(months)s")
        % {"words": "、".join(rule.words), "months": months_text(rule.months, say)}
        for rule in version.longer_minimums
    )


def _items(what: str, before: Iterable[Titled], after: Iterable[Titled], locale: Locale) -> RuleChange:
    """Only what is on one side alone: the rest did not change."""
    old, new = ([_titled(each, locale) for each in items] for items in (before, after))
    return RuleChange(
        what,
        tuple(each for each in old if each not in new),
        tuple(each for each in new if each not in old),
    )


def _titled(named: Titled, locale: Locale) -> str:
    return named.title_en if locale == "en" else named.title
