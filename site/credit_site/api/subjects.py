"""The API's operations on subjects: search, suggest, and one subject."""

from credit_search.facets import SUBJECT_FACETS
from fastapi import APIRouter, Request, Response

from credit_site.api.answers import json_answer, problems, refuse, subject_asked
from credit_site.api.documents import search_document, subject_document, suggest_document
from credit_site.api.models import SearchDocument, SubjectDocument, SuggestDocument
from credit_site.api.parameters import (
    MOST_SUGGESTIONS,
    SUGGESTIONS,
    code_parameter,
    search_parameters,
    suggest_parameters,
)
from credit_site.profile_view import first_records
from credit_site.search_request import ECHO_LENGTH, Misunderstanding, Reason, parse_search
from credit_site.site import site_of
from credit_site.visit import visit_of

router = APIRouter(prefix="/api/v1", tags=["subjects"])


@router.get(
    "/search",
    summary="查找主体 Find subjects",
    response_class=Response,
    responses={200: {"model": SearchDocument, "description": "结果 Results"}, **problems(422, 503)},
    openapi_extra={"parameters": search_parameters(), "x-example": "/api/v1/search?q=科技&size=2"},
)
async def search(request: Request) -> Response:
    """按名称、字号、拼音或代码查找；条件重复给出时，同一条件任一即可，不同条件都要满足。

    Find by name, trade name, pinyin or code. Values of one facet are alternatives, different facets all apply.
    """
    site, visit = site_of(request), visit_of(request)
    parsed = parse_search(visit.pairs, SUBJECT_FACETS)
    refuse(parsed.not_followed, site.say(visit.locale))
    answer = await site.search.search(parsed.request.subject_query())
    site.metrics.searched(answer.understood)
    return json_answer(search_document(site, parsed.request, answer, visit.locale, site.base_url(request)))


@router.get(
    "/suggest",
    summary="输入提示 Suggestions while typing",
    response_class=Response,
    responses={200: {"model": SuggestDocument, "description": "提示 Suggestions"}, **problems(422, 503)},
    openapi_extra={"parameters": suggest_parameters(), "x-example": "/api/v1/suggest?q=科技&size=2"},
)
async def suggest(request: Request) -> Response:
    """边输入边给出最可能的主体。

    The subjects most likely meant by what was typed so far.
    """
    site, visit = site_of(request), visit_of(request)
    parsed = parse_search(_sized(visit.pairs), ())
    misunderstood = [*parsed.not_followed]
    misunderstood += [
        Misunderstanding(key, value[:ECHO_LENGTH], Reason.UNKNOWN_PARAMETER)
        for key, value in visit.pairs
        if key in ("page", "sort")
    ]
    if parsed.request.size > MOST_SUGGESTIONS:
        misunderstood.append(Misunderstanding("size", str(parsed.request.size), Reason.OUT_OF_RANGE))
    refuse(misunderstood, site.say(visit.locale))
    suggestions = await site.search.suggest(parsed.request.q, parsed.request.size)
    return json_answer(suggest_document(suggestions, site.base_url(request)), cache="public, max-age=60")


@router.get(
    "/subjects/{uscc}",
    summary="一个主体的信用档案 One subject's profile",
    response_class=Response,
    responses={200: {"model": SubjectDocument, "description": "信用档案 Profile"}, **problems(404)},
    openapi_extra={"parameters": [code_parameter()]},
)
async def subject(request: Request) -> Response:
    """主体的登记事实和各类信用信息，每条注明来源和收到的时间。

    What is recorded of the subject, each record with where it came from and when.
    """
    site, visit = site_of(request), visit_of(request)
    found = await subject_asked(site, request, visit.locale)
    if isinstance(found, Response):
        return found
    records = await site.database.read(first_records, found.id, site.catalogue)
    return json_answer(subject_document(site, found, records, visit.locale, site.base_url(request)))


def _sized(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Suggestions have a default size of their own, and neither pages nor an order."""
    given = any(key == "size" for key, _ in pairs)
    return pairs if given else [*pairs, ("size", str(SUGGESTIONS))]
