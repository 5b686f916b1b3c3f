"""The front door: one box."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credit_site.civil_time import civil
from credit_site.site import site_of


async def home(request: Request) -> Response:
    site = site_of(request)
    freshness = await site.freshness.now()
    newest = next((each for each in freshness.deliveries if each.finished_at), None)
    return site.page(
        request,
        "home/page.html",
        {"subjects": freshness.subjects, "updated": civil(newest.finished_at) if newest else None},
    )


routes = [Route("/", home)]
