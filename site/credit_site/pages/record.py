"""A record's permanent page. One that is no longer public is answered as one that never was."""

from credit_records.calendar import today
from credit_records.record_reading import Record, find_record
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credit_site.record_view import record_address, record_view
from credit_site.site import Site, site_of
from credit_site.visit import visit_of

MOST_DIGITS = 18  # of a number that the database can hold


async def record(request: Request) -> Response:
    site, visit = site_of(request), visit_of(request)
    found = await public_record(site, request.path_params["id"])
    if found is None:
        raise HTTPException(404)
    return site.page(
        request,
        "record/page.html",
        {
            "register": site.registers.of_kind(found.kind),
            "view": record_view(site, found, visit.locale, today()),
            "canonical": site.base_url(request) + record_address(found.id),
        },
        visit=visit,
        headers={"X-Robots-Tag": "noarchive"},  # a copy elsewhere would outlive withdrawal and repair
    )


async def public_record(site: Site, number: int) -> Record | None:
    """The record of this number, where the public may see it and its kind is still declared."""
    found = await site.database.read(find_record, number) if number < 10**MOST_DIGITS else None
    return found if found is not None and found.kind in site.catalogue.kinds else None


routes = [Route("/record/{id:int}", record)]
