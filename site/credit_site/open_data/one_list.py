"""The tables and feeds of single lists, whose register is named by the address."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from credit_site.open_data.downloads import Answers, Workshop, table_of
from credit_site.open_data.feeds import feed_of
from credit_site.open_data.sources import of_register
from credit_site.registers import Register
from credit_site.site import site_of


def table_of_list(workshop: Workshop) -> Answers:
    async def answer(request: Request) -> Response:
        return await table_of(of_register(_register(request)), workshop)(request)

    return answer


def feed_of_list() -> Answers:
    async def answer(request: Request) -> Response:
        register = _register(request)
        return await feed_of(of_register(register), register)(request)

    return answer


def _register(request: Request) -> Register:
    found = site_of(request).registers.of_list.get(request.path_params["kind"])
    if found is None:
        raise HTTPException(404)
    return found
