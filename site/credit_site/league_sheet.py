"""The league table as rows of a sheet: plain numbers, one row a unit, and no cell that a spreadsheet would run."""

from collections.abc import Iterator, Sequence

from credit_records.catalogue import Locale
from credit_records.corrections import defused
from credit_records.league import LeagueRow

from credit_site.league_request import LeagueRequest
from credit_site.league_view import district_title, district_value, groups_of
from credit_site.site import Site


def sheet_rows(site: Site, rows: Sequence[LeagueRow], asked: LeagueRequest, locale: Locale) -> Iterator[list[str]]:
    """The header, then the rows in the order of the page. Rates are decimals from 0 to 1, empty where of nothing."""
    say = site.say(locale)
    yield [
        say("单位") if asked.by == "unit" else say("名称"),
        say("部门"),
        say("区县"),
        say("起始月份"),
        say("截止月份"),
        say("报送"),
        say("收下"),
        say("退回"),
        say("合规率"),
        say("计及时率的条数"),
        say("及时公示"),
        say("及时率"),
        say("应报月份"),
        say("有报送的月份"),
        say("覆盖率"),
        say("重错码"),
        say("重错码率"),
        say("已纠正"),
        say("纠正率"),
        say("未办结异议"),
        say("逾期异议"),
    ]
    span = [asked.first.isoformat()[:7], asked.last.isoformat()[:7]]
    for _, part in groups_of(site, rows, asked, locale):
        for title, row in part:
            yield [defused(title), *map(defused, _places(site, row, asked, locale)), *span, *_figures(row)]


def _places(site: Site, row: LeagueRow, asked: LeagueRequest, locale: Locale) -> list[str]:
    if asked.by != "unit":
        return ["", ""]
    unit = row.units[0]
    value = district_value(unit)
    return [unit.department or "", district_title(site, value, locale) if value else ""]


def _figures(row: LeagueRow) -> list[str]:
    figures, coverage = row.figures, row.coverage
    values = (
        figures.received,
        figures.accepted,
        figures.refused,
        figures.compliance,
        figures.measured,
        figures.timely,
        figures.timeliness,
        coverage.expected,
        coverage.reported,
        coverage.rate,
        figures.wrong_codes,
        figures.wrong_code_rate,
        figures.wrong_codes_corrected,
        figures.wrong_code_correction,
        row.objections.open,
        row.objections.overdue,
    )
    return ["" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value) for value in values]
