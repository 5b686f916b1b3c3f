"""What one unit reported, by month and kind, for its page: figures of each month, and a grid of what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from credit_records.calendar import today
from credit_records.catalogue import Locale
from credit_records.league import Unit, unit_named
from credit_records.objections import OpenCount, open_counts
from credit_records.providers import find_provider
from credit_records.statistics import (
    SOURCE_MARK,
    Figures,
    MonthFigures,
    Place,
    first_months,
    missing_months,
    monthly_figures,
    months_between,
)
from sqlalchemy import Connection

from credit_site.civil_time import civil
from credit_site.league_view import Figure, counted, district_title, district_value, rate_figure
from credit_site.record_view import titled
from credit_site.site import Site


@dataclass(frozen=True, slots=True)
class UnitReport:
    """What the database tells of a unit. `since` is by kind the month in which it first came."""

    unit: Unit
    months: list[str]
    figures: dict[Place, Figures]
    since: dict[str, str]
    missing: dict[str, list[str]]
    objections: dict[str, OpenCount]


@dataclass(frozen=True, slots=True)
class Cell:
    """A month of a kind in the grid: `state` is reported, missing, waiting (the month is not over) or before."""

    month: str
    state: str
    rows: str = ""


@dataclass(frozen=True, slots=True)
class MonthRow:
    month: str
    counts: list[tuple[str, str, bool]]
    rates: list[Figure]


@dataclass(frozen=True, slots=True)
class KindReport:
    """A kind of the unit's. Counts are (measure of the rows behind it, shown, whether there are any)."""

    kind: str
    title: str
    cells: list[Cell]
    months: list[MonthRow]
    since: str
    missing: int
    objections: OpenCount


@dataclass(frozen=True, slots=True)
class UnitView:
    title: str
    department: str
    district: str
    kinds: list[KindReport]
    months: list[str]
    last_delivery: str


def unit_report(connection: Connection, key: str, first: date, last: date) -> UnitReport | None:
    """What the unit reported in these months; None where it is no provider and never delivered anything."""
    provider = None if key.startswith(SOURCE_MARK) else find_provider(connection, key)
    since = first_months(connection, last, unit=key)
    if provider is None and not first_months(connection, today(), unit=key):
        return None
    months = months_between(first, last)
    figures = monthly_figures(connection, first, last, unit=key)
    return UnitReport(
        unit=unit_named(key, provider),
        months=months,
        figures={each.place: each.figures for each in figures},
        since={kind: month for (_, kind), month in since.items()},
        missing=_by_kind(figures, since, months),
        objections={kind: count for (unit, kind), count in open_counts(connection).items() if unit == key},
    )


def _by_kind(
    figures: Sequence[MonthFigures], since: Mapping[tuple[str, str], str], months: Sequence[str]
) -> dict[str, list[str]]:
    """The month under way is not missing yet."""
    this_month = today().isoformat()[:7]
    missing = missing_months(figures, since, months)
    return {kind: [month for month in found if month != this_month] for (_, kind), found in missing.items()}


def unit_view(site: Site, report: UnitReport, locale: Locale) -> UnitView:
    kinds = [name for name in site.catalogue.kinds if name in report.since]
    newest = max((each.last_delivery for each in report.figures.values() if each.last_delivery), default=None)
    return UnitView(
        title=report.unit.title,
        department=report.unit.department or "",
        district=district_title(site, district_value(report.unit), locale),
        kinds=[_kind_report(site, report, kind, locale) for kind in kinds],
        months=report.months,
        last_delivery=civil(datetime.fromisoformat(newest)) if newest else "",
    )


def _kind_report(site: Site, report: UnitReport, kind: str, locale: Locale) -> KindReport:
    missing = report.missing.get(kind, [])
    told = {
        month: figures
        for month in report.months
        if (figures := report.figures.get(Place(report.unit.key, kind, month))) is not None
    }
    return KindReport(
        kind=kind,
        title=titled(site.catalogue.kinds[kind], locale),
        cells=[_cell(month, told.get(month), missing, report.since[kind]) for month in report.months],
        months=[_month_row(month, told[month]) for month in reversed(report.months) if month in told],
        since=report.since[kind],
        missing=len(missing),
        objections=report.objections.get(kind, OpenCount()),
    )


def _cell(month: str, figures: Figures | None, missing: Sequence[str], since: str) -> Cell:
    if figures is not None and figures.received:
        return Cell(month, "reported", counted(figures.received))
    if month in missing:
        return Cell(month, "missing")
    return Cell(month, "before" if month < since else "waiting")


def _month_row(month: str, figures: Figures) -> MonthRow:
    late = figures.measured - figures.timely
    counts = {"accepted": figures.accepted, "refused": figures.refused, "late": late, "wrong_code": figures.wrong_codes}
    return MonthRow(
        month=month,
        counts=[(measure, counted(count), count > 0) for measure, count in counts.items()],
        rates=[
            rate_figure(figures.compliance, figures.received, fewest=1),
            rate_figure(figures.timeliness, figures.measured, fewest=1),
            rate_figure(figures.wrong_code_rate, figures.received, places=2, fewest=1),
            rate_figure(figures.wrong_code_correction, figures.wrong_codes, fewest=1),
        ],
    )
