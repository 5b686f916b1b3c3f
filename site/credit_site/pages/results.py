"""The search: its page, the part of it that htmx swaps, and what is said while the search engine rests."""

import unicodedata

from credit_records.reading import find_subject, subjects_by_exact_name
from credit_records.subjects import Subject
from credit_search.answers import MAX_RESULTS
from credit_search.facets import SUBJECT_FACETS
from credit_search.protocol import EngineUnavailableError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credit_site.canonical_code import canonical_code
from credit_site.misunderstandings import sentences
from credit_site.narrowing_view import chips
from credit_site.open_data.downloads import download_links
from credit_site.results_view import results_view
from credit_site.search_request import ParsedSearch, parse_search
from credit_site.site import Site, site_of
from credit_site.visit import Visit, visit_of

RETRY_SECONDS = "30"
_WIDE_BRACKETS = str.maketrans("()", "（）")
_WIDE = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}


async def search(request: Request) -> Response:
    site = site_of(request)
    visit = visit_of(request)
    parsed = parse_search(visit.pairs, SUBJECT_FACETS)
    try:
        answer = await site.search.search(parsed.request.subject_query())
    except EngineUnavailableError:
        site.metrics.failed("search-resting")
        return await _resting(site, request, visit, parsed)
    site.metrics.searched(answer.understood)
    return site.page(
        request,
        "search/partial.html" if visit.partial else "search/page.html",
        {
            "search": parsed.request,
            "answer": answer,
            "view": results_view(site, parsed.request, answer, visit.locale),
            "notices": sentences(parsed.misunderstood, site.say(visit.locale)),
            "cut": parsed.cut or answer.cut,
            "most": MAX_RESULTS,
            "downloads": download_links(parsed.request),
        },
        visit=visit,
        headers={"X-Robots-Tag": "noindex"},
    )


async def _resting(site: Site, request: Request, visit: Visit, parsed: ParsedSearch) -> Response:
    """The engine rests: whole codes and whole names are still answered, from the database."""
    found = await _exact(site, parsed.request.q)
    return site.page(
        request,
        "search/resting_partial.html" if visit.partial else "search/resting.html",
        {
            "search": parsed.request,
            "found": found,
            "chips": chips(SUBJECT_FACETS, parsed.request, site.say(visit.locale), visit.locale),
        },
        visit=visit,
        status=503,
        headers={"Retry-After": RETRY_SECONDS, "X-Robots-Tag": "noindex"},
    )


async def _exact(site: Site, q: str) -> list[Subject]:
    code = canonical_code(q)
    subject = await site.database.read(find_subject, code) if code else None
    if subject:
        return [subject]
    for name in _spellings(q):
        if found := await site.database.read(subjects_by_exact_name, name):
            return found
    return []


def _spellings(name: str) -> list[str]:
    """A whole name as it may be kept: as typed, else without spaces and with brackets and letters of either width."""
    plain = "".join(unicodedata.normalize("NFKC", name).split())
    return list(dict.fromkeys((name, plain.translate(_WIDE_BRACKETS), plain, plain.translate(_WIDE))))


routes = [Route("/search", search)]
