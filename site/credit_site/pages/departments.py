"""The mirror of those who report: a league table, as a page and as CSV, and each unit's own page."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from urllib.parse import quote

from credit_records.calendar import KNOWN_YEARS, today
from credit_records.catalogue import Locale
from credit_records.league import LeagueRow, league
from credit_records.providers import all_providers
from credit_records.statistics import SOURCE_MARK
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credit_site.civil_time import civil
from credit_site.league_book import Cells
from credit_site.league_request import OF_THE_CITY, Known, LeagueRequest, ParsedLeague, parse_league
from credit_site.league_sheet import sheet_rows
from credit_site.league_view import FEWEST_RANKED, Choice, district_title, league_view, narrowed
from credit_site.misunderstandings import sentences
from credit_site.provider_room.session import SIGN_IN, provider_of
from credit_site.record_view import titled
from credit_site.site import Site, site_of
from credit_site.unit_view import unit_report, unit_view
from credit_site.visit import visit_of

MONTHS_ONLY = ("from", "to")


async def departments(request: Request) -> Response:
    site, visit = site_of(request), visit_of(request)
    known, parsed = await asked_league(site, visit.pairs)
    asked = parsed.request
    cells = await site.league.cells(asked.first, asked.last)
    rows = rows_asked(cells, asked)
    months = (asked.last.year - asked.first.year) * 12 + asked.last.month - asked.first.month + 1
    return site.page(
        request,
        "departments/page.html",
        {
            "asked": asked,
            "view": league_view(site, rows, asked, visit.locale, months),
            "choices": choices(site, known, asked, visit.locale),
            "as_of": civil(cells.at),
            "notices": sentences(parsed.misunderstood, site.say(visit.locale)),
            "policy": site.catalogue.policies["timeliness"].version_on(asked.last),
            "objecting": site.catalogue.policies["objection"].version_on(today()),
            "years": KNOWN_YEARS,
            "fewest": FEWEST_RANKED,
            "csv": asked.address("/departments.csv"),
            "json": asked.address("/api/v1/departments"),
            "canonical": site.base_url(request) + asked.address(),
        },
        visit=visit,
    )


async def sheet(request: Request) -> Response:
    """The table as CSV, which spreadsheets open by a click: UTF-8 with its mark."""
    site, visit = site_of(request), visit_of(request)
    _, parsed = await asked_league(site, visit.pairs)
    asked = parsed.request
    rows = rows_asked(await site.league.cells(asked.first, asked.last), asked)
    name = f"departments_{asked.first.isoformat()[:7]}_{asked.last.isoformat()[:7]}.csv"
    return Response(
        "\ufeff" + _written(sheet_rows(site, rows, asked, visit.locale)),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-cache",
            "Vary": "Accept-Language, Cookie",
            "X-Robots-Tag": "noindex",
        },
    )


async def unit(request: Request) -> Response:
    site, visit = site_of(request), visit_of(request)
    key = request.path_params["unit"]
    parsed = parse_league(visit.pairs, today(), Known((), (), ()), MONTHS_ONLY)
    asked = parsed.request
    found = await site.database.read_aside(unit_report, key, asked.first, asked.last)
    if found is None:
        raise HTTPException(404)
    path = f"/departments/{quote(key, safe='/~')}"
    member = await provider_of(request)
    return site.page(
        request,
        "departments/unit.html",
        {
            "asked": asked,
            "path": path,
            "own": member is not None and member.name == key,
            "door": "" if key.startswith(SOURCE_MARK) else f"{SIGN_IN}?next={quote(path, safe='')}",
            "view": unit_view(site, found, visit.locale),
            "back": LeagueRequest(asked.first, asked.last, asked.default).address(),
            "notices": sentences(parsed.misunderstood, site.say(visit.locale)),
            "canonical": site.base_url(request) + asked.address(path),
        },
        visit=visit,
    )


async def asked_league(
    site: Site, pairs: Sequence[tuple[str, str]], *, from_a_form: bool = True
) -> tuple[Known, ParsedLeague]:
    """What the address asks for, and what it may ask for."""
    providers = await site.database.read(all_providers)
    departments = sorted({each.department for each in providers})
    districts = sorted({each.district for each in providers if each.district})
    known = Known(list(site.catalogue.kinds), departments, districts)
    return known, parse_league(pairs, today(), known, from_a_form=from_a_form)


def rows_asked(cells: Cells, asked: LeagueRequest) -> list[LeagueRow]:
    return narrowed(league(cells.rows, asked.kind), asked)


def choices(site: Site, known: Known, asked: LeagueRequest, locale: Locale) -> dict[str, list[Choice]]:
    """What each selection offers, beside everything."""
    kinds = [(name, titled(site.catalogue.kinds[name], locale)) for name in known.kinds]
    districts = [(value, district_title(site, value, locale)) for value in (OF_THE_CITY, *known.districts)]
    offered = {
        "kind": (kinds, asked.kind),
        "department": ([(name, name) for name in known.departments], asked.department),
        "district": (districts, asked.district),
    }
    return {
        key: [Choice(value, label, value == chosen) for value, label in values]
        for key, (values, chosen) in offered.items()
    }


def _written(rows: Iterator[list[str]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


routes = [
    Route("/departments", departments),
    Route("/departments.csv", sheet),
    Route("/departments/{unit:path}", unit),
]
