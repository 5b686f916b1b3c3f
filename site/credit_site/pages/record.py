"""A record's permanent page. One that is no longer public is answered as one that never was."""

from collections.abc import Mapping

from credit_records.calendar import today
from credit_records.casework.eligibility import eligibility_of
from credit_records.record_reading import Record, find_record
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credit_site.casework.beginning import VISITOR
from credit_site.form_tokens import form_token, keep_visitor, visitor_token
from credit_site.private_pages import is_encrypted
from credit_site.record_view import record_address, record_view
from credit_site.remedy_view import RemedyView, objection_view, repair_view
from credit_site.site import Site, site_of
from credit_site.visit import visit_of

MOST_DIGITS = 18  # of a number that the database can hold


async def record(request: Request) -> Response:
    site, visit = site_of(request), visit_of(request)
    found = await _found(request)
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


async def objection(request: Request) -> Response:
    """How to object to the record: for whom, to whom, with what, and by when there is an answer."""
    site, visit = site_of(request), visit_of(request)
    say = site.say(visit.locale)
    found = await _found(request)
    wording = {
        "conditions_title": say("什么时候提异议"),
        "other_title": say("能不能修复"),
        "begin": say("开始填写异议"),
    }
    return _remedy(request, objection_view(site, found, visit.locale, today()), "objection", "repair", wording)


async def repair(request: Request) -> Response:
    """Whether and from when repair may be applied for, with which papers, and when publication ends by itself."""
    site, visit = site_of(request), visit_of(request)
    say = site.say(visit.locale)
    found = await _found(request)
    answer = await site.database.read(eligibility_of, found, site.catalogue, today())
    wording = {
        "conditions_title": say("要满足的条件"),
        "other_title": say("认为记录有误，提出异议"),
        "begin": say("开始申请"),
    }
    return _remedy(request, repair_view(site, found, answer, visit.locale, today()), "repair", "objection", wording)


def _remedy(request: Request, view: RemedyView, itself: str, other: str, wording: Mapping[str, str]) -> Response:
    address = view.line.address
    visitor = visitor_token(request, VISITOR)
    response = site_of(request).page(
        request,
        "record/remedy.html",
        {
            "view": view,
            "canonical": f"{site_of(request).base_url(request)}{address}/{itself}",
            "itself": f"{address}/{itself}",
            "guide": f"/guide/{itself}",
            "track": f"/{itself}/track",
            "other": f"{address}/{other}",
            "form_token": form_token(visitor),
            **wording,
        },
        headers={"X-Robots-Tag": "noindex, noarchive", "Cache-Control": "private, no-cache"},
    )
    keep_visitor(response, VISITOR, visitor, path="/record", secure=is_encrypted(request))
    return response


async def _found(request: Request) -> Record:
    found = await public_record(site_of(request), request.path_params["id"])
    if found is None:
        raise HTTPException(404)
    return found


async def public_record(site: Site, number: int) -> Record | None:
    """The record of this number, where the public may see it and its kind is still declared."""
    found = await site.database.read(find_record, number) if number < 10**MOST_DIGITS else None
    return found if found is not None and found.kind in site.catalogue.kinds else None


routes = [
    Route("/record/{id:int}", record),
    Route("/record/{id:int}/objection", objection),
    Route("/record/{id:int}/repair", repair),
]
