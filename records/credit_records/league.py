"""The league table of those who report: figures, coverage and open objections of every unit over several months."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import reduce

from sqlalchemy import Connection

from credit_records.calendar import today
from credit_records.objections import OpenCount, open_counts
from credit_records.providers import Provider, all_providers
from credit_records.statistics import (
    SOURCE_MARK,
    Figures,
    KindFigures,
    first_months,
    kind_figures,
    months_between,
    rate,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """Who reports: a provider, or what an operator called the source of files, which has no department of its own.

    `key` is as in `credit_records.statistics`, `district` six digits, None for the city's own.
    """

    key: str
    title: str
    department: str | None = None
    district: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Coverage:
    """Months times kinds: `expected` from each kind's first delivery on, of which `reported` had rows.

    The month that it is counts as expected only where something has come in it already.
    """

    expected: int = 0
    reported: int = 0

    @property
    def missing(self) -> int:
        return self.expected - self.reported

    @property
    def rate(self) -> float | None:
        return rate(self.reported, self.expected)

    def __add__(self, other: "Coverage") -> "Coverage":
        return Coverage(self.expected + other.expected, self.reported + other.reported)


@dataclass(frozen=True, slots=True)
class LeagueRow:
    """What a unit, or several together, reported. `kinds` are those that it ever reported, up to the last month."""

    units: tuple[Unit, ...]
    kinds: frozenset[str] = frozenset()
    figures: Figures = field(default_factory=Figures)
    coverage: Coverage = field(default_factory=Coverage)
    objections: OpenCount = field(default_factory=OpenCount)

    def __add__(self, other: "LeagueRow") -> "LeagueRow":
        return LeagueRow(
            tuple(dict.fromkeys(self.units + other.units)),
            self.kinds | other.kinds,
            self.figures + other.figures,
            self.coverage + other.coverage,
            OpenCount(self.objections.open + other.objections.open, self.objections.overdue + other.objections.overdue),
        )


def league_cells(connection: Connection, first: date, last: date, *, on: date | None = None) -> list[LeagueRow]:
    """A row for each unit and kind that it ever delivered up to the month of `last`, and one without a kind for each
    active provider. Objections are those open on the day `on`, today by default.
    """
    day = on or today()
    months = months_between(first, last)
    since = first_months(connection, last)
    found = {(each.unit, each.kind): each for each in kind_figures(connection, first, last)}
    objections = open_counts(connection, on=day)
    providers = {provider.name: provider for provider in all_providers(connection)}
    cells = [LeagueRow((unit_named(name, known),)) for name, known in providers.items() if known.active]
    for pair in sorted(since.keys() | found.keys() | objections.keys()):
        key, kind = pair
        known = found.get(pair, KindFigures(key, kind, Figures()))
        cells.append(
            LeagueRow(
                (unit_named(key, providers.get(key)),),
                frozenset((kind,)),
                known.figures,
                coverage_of(known, since.get(pair), months, day),
                objections.get(pair, OpenCount()),
            )
        )
    return cells


def league(cells: Iterable[LeagueRow], kind: str | None = None) -> list[LeagueRow]:
    """A row for each unit, by its key; where a kind is given, of that alone and of those who ever delivered it."""
    rows: dict[str, list[LeagueRow]] = {}
    for cell in cells:
        if kind is None or kind in cell.kinds:
            rows.setdefault(cell.units[0].key, []).append(cell)
    return [together(rows[key]) for key in sorted(rows)]


def together(rows: Iterable[LeagueRow]) -> LeagueRow:
    """Several rows as one."""
    return reduce(LeagueRow.__add__, rows, LeagueRow(()))


def unit_named(key: str, known: Provider | None) -> Unit:
    """The unit of this key; `known` is the provider of that name."""
    if known is None:
        return Unit(key, key.removeprefix(SOURCE_MARK))
    return Unit(key, known.title, known.department, known.district, known.active)


def coverage_of(known: KindFigures, first_month: str | None, months: list[str], day: date) -> Coverage:
    """How much of what is expected came, where the kind first came in `first_month`."""
    if first_month is None:
        return Coverage()
    expected = sum(month >= first_month for month in months)
    under_way = months[-1] == day.isoformat()[:7] and not known.reported_last
    return Coverage(expected - under_way, known.reported_months)
