"""The league table prepared for its page: grouped, put in order, each figure as a reader sees it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from urllib.parse import quote

from credit_records.catalogue import Locale
from credit_records.league import Coverage, LeagueRow, Unit, together
from credit_records.statistics import SOURCE_MARK

from credit_site.league_request import OF_THE_CITY, ORDERS, SORTS, LeagueRequest
from credit_site.localisation import Say
from credit_site.site import Site

FEWEST_RANKED: Final = 30  # of fewer rows a rate says little: such a row stands behind the others


@dataclass(frozen=True, slots=True)
class Figure:
    """A rate as it is read, empty where it is of nothing; `few` where it is of too few rows, `of`, to be compared."""

    text: str
    of: str = ""
    few: bool = False


@dataclass(frozen=True, slots=True)
class RowView:
    """`address` is empty where the row is of several units."""

    title: str
    address: str
    place: str
    given_up: bool
    received: str
    accepted: str
    refused: str
    rates: list[Figure]
    missing: int
    overdue: int
    open: int


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    rows: list[RowView]


@dataclass(frozen=True, slots=True)
class Heading:
    """A column; `sorted` is as `aria-sort` has it, empty where the table is not in its order."""

    key: str
    title: str
    address: str
    sorted: str
    number: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class LeagueView:
    groups: list[Group]
    total: RowView
    headings: list[Heading]
    months: int


def narrowed(rows: Iterable[LeagueRow], asked: LeagueRequest) -> list[LeagueRow]:
    """The rows of the department and district asked for."""
    return [
        row
        for row in rows
        if asked.department in (None, row.units[0].department)
        and asked.district in (None, district_value(row.units[0]))
    ]


def district_value(unit: Unit) -> str | None:
    """As the parameter `district` has it; None for who is no provider."""
    if unit.key.startswith(SOURCE_MARK):
        return None
    return unit.district or OF_THE_CITY


def in_order(rows: Iterable[LeagueRow], asked: LeagueRequest, titled: Callable[[LeagueRow], str]) -> list[LeagueRow]:
    """By title, or by the figure asked for: the highest first, those without one, or with one of few rows, last."""
    named = sorted(rows, key=titled)
    if asked.sort == SORTS[0]:
        return named
    told = [(row, figure) for row in named if (figure := _sorted_by(row, asked.sort)) is not None]
    rest = [row for row in named if _sorted_by(row, asked.sort) is None]
    told.sort(key=lambda each: each[1], reverse=asked.order == ORDERS[0])
    return [row for row, _ in told] + rest


def _sorted_by(row: LeagueRow, sort: str) -> float | None:
    figures = row.figures
    always = FEWEST_RANKED
    value, of = {
        "received": (figures.received, always),
        "compliance": (figures.compliance, figures.received),
        "timeliness": (figures.timeliness, figures.measured),
        "coverage": (row.coverage.rate, always),
        "wrong_codes": (figures.wrong_code_rate, figures.received),
        "wrong_corrected": (figures.wrong_code_correction, always),
        "objections": (row.objections.open, always),
    }[sort]
    return value if of >= FEWEST_RANKED else None


def groups_of(
    site: Site, rows: Sequence[LeagueRow], asked: LeagueRequest, locale: Locale
) -> list[tuple[str, list[tuple[str, LeagueRow]]]]:
    """(title of the group, its rows with their titles): city and districts apart, as sources that are no provider's."""
    say = site.say(locale)
    if asked.by == "unit":
        titles = (say("市级部门"), say("区县部门"), say("没有登记为报送单位的来源"))
        cut = [[row for row in rows if _level(row.units[0]) == level] for level in range(3)]
        parts = [(title, [(row.units[0].title, row) for row in part]) for title, part in zip(titles, cut, strict=True)]
    else:
        title = say("各部门") if asked.by == "department" else say("各区县")
        parts = [(title, _put_together(site, rows, asked.by, locale))]
    return [
        (title, [(names[id(row)], row) for row in in_order((row for _, row in named), asked, lambda r: names[id(r)])])
        for title, named in parts
        if (names := {id(row): name for name, row in named})
    ]


def _put_together(site: Site, rows: Sequence[LeagueRow], by: str, locale: Locale) -> list[tuple[str, LeagueRow]]:
    def name(row: LeagueRow) -> str:
        unit = row.units[0]
        if by == "department":
            return unit.department or site.say(locale)("其他来源")
        return district_title(site, district_value(unit), locale)

    ordered = sorted(rows, key=name)
    return [(title, together(part)) for title, part in groupby(ordered, key=name)]


def district_title(site: Site, value: str | None, locale: Locale) -> str:
    say = site.say(locale)
    if value is None:
        return say("其他来源")
    return say("市级") if value == OF_THE_CITY else site.gazetteer.short_label(value, locale)


def _level(unit: Unit) -> int:
    return {OF_THE_CITY: 0, None: 2}.get(district_value(unit), 1)


def league_view(site: Site, rows: Sequence[LeagueRow], asked: LeagueRequest, locale: Locale, months: int) -> LeagueView:
    say = site.say(locale)
    groups = [
        Group(title, [row_view(site, name, row, asked, locale) for name, row in part])
        for title, part in groups_of(site, rows, asked, locale)
    ]
    return LeagueView(groups, row_view(site, say("合计"), together(rows), asked, locale), headings(asked, say), months)


def row_view(site: Site, title: str, row: LeagueRow, asked: LeagueRequest, locale: Locale) -> RowView:
    figures = row.figures
    single = row.units[0] if len(row.units) == 1 and asked.by == "unit" else None
    return RowView(
        title=title,
        address=unit_address(single, asked) if single else "",
        place=_place(site, single, locale) if single else "",
        given_up=single is not None and not single.active,
        received=counted(figures.received),
        accepted=counted(figures.accepted),
        refused=counted(figures.refused),
        rates=[
            rate_figure(figures.compliance, figures.received),
            rate_figure(figures.timeliness, figures.measured),
            coverage_figure(row.coverage),
            rate_figure(figures.wrong_code_rate, figures.received, places=2),
            rate_figure(figures.wrong_code_correction, figures.wrong_codes, fewest=1),
        ],
        missing=row.coverage.missing,
        open=row.objections.open,
        overdue=row.objections.overdue,
    )


def unit_address(unit: Unit, asked: LeagueRequest) -> str:
    kept = LeagueRequest(asked.first, asked.last, asked.default)
    return kept.address(f"/departments/{quote(unit.key, safe='/~')}")


def _place(site: Site, unit: Unit, locale: Locale) -> str:
    value = district_value(unit)
    return "" if value is None else f"{unit.department} · {district_title(site, value, locale)}"


def headings(asked: LeagueRequest, say: Say) -> list[Heading]:
    """The columns that the table can be put in the order of; accepted and refused rows follow the received ones."""
    titles = {
        "name": say("单位") if asked.by == "unit" else say("名称"),
        "received": say("报送"),
        "compliance": say("合规率"),
        "timeliness": say("及时率"),
        "coverage": say("覆盖率"),
        "wrong_codes": say("重错码率"),
        "wrong_corrected": say("纠正率"),
        "objections": say("未办结异议"),
    }
    upwards = {True: "ascending", False: "descending"}
    return [
        Heading(
            key=key,
            title=title,
            address=asked.sorted_by(key).address(),
            sorted=upwards[key == SORTS[0] or asked.order != ORDERS[0]] if key == asked.sort else "",
            number=key != SORTS[0],
        )
        for key, title in titles.items()
    ]


def counted(number: int) -> str:
    return f"{number:,}"


def percent(rate: float, places: int = 1) -> str:
    """`98.5%`. Never 100 where it is not all, never 0 where it is not nothing."""
    least = 10**-places
    if 0 < rate * 100 < least / 2:
        return f"<{least:.{places}f}%"
    shown = rate * 100 if rate == 1 else min(rate * 100, 100 - least)
    return f"{shown:.{places}f}%"


def rate_figure(rate: float | None, of: int, *, places: int = 1, fewest: int = FEWEST_RANKED) -> Figure:
    return Figure("") if rate is None else Figure(percent(rate, places), counted(of), of < fewest)


def coverage_figure(coverage: Coverage) -> Figure:
    return Figure("") if coverage.rate is None else Figure(percent(coverage.rate), counted(coverage.expected))
