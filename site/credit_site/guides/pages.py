"""`/guide/repair` and `/guide/objection`."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Final

from credit_records.calendar import today
from credit_records.casework.times import typical_times
from credit_records.catalogue import Locale
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credit_site.guides.editions import day_asked
from credit_site.guides.guide_view import GuideView, objection_guide, repair_guide
from credit_site.site import Site, site_of
from credit_site.visit import visit_of

GUIDES: Final = {"repair": repair_guide, "objection": objection_guide}
Telling = Callable[[Site, date, date, str, Locale], GuideView]


def guide_address(procedure: str) -> str:
    return f"/guide/{procedure}"


def _guide(procedure: str, telling: Telling) -> Callable[[Request], Awaitable[Response]]:
    path = guide_address(procedure)

    async def guide(request: Request) -> Response:
        site, visit = site_of(request), visit_of(request)
        now = today()
        asked = day_asked(visit.pairs)
        view = telling(site, asked or now, now, path, visit.locale)
        shown = next(edition for edition in view.editions if edition.shown)
        return site.page(
            request,
            f"guides/{procedure}.html",
            {
                "view": view,
                "times": await site.database.read_aside(typical_times, procedure),
                "canonical": site.base_url(request) + shown.address,
            },
            visit=visit,
        )

    return guide


routes = [Route(guide_address(name), _guide(name, telling)) for name, telling in GUIDES.items()]
