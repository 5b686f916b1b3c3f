"""A subject's permanent page."""

from urllib.parse import quote

from credit_records.codes import LENGTH, is_valid, likely_meant
from credit_records.reading import find_subject, records_of
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from credit_site.canonical_code import canonical_code
from credit_site.profile_view import profile_view
from credit_site.search_request import tidy
from credit_site.site import Site, site_of
from credit_site.structured_data import as_script, organisation
from credit_site.visit import Visit, visit_of

LONGEST_SHOWN = 40


async def profile(request: Request) -> Response:
    site = site_of(request)
    typed = request.path_params["uscc"]
    code = canonical_code(typed)
    if code is not None and code != typed:
        query = request.url.query
        return RedirectResponse(f"/credit/{code}{'?' + query if query else ''}", 308)
    visit = visit_of(request)
    subject = await site.database.read(find_subject, code) if code else None
    if subject is None:
        return await _unknown(site, request, visit, code or typed)
    records = await site.database.read(records_of, subject.id)
    view = profile_view(site, subject, records, visit.locale)
    address = f"{site.base_url(request)}/credit/{quote(subject.uscc)}"
    structured = organisation(subject, address, site.place(subject.division, "zh"))
    return site.page(
        request,
        "profile/page.html",
        {"view": view, "canonical": address, "structured_data": as_script(structured)},
        visit=visit,
    )


async def _unknown(site: Site, request: Request, visit: Visit, code: str) -> Response:
    """Nobody has this code: say whether it can be a code at all, and lead to the search for what is near."""
    likely = likely_meant(code)
    meant = await site.database.read(find_subject, likely) if likely else None
    return site.page(
        request,
        "profile/unknown.html",
        {"code": tidy(code)[:LONGEST_SHOWN], "length": LENGTH, "code_valid": is_valid(code), "meant": meant},
        visit=visit,
        status=404,
    )


routes = [Route("/credit/{uscc}", profile)]
