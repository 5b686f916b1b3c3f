"""The API's operations on subjects: search, suggest, and one subject."""

from typing import Any

import orjson
from credit_records.reading import find_subject, records_of
from credit_search.answers import MAX_QUERY_LENGTH, MAX_RESULTS
from credit_search.facets import SUBJECT_FACETS
from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from credit_site.api.documents import search_document, subject_document, suggest_document
from credit_site.api.models import ProblemDocument, SearchDocument, SubjectDocument, SuggestDocument
from credit_site.api.parameters import MOST_SUGGESTIONS, SUGGESTIONS, search_parameters, suggest_parameters
from credit_site.canonical_code import canonical_code
from credit_site.errors import PROBLEM_TYPE, Problem, ProblemError
from credit_site.localisation import Say
from credit_site.misunderstandings import sentence
from credit_site.search_request import ECHO_LENGTH, Misunderstanding, ParsedSearch, Reason, parse_search
from credit_site.site import site_of
from credit_site.visit import visit_of

router = APIRouter(prefix="/api/v1", tags=["subjects"])


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    wording = {404: "没有这个主体 No such subject", 422: "参数有误 Parameters", 503: "搜索引擎不可用 Search is resting"}
    content = {PROBLEM_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}}}
    return {status: {"description": wording[status], "content": content} for status in statuses}


@router.get(
    "/search",
    summary="查找主体 Find subjects",
    response_class=Response,
    responses={200: {"model": SearchDocument, "description": "结果 Results"}, **_problems(422, 503)},
    openapi_extra={"parameters": search_parameters(), "x-example": "/api/v1/search?q=科技&size=2"},
)
async def search(request: Request) -> Response:
    """按名称、字号、拼音或代码查找；条件重复给出时，同一条件任一即可，不同条件都要满足。

    Find by name, trade name, pinyin or code. Values of one facet are alternatives, different facets all apply.
    """
    site, visit = site_of(request), visit_of(request)
    parsed = parse_search(visit.pairs, SUBJECT_FACETS)
    _refuse(_misunderstood(parsed), site.say(visit.locale))
    answer = await site.search.search(parsed.request.subject_query())
    site.metrics.searched(answer.understood)
    return _json(search_document(site, parsed.request, answer, visit.locale, site.base_url(request)))


@router.get(
    "/suggest",
    summary="输入提示 Suggestions while typing",
    response_class=Response,
    responses={200: {"model": SuggestDocument, "description": "提示 Suggestions"}, **_problems(422, 503)},
    openapi_extra={"parameters": suggest_parameters(), "x-example": "/api/v1/suggest?q=科技&size=2"},
)
async def suggest(request: Request) -> Response:
    """边输入边给出最可能的主体。

    The subjects most likely meant by what was typed so far.
    """
    site, visit = site_of(request), visit_of(request)
    parsed = parse_search(_sized(visit.pairs), ())
    misunderstood = _misunderstood(parsed)
    misunderstood += [
        Misunderstanding(key, value[:ECHO_LENGTH], Reason.UNKNOWN_PARAMETER)
        for key, value in visit.pairs
        if key in ("page", "sort")
    ]
    if parsed.request.size > MOST_SUGGESTIONS:
        misunderstood.append(Misunderstanding("size", str(parsed.request.size), Reason.OUT_OF_RANGE))
    _refuse(misunderstood, site.say(visit.locale))
    suggestions = await site.search.suggest(parsed.request.q, parsed.request.size)
    return _json(suggest_document(suggestions, site.base_url(request)), cache="public, max-age=60")


@router.get(
    "/subjects/{uscc}",
    summary="一个主体的信用档案 One subject's profile",
    response_class=Response,
    responses={200: {"model": SubjectDocument, "description": "信用档案 Profile"}, **_problems(404)},
    openapi_extra={
        "parameters": [
            {
                "name": "uscc",
                "in": "path",
                "required": True,
                "description": "统一社会信用代码 Unified social credit code",
                "schema": {"type": "string"},
            }
        ]
    },
)
async def subject(request: Request) -> Response:
    """主体的登记事实和各类信用信息，每条注明来源和收到的时间。

    What is recorded of the subject, each record with where it came from and when.
    """
    site, visit = site_of(request), visit_of(request)
    typed = request.path_params["uscc"]
    code = canonical_code(typed)
    if code is not None and code != typed:
        return RedirectResponse(f"/api/v1/subjects/{code}", 308)
    found = await site.database.read(find_subject, code) if code else None
    if found is None:
        say = site.say(visit.locale)
        title = say("没有这个代码的主体")
        detail = say("请核对统一社会信用代码，或用 /api/v1/search 查找。")
        raise ProblemError(Problem(404, "not-found", title, detail))
    records = await site.database.read(records_of, found.id)
    return _json(subject_document(site, found, records, visit.locale, site.base_url(request)))


def _sized(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Suggestions have a default size of their own, and neither pages nor an order."""
    given = any(key == "size" for key, _ in pairs)
    return pairs if given else [*pairs, ("size", str(SUGGESTIONS))]


def _misunderstood(parsed: ParsedSearch) -> list[Misunderstanding]:
    if parsed.request.too_deep and not any(each.parameter == "page" for each in parsed.misunderstood):
        return [*parsed.misunderstood, Misunderstanding("page", str(parsed.request.page), Reason.OUT_OF_RANGE)]
    return parsed.misunderstood


def _refuse(misunderstood: list[Misunderstanding], say: Say) -> None:
    if not misunderstood:
        return
    errors = [
        {"parameter": each.parameter, "reason": each.reason.value, "detail": sentence(each, say)}
        for each in misunderstood
    ]
    detail = say("请改正 errors 中列出的参数后重试；查询最多 %(longest)s 个字，最多翻到第 %(most)s 条。") % {
        "longest": MAX_QUERY_LENGTH,
        "most": MAX_RESULTS,
    }
    raise ProblemError(Problem(422, "parameters", say("有的参数不能照办"), detail, errors=errors))


def _json(document: dict[str, Any], cache: str = "no-cache") -> Response:
    # Any site's scripts may read what is public anyway.
    headers = {"Cache-Control": cache, "Vary": "Accept-Language, Cookie", "Access-Control-Allow-Origin": "*"}
    return Response(orjson.dumps(document, default=str), media_type="application/json", headers=headers)
