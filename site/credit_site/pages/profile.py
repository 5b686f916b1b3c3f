"""A subject's permanent page, and the lists of its records that go on from there."""

from urllib.parse import quote

from credit_records.catalogue import Kind
from credit_records.codes import LENGTH, is_valid, likely_meant
from credit_records.reading import find_subject
from credit_records.record_pages import Cursor, page_of_records
from credit_records.subjects import Subject
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from credit_site.canonical_code import canonical_code
from credit_site.misunderstandings import sentences
from credit_site.profile_view import first_records, profile_view, section_path
from credit_site.record_request import parse_record_request
from credit_site.record_view import line_page, timeline_page, titled
from credit_site.search_request import tidy
from credit_site.site import Site, site_of
from credit_site.structured_data import as_script, organisation
from credit_site.visit import Visit, visit_of

LONGEST_SHOWN = 40


async def profile(request: Request) -> Response:
    site, visit = site_of(request), visit_of(request)
    subject = await _subject(site, request, visit, "")
    if isinstance(subject, Response):
        return subject
    records = await site.database.read(first_records, subject.id, site.catalogue)
    view = profile_view(site, subject, records, visit.locale)
    address = f"{site.base_url(request)}/credit/{quote(subject.uscc)}"
    structured = organisation(subject, address, site.place(subject.division, "zh"))
    return site.page(
        request,
        "profile/page.html",
        {"view": view, "canonical": address, "structured_data": as_script(structured)},
        visit=visit,
    )


async def timeline(request: Request) -> Response:
    """Every record of the subject in one line of time."""
    site, visit = site_of(request), visit_of(request)
    subject = await _subject(site, request, visit, "/timeline")
    if isinstance(subject, Response):
        return subject
    return await _list(site, request, visit, subject, None)


async def section(request: Request) -> Response:
    """Every record of the subject of one kind."""
    site, visit = site_of(request), visit_of(request)
    name = request.path_params["kind"]
    kind = next((kind for kind in site.kinds if kind.name == name), None)
    if kind is None:
        raise HTTPException(404)
    subject = await _subject(site, request, visit, f"/{name}")
    if isinstance(subject, Response):
        return subject
    return await _list(site, request, visit, subject, kind)


async def _list(site: Site, request: Request, visit: Visit, subject: Subject, kind: Kind | None) -> Response:
    asked = parse_record_request(visit.pairs, (), ("after",))
    path = section_path(subject.uscc, kind.name if kind else "timeline")
    page = await site.database.read(
        page_of_records, subject.id, kind.name if kind else None, after=asked.after, limit=asked.size
    )
    return site.page(
        request,
        "profile/partial.html" if visit.partial else "profile/records.html",
        {
            "subject": subject,
            "page": line_page(site, page, path, visit.locale)
            if kind
            else timeline_page(site, page, path, visit.locale, _year_before(visit, asked.after)),
            "title": titled(kind, visit.locale) if kind else None,
            "self_declared": kind is not None and kind.effect.self_declared,
            "first": asked.after is None,
            "path": path,
            "canonical": site.base_url(request) + path,
            "notices": sentences(asked.misunderstood, site.say(visit.locale)),
        },
        visit=visit,
        headers={"X-Robots-Tag": "noindex"},
    )


def _year_before(visit: Visit, after: Cursor | None) -> str | None:
    """The year that stands above where htmx puts more; a page of its own tells the year anew."""
    return after.decision_date[:4] if visit.partial and after is not None else None


async def _subject(site: Site, request: Request, visit: Visit, rest: str) -> Subject | Response:
    """The subject whose page this is, or the answer that leads to it or says that there is none."""
    typed = request.path_params["uscc"]
    code = canonical_code(typed)
    if code is not None and code != typed:
        query = request.url.query
        return RedirectResponse(f"/credit/{code}{rest}{'?' + query if query else ''}", 308)
    found = await site.database.read(find_subject, code) if code else None
    return found or await _unknown(site, request, visit, code or typed)


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


routes = [
    Route("/credit/{uscc}", profile),
    Route("/credit/{uscc}/timeline", timeline),
    Route("/credit/{uscc}/{kind}", section),
]
