"""Registers: records of a kind, or of all lists, searched with totals, a chart and filters; what htmx swaps of them."""

from collections.abc import Awaitable, Callable
from typing import Any

from credit_records.record_reading import find_records, newest_records
from credit_search.answers import MAX_RESULTS
from credit_search.protocol import EngineUnavailableError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from credit_site.civil_time import civil
from credit_site.failures import RETRY_SECONDS
from credit_site.misunderstandings import sentences
from credit_site.open_data.downloads import download_links
from credit_site.open_data.feeds import feed_links
from credit_site.register_view import found_records, list_lines, register_view
from credit_site.registers import LISTS, Register, Registers
from credit_site.search_request import DEFAULT_SIZE, PERIOD, ParsedSearch, parse_search
from credit_site.site import Site, site_of
from credit_site.visit import Visit, visit_of

FROM_A_FORM = ("q", *PERIOD)  # fields that a browser sends empty where nothing was typed


def register_routes(registers: Registers) -> list[BaseRoute]:
    return [
        *(Route(register.path, _page_of(register)) for register in registers.own),
        Route(LISTS, _page_of(registers.lists)),
        Route(f"{LISTS}/{{kind}}", one_list),
    ]


def _page_of(register: Register) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        return await _register(request, register)

    return page


async def one_list(request: Request) -> Response:
    register = site_of(request).registers.of_list.get(request.path_params["kind"])
    if register is None:
        raise HTTPException(404)
    return await _register(request, register)


async def _register(request: Request, register: Register) -> Response:
    site, visit = site_of(request), visit_of(request)
    parsed = parse_search(visit.pairs, register.facets, sorts=register.sorts, dated=True, path=register.path)
    if _is_untidy(visit, parsed):
        return RedirectResponse(parsed.request.address(), 303)
    try:
        answer = await site.record_search.search(register.query(parsed.request))
    except EngineUnavailableError:
        site.metrics.failed("search-resting")
        return await _resting(site, request, register, visit, parsed)
    site.metrics.searched(answer.understood)
    asked = parsed.request
    plain = not asked.q and not asked.narrowed
    counts = {str(each.value): each.count for each in answer.facets.get("kind", ())}
    records = await site.database.read(find_records, [item.id for item in answer.items])
    return site.page(
        request,
        "register/partial.html" if visit.partial else "register/page.html",
        {
            **await _surroundings(site, request, register, visit, parsed),
            "answer": answer,
            "view": register_view(site, register, asked, answer, records=records, locale=visit.locale),
            "lists": list_lines(site, counts, visit.locale) if plain and register is site.registers.lists else [],
            "most": MAX_RESULTS,
        },
        visit=visit,
        headers={} if plain and asked.page == 1 else {"X-Robots-Tag": "noindex"},
    )


def _is_untidy(visit: Visit, parsed: ParsedSearch) -> bool:
    """Whether a form left empty fields in the address, which is to be kept and cited."""
    return (
        any(key in FROM_A_FORM and not value for key, value in visit.pairs)
        and not parsed.misunderstood
        and not visit.chosen
    )


async def _surroundings(
    site: Site, request: Request, register: Register, visit: Visit, parsed: ParsedSearch
) -> dict[str, Any]:
    """What a register's page says whether or not the engine answers."""
    asked = parsed.request
    deliveries = (await site.freshness.now()).deliveries
    newest = next((each.finished_at for each in deliveries if each.finished_at), None)
    return {
        "register": register,
        "alone": register.alone,
        "heading": register.title.in_(visit.locale),
        "intro": register.intro.in_(visit.locale) if register.intro else "",
        "dated": register.day.in_(visit.locale),
        "search": asked,
        "default_size": DEFAULT_SIZE,
        "notices": sentences(parsed.misunderstood, site.say(visit.locale)),
        "cut": parsed.cut,
        "address": site.base_url(request) + asked.address(),
        "data_address": _data_address(register, parsed),
        "downloads": download_links(asked),
        "feeds": feed_links(asked),
        "moment": civil(newest) if newest else "",
    }


def _data_address(register: Register, parsed: ParsedSearch) -> str:
    """The same search of the API, which is told the register's kinds."""
    chosen = dict(parsed.request.filters)
    chosen.setdefault("kind", tuple(kind.name for kind in register.kinds))
    return parsed.request.filtered_by(chosen).address("/api/v1/records")


async def _resting(site: Site, request: Request, register: Register, visit: Visit, parsed: ParsedSearch) -> Response:
    """The engine rests: what is newest is still told, from the database."""
    kinds = [kind.name for kind in register.kinds]
    records = await site.database.read(newest_records, kinds, DEFAULT_SIZE)
    return site.page(
        request,
        "register/resting_partial.html" if visit.partial else "register/resting.html",
        {
            **await _surroundings(site, request, register, visit, parsed),
            "hits": found_records(site, register, records, "", visit.locale),
            "lists": list_lines(site, None, visit.locale) if register is site.registers.lists else [],
        },
        visit=visit,
        status=503,
        headers={"Retry-After": RETRY_SECONDS, "X-Robots-Tag": "noindex"},
    )
