"""The API's operations on published records: a subject's, page by page, and one by its number."""

from credit_records.catalogue import Catalogue
from credit_records.record_pages import page_of_records
from fastapi import APIRouter, Request, Response

from credit_site.api.answers import json_answer, problems, refuse, subject_asked
from credit_site.api.documents import record_document, records_document
from credit_site.api.models import RecordDocument, RecordsDocument
from credit_site.api.parameters import record_number_parameter, record_parameters
from credit_site.errors import Problem, ProblemError
from credit_site.pages.record import public_record
from credit_site.record_request import parse_record_request
from credit_site.site import site_of
from credit_site.visit import visit_of

KNOWN = ("kind", "after", "size")


async def records(request: Request) -> Response:
    """新的在前；following 作为下一页的 after。撤回、修复和公示期满的不在其中。

    Newest first; `following` is the `after` of the next page. What is no longer public is not among them.
    """
    site, visit = site_of(request), visit_of(request)
    asked = parse_record_request(visit.pairs, [kind.name for kind in site.kinds], KNOWN)
    refuse(asked.misunderstood, site.say(visit.locale))
    found = await subject_asked(site, request, visit.locale, "/records")
    if isinstance(found, Response):
        return found
    page = await site.database.read(page_of_records, found.id, asked.kind, after=asked.after, limit=asked.size)
    return json_answer(records_document(site, page, visit.locale, site.base_url(request)))


async def record(request: Request) -> Response:
    """一条公示中的记录；不再公示的与从未有过的一样，答复 404。

    One record while it is public; one that no longer is answers 404, like one that never was.
    """
    site, visit = site_of(request), visit_of(request)
    number = request.path_params["id"]
    found = await public_record(site, int(number)) if number.isascii() and number.isdigit() else None
    if found is None:
        say = site.say(visit.locale)
        detail = say("请核对编号；一个主体的全部记录在 /api/v1/subjects/{uscc}/records。")
        raise ProblemError(Problem(404, "not-found", say("没有这条记录"), detail))
    return json_answer(record_document(site, found, visit.locale, site.base_url(request)))


def record_operations(declared: Catalogue) -> APIRouter:
    """The kinds that may be asked for are the catalogue's, so the operations are made once it is known."""
    kinds = [kind.name for kind in declared.kinds.values() if kind.publication.visibility != "never"]
    router = APIRouter(prefix="/api/v1", tags=["records"])
    router.add_api_route(
        "/subjects/{uscc}/records",
        records,
        summary="一个主体的记录 One subject's records",
        response_class=Response,
        responses={200: {"model": RecordsDocument, "description": "记录 Records"}, **problems(404, 422)},
        openapi_extra={"parameters": record_parameters(kinds)},
    )
    router.add_api_route(
        "/records/{id}",
        record,
        summary="一条记录 One record",
        response_class=Response,
        responses={200: {"model": RecordDocument, "description": "记录 Record"}, **problems(404)},
        openapi_extra={"parameters": [record_number_parameter()]},
    )
    return router
