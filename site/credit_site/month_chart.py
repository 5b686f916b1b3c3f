"""Counts by month as bars: positions in per cent of a width that only the browser knows, heights in pixels.

Marks of style are in the style sheet, for the page's security policy allows none here.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from credit_records.catalogue import Locale
from credit_search.facets import RECORD_FACETS
from credit_search.record_search import MONTH, YEAR

from credit_site.localisation import Say

HEIGHT = 128  # pixels of the highest bar that the scale has room for
MOST_MONTHS = 180  # more bars than these are too thin to tell apart: years are drawn instead
MOST_MONTHS_NAMED = 24  # among no more bars, months are named below and not years
MOST_LABELS = 6  # years named below the bars
WIDEST = 18  # per cent that a month's name takes on a phone
NEAREST = 12  # per cent between two of them, so that they don't touch on a phone
FILLED = 0.8  # of the room that a bar has
STEPS = (1, 2, 5, 10)

_FACETS = {facet.key: facet for facet in RECORD_FACETS}


@dataclass(frozen=True, slots=True)
class Bar:
    """`x` and `width` are per cent, `y` and `height` pixels from the top; `told` is what pointing at it says."""

    x: str
    width: str
    y: float
    height: float
    told: str
    faint: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """`labels` are (x in per cent, year, or month where the months are few), `scale` what the top, the middle and the
    bottom stand for, `rows` the table behind it, newest first. `yearly` is whether bars are years;
    `told` says in a sentence what the eye sees.
    """

    bars: list[Bar]
    labels: list[tuple[str, str]]
    scale: tuple[str, str, str]
    rows: list[tuple[str, int]]
    yearly: bool
    told: str
    height: int = HEIGHT


def month_chart(by_month: Sequence[tuple[int, int]], chosen: Collection[str], say: Say, locale: Locale) -> Chart | None:
    """A chart of (yyyymm, count), oldest first; None where there is only one month to draw.

    Where months are `chosen`, the others are faint.
    """
    months = _every_month(by_month)
    if len(months) < 2:
        return None
    yearly = len(months) > MOST_MONTHS
    drawn = _by_year(months) if yearly else months
    top = _round_up(max(count for _, count in drawn))
    room = 100 / len(drawn)
    facet = _FACETS[YEAR if yearly else MONTH]
    dim = {str(value) for value, _ in drawn} - set(chosen) if chosen and not yearly else set()
    named = [(facet.label(str(value), locale), count) for value, count in drawn]
    return Chart(
        bars=[
            _bar(index * room, room, count / top, f"{name}{say('：')}{count:,}", faint=str(value) in dim)
            for index, ((value, count), (name, _)) in enumerate(zip(drawn, named, strict=True))
            if count
        ],
        labels=_month_labels([month for month, _ in months], room)
        if len(months) <= MOST_MONTHS_NAMED
        else _labels([value if yearly else value // 100 for value, _ in drawn], room),
        scale=(f"{top:,}", "" if top % 2 else f"{top // 2:,}", "0"),
        rows=[(_FACETS[MONTH].label(str(month), locale), count) for month, count in reversed(by_month)],
        yearly=yearly,
        told=_told(named, say),
    )


def _every_month(by_month: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """From the first month to the last, those between without a record too."""
    if not by_month:
        return []
    counts = dict(by_month)
    first, last = (month // 100 * 12 + month % 100 - 1 for month in (by_month[0][0], by_month[-1][0]))
    months = (number // 12 * 100 + number % 12 + 1 for number in range(first, last + 1))
    return [(month, counts.get(month, 0)) for month in months]


def _by_year(months: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    years: dict[int, int] = {}
    for month, count in months:
        years[month // 100] = years.get(month // 100, 0) + count
    return list(years.items())


def _round_up(count: int) -> int:
    """The least of 1, 2, 5, 10, 20, 50 … that is no less."""
    unit: int = 10 ** (len(str(count)) - 1)
    return next(step * unit for step in STEPS if step * unit >= count)


def _bar(x: float, room: float, share: float, told: str, *, faint: bool) -> Bar:
    height = round(max(share * HEIGHT, 1), 1)
    margin = room * (1 - FILLED) / 2
    return Bar(f"{x + margin:.3f}%", f"{room * FILLED:.3f}%", round(HEIGHT - height, 1), height, told, faint)


def _labels(years: Sequence[int], room: float) -> list[tuple[str, str]]:
    """The year at its first bar, for every year or every second, third … one, but where it is too near the next."""
    places = {year: index * room for index, year in reversed(list(enumerate(years)))}
    step = -(-len(places) // MOST_LABELS)
    shown: list[tuple[str, str]] = []
    following = 100.0
    for year in reversed(sorted(places)[::step]):
        if following - places[year] >= NEAREST:
            shown.append((f"{places[year]:.3f}%", str(year)))
            following = places[year]
    return shown[::-1]


def _month_labels(months: Sequence[int], room: float) -> list[tuple[str, str]]:
    """As many months as keep apart and within the frame, `2026-01`, the first among them."""
    places = {index * room: months[index] for index in range(0, len(months), math.ceil(WIDEST / room))}
    kept = ((x, month) for x, month in places.items() if x + WIDEST <= 100)
    return [(f"{x:.3f}%", f"{month // 100}-{month % 100:02}") for x, month in kept]


def _told(named: Sequence[tuple[str, int]], say: Say) -> str:
    name, most = max(named, key=lambda each: each[1])
    return say("从%(first)s到%(last)s，最多的是%(name)s，%(most)s 条。") % {
        "first": named[0][0],
        "last": named[-1][0],
        "name": name,
        "most": f"{most:,}",
    }
