"""What the API's operations share: how they answer, and how they refuse."""

from typing import Any

import orjson
from credit_records.catalogue import Locale
from credit_records.reading import find_subject
from credit_records.subjects import Subject
from credit_search.answers import MAX_QUERY_LENGTH, MAX_RESULTS
from fastapi import Request, Response
from starlette.responses import RedirectResponse

from credit_site.api.models import ProblemDocument
from credit_site.canonical_code import canonical_code
from credit_site.errors import PROBLEM_TYPE, Problem, ProblemError
from credit_site.localisation import Say
from credit_site.misunderstandings import sentence
from credit_site.search_request import Misunderstanding
from credit_site.site import Site

WORDING = {
    400: "内容不是 JSON Not JSON",
    401: "密钥不对 Wrong key",
    403: "本单位不能报送这个种类 Not a kind that this provider may send",
    404: "没有这个主体或记录 No such subject or record",
    408: "内容没有传完 The body was cut off",
    409: "同一个幂等键的请求正在处理 A call with this idempotency key is under way",
    413: "内容太大 Too large",
    415: "只接受 JSON Only JSON",
    422: "参数有误 Parameters",
    429: "太频繁 Too often",
    503: "暂时不可用，按 Retry-After 再试 Resting; try again after Retry-After",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers of these statuses, for the OpenAPI document."""
    content = {PROBLEM_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}}}
    return {status: {"description": WORDING[status], "content": content} for status in statuses}


async def subject_asked(site: Site, request: Request, locale: Locale, rest: str = "") -> Subject | Response:
    """The subject of the address, or the answer that leads to its one address, which ends in `rest`."""
    typed = request.path_params["uscc"]
    code = canonical_code(typed)
    if code is not None and code != typed:
        query = request.url.query
        return RedirectResponse(f"/api/v1/subjects/{code}{rest}{'?' + query if query else ''}", 308)
    found = await site.database.read(find_subject, code) if code else None
    if found is None:
        say = site.say(locale)
        title = say("没有这个代码的主体")
        detail = say("请核对统一社会信用代码，或用 /api/v1/search 查找。")
        raise ProblemError(Problem(404, "not-found", title, detail))
    return found


def refuse(misunderstood: list[Misunderstanding], say: Say) -> None:
    """End the request where anything in it was not followed, each named."""
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


def json_answer(document: dict[str, Any], cache: str = "no-cache") -> Response:
    # Any site's scripts may read what is public anyway.
    headers = {"Cache-Control": cache, "Vary": "Accept-Language, Cookie", "Access-Control-Allow-Origin": "*"}
    return Response(orjson.dumps(document, default=str), media_type="application/json", headers=headers)
