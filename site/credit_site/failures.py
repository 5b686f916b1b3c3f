"""Turns everything that can go wrong into a problem, and a problem into JSON or a page."""

from http import HTTPStatus

from credit_search.protocol import EngineUnavailableError
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from credit_site.errors import Problem, ProblemError, problem_response, wants_json
from credit_site.localisation import Say
from credit_site.site import site_of
from credit_site.visit import visit_of

RETRY_SECONDS = "30"


def handle_failures(app: FastAPI) -> None:
    app.add_exception_handler(HTTPException, show_failure)
    app.add_exception_handler(ProblemError, show_failure)
    app.add_exception_handler(RequestValidationError, show_failure)
    app.add_exception_handler(EngineUnavailableError, show_failure)


async def show_failure(request: Request, error: Exception) -> Response:
    site = site_of(request)
    visit = visit_of(request)
    problem = problem_of(error, site.say(visit.locale))
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        site.metrics.failed(problem.kind)
    if wants_json(request):
        return problem_response(problem, request.scope["request_id"])
    # A page that htmx asked for takes the place of the whole page, not of the part that was to change.
    headers = {"HX-Retarget": "body", "HX-Reswap": "innerHTML"} if visit.partial else {}
    return site.page(
        request,
        "errors/page.html",
        {"problem": problem},
        visit=visit,
        status=problem.status,
        headers={**headers, **problem.headers, "Cache-Control": "no-store"},
    )


def problem_of(error: Exception, say: Say) -> Problem:
    match error:
        case ProblemError(problem=problem):
            return problem
        case HTTPException():
            return _http(error, say)
        case RequestValidationError():
            return Problem(422, "parameters", say("有的参数不能照办"), say("请核对网址中的参数后重试。"))
        case EngineUnavailableError():
            return Problem(
                503,
                "search-resting",
                say("查询服务暂时休息"),
                say("数据都在，只是搜索引擎没有应答。请过半分钟再试；知道代码的，可以直接打开信用档案。"),
                headers={"Retry-After": RETRY_SECONDS},
            )
        case DBAPIError() | NoConnectionError():
            return Problem(
                503,
                "database-resting",
                say("数据暂时读不出来"),
                say("数据库没有应答，请过半分钟再试。"),
                headers={"Retry-After": RETRY_SECONDS},
            )
    return Problem(
        500, "failure", say("网站出错了"), say("问题已经记下。请稍后再试；再次出错时，请把页面下方的请求编号告诉我们。")
    )


def _http(error: HTTPException, say: Say) -> Problem:
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.NOT_FOUND:
        return Problem(
            404, "not-found", say("没有这个网页"), say("网址可能打错了，或网页已经移走。可以从这里重新查找。")
        )
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        title = say("这个网址不接受这种请求")
        detail = say("它接受的方式：%(methods)s。") % {"methods": headers.get("Allow", "GET")}
        return Problem(405, "method", title, detail, headers=headers)
    title, detail = say("这个请求不能照办"), say("请核对网址后重试，或从首页重新查找。")
    return Problem(error.status_code, "request", title, detail, headers=headers)
