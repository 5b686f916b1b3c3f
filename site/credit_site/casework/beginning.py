"""A draft begun at a record, opened by its link, and put away on a computer that others use too."""

from collections.abc import Awaitable, Callable

from credit_records.casework.applications import begin as begin_draft
from credit_records.casework.errors import NotEligibleError
from credit_records.casework.states import DRAFT
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from credit_site.casework.holding import (
    A_MINUTE,
    SECRETIVE,
    Holder,
    draft_address,
    forget_secret,
    keep_secret,
    opened,
    ticket_of,
)
from credit_site.casework.writing_down import written
from credit_site.errors import Problem, ProblemError
from credit_site.form_tokens import FIELD, check_form, cookie_token
from credit_site.forms import FormTooLargeError, read_form, text_of
from credit_site.private_pages import led_to, seen_from
from credit_site.site import site_of
from credit_site.tracking.addresses import follow_address
from credit_site.visit import visit_of

VISITOR = "application_form"  # of who has no application yet, for the form that begins one
MOST_DIGITS = 18

Endpoint = Callable[[Request], Awaitable[Response]]


def begin(procedure: str) -> Endpoint:
    """Answers the button of a record's page: a new draft, whose secret the browser keeps."""

    async def answer(request: Request) -> Response:
        site, visit = site_of(request), visit_of(request)
        say = site.say(visit.locale)
        try:
            form = await read_form(request, say)
        except FormTooLargeError as error:
            raise HTTPException(413) from error
        check_form(request, cookie_token(request, VISITOR), text_of(form, FIELD), say)
        number = request.path_params["id"]
        if number >= 10**MOST_DIGITS:
            raise HTTPException(404)
        allowance = site.casework.count_beginning(seen_from(request))
        if not allowance.allowed:
            detail = say("请过 %(minutes)s 分钟再试。") % {"minutes": -(-allowance.wait // A_MINUTE)}
            headers = {**SECRETIVE, "Retry-After": str(allowance.wait)}
            raise ProblemError(Problem(429, "beginnings", say("从这里开始的申请太多了"), detail, headers=headers))
        try:
            draft = await written(site, say, lambda engine: begin_draft(engine, procedure, number))
        except NotEligibleError as error:
            detail = say("请回到这条记录的页面，看看现在可以做什么。")
            raise ProblemError(Problem(409, "not-eligible", str(error), detail)) from error
        response = led_to(draft_address(procedure, ticket_of(draft.secret)), visit)
        keep_secret(request, response, procedure, draft.secret)
        return response

    return answer


def open_link(procedure: str) -> Endpoint:
    """Opens an application by its link, on any computer: a draft to go on with, or what was submitted to follow."""

    async def answer(request: Request) -> Response:
        visit = visit_of(request)
        secret = request.path_params["secret"]
        found = await opened(request, secret)
        if found is None or found.procedure != procedure:
            say = site_of(request).say(visit.locale)
            detail = say("链接可能没有复制完整；没有提交的草稿只保留 30 天。可以从记录的页面重新开始。")
            raise ProblemError(Problem(404, "application", say("没有这份申请"), detail, headers=dict(SECRETIVE)))
        if found.state != DRAFT:
            return _without_trace(led_to(follow_address(procedure, secret), visit))
        response = _without_trace(led_to(draft_address(procedure, ticket_of(secret)), visit))
        keep_secret(request, response, procedure, secret)
        return response

    return answer


async def put_away(holder: Holder) -> Response:
    """Forget the secret in this browser; the link still opens the application."""
    form = await read_form(holder.request, holder.say)
    holder.check_form(text_of(form, FIELD))
    response = led_to("/", holder.visit)
    forget_secret(holder.request, response, holder.application.procedure, holder.secret)
    return response


def _without_trace(response: Response) -> Response:
    response.headers.update(SECRETIVE)
    return response
