"""The API's operation on the departments' mirror."""

from typing import Any

from credit_records.catalogue import Catalogue, Locale
from credit_records.league import LeagueRow, together
from fastapi import APIRouter, Request, Response

from credit_site.api.answers import json_answer, problems, refuse
from credit_site.api.league_models import LeagueDocument
from credit_site.api.parameters import league_parameters
from credit_site.league_request import GROUPINGS, LeagueRequest
from credit_site.league_view import district_title, district_value, groups_of, unit_address
from credit_site.pages.departments import asked_league, rows_asked
from credit_site.site import Site, site_of
from credit_site.visit import visit_of


async def departments(request: Request) -> Response:
    """各单位在这些月份报送的情况，口径见网页 /departments。

    What each unit reported in these months; the definitions are on the page /departments.
    """
    site, visit = site_of(request), visit_of(request)
    _, parsed = await asked_league(site, visit.pairs, from_a_form=False)
    refuse(parsed.misunderstood, site.say(visit.locale))
    asked = parsed.request
    cells = await site.league.cells(asked.first, asked.last)
    rows = rows_asked(cells, asked)
    base_url = site.base_url(request)
    document = {
        "first": asked.first.isoformat()[:7],
        "last": asked.last.isoformat()[:7],
        "as_of": cells.at.isoformat(timespec="seconds"),
        "total": _row(site, site.say(visit.locale)("合计"), together(rows), None, visit.locale),
        "items": [
            _row(site, title, row, _Address(base_url, asked), visit.locale)
            for _, part in groups_of(site, rows, asked, visit.locale)
            for title, row in part
        ],
        "url": base_url + asked.address(),
    }
    return json_answer(document)


class _Address:
    """Where the pages of units are, for the months asked for."""

    def __init__(self, base_url: str, asked: LeagueRequest) -> None:
        self._base_url = base_url
        self._asked = asked

    def of(self, row: LeagueRow) -> str | None:
        if self._asked.by != GROUPINGS[0]:
            return None
        return self._base_url + unit_address(row.units[0], self._asked)


def _row(site: Site, title: str, row: LeagueRow, address: _Address | None, locale: Locale) -> dict[str, Any]:
    url = address.of(row) if address else None
    unit = row.units[0] if url else None
    district = district_value(unit) if unit else None
    figures, coverage = row.figures, row.coverage
    return {
        "unit": unit.key if unit else None,
        "title": title,
        "department": unit.department if unit else None,
        "district": {"value": district, "label": district_title(site, district, locale)} if district else None,
        "kinds": [name for name in site.catalogue.kinds if name in row.kinds],
        "deliveries": figures.deliveries,
        "received": figures.received,
        "accepted": figures.accepted,
        "refused": figures.refused,
        "compliance": figures.compliance,
        "measured": figures.measured,
        "timely": figures.timely,
        "timeliness": figures.timeliness,
        "coverage": {"expected": coverage.expected, "reported": coverage.reported, "rate": coverage.rate},
        "wrong_codes": figures.wrong_codes,
        "wrong_codes_corrected": figures.wrong_codes_corrected,
        "wrong_code_rate": figures.wrong_code_rate,
        "wrong_code_correction": figures.wrong_code_correction,
        "objections": {"open": row.objections.open, "overdue": row.objections.overdue},
        "last_delivery": figures.last_delivery,
        "url": url,
    }


def league_operations(declared: Catalogue) -> APIRouter:
    """The kinds that may be asked for are the catalogue's, so the operation is made once it is known."""
    router = APIRouter(prefix="/api/v1", tags=["departments"])
    router.add_api_route(
        "/departments",
        departments,
        summary="各部门报送情况 What departments report",
        response_class=Response,
        responses={200: {"model": LeagueDocument, "description": "报送情况 The league table"}, **problems(422)},
        openapi_extra={
            "parameters": league_parameters(list(declared.kinds)),
            "x-example": "/api/v1/departments?sort=received",
        },
    )
    return router
