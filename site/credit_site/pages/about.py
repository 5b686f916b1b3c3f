"""What the site is, where its data come from, and how new they are."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credit_site.civil_time import civil
from credit_site.site import site_of


async def about(request: Request) -> Response:
    site = site_of(request)
    freshness = await site.freshness.now()
    deliveries = [(each, civil(each.finished_at)) for each in freshness.deliveries]
    return site.page(
        request,
        "about/page.html",
        {"subjects": freshness.subjects, "deliveries": deliveries, "kinds": site.kinds},
    )


routes = [Route("/about", about)]
