"""The door of tracking: number and secret in, the case out. A wrong number and a wrong secret are answered alike."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from credit_records.casework.application_rows import by_number
from credit_records.casework.states import DRAFT
from starlette.requests import Request
from starlette.responses import Response

from credit_site.casework.holding import A_MINUTE, SECRETIVE, Holder, opened
from credit_site.form_tokens import FIELD, LONGEST_TOKEN, check_form, form_token, keep_visitor, visitor_token
from credit_site.forms import FormTooLargeError, read_form, text_of
from credit_site.private_pages import is_encrypted, led_to, seen_from
from credit_site.site import site_of
from credit_site.tracking.addresses import door_address
from credit_site.tracking.case_cookie import forget_case, led_to_case
from credit_site.tracking.procedure_words import title_of
from credit_site.visit import visit_of

VISITOR: Final = "track_form"
LONGEST_NUMBER: Final = 40

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was typed, the secret excepted, and what was wrong with it; `field` is where to put it right."""

    number: str = ""
    fault: str = ""
    field: str = "number"


def show_door(procedure: str) -> Endpoint:
    async def show(request: Request) -> Response:
        return _door(request, procedure, Attempt())

    return show


def enter(procedure: str) -> Endpoint:
    """Answers the door's form."""

    async def answer(request: Request) -> Response:
        site, visit = site_of(request), visit_of(request)
        say = site.say(visit.locale)
        try:
            form = await read_form(request, say)
        except FormTooLargeError:
            return _door(request, procedure, Attempt(fault=say("填写的内容太长。")), 413)
        check_form(request, visitor_token(request, VISITOR), text_of(form, FIELD), say)
        number = "".join(text_of(form, "number").split()).upper()[:LONGEST_NUMBER]
        secret = "".join(text_of(form, "secret").split())[:LONGEST_TOKEN]
        attempt = Attempt(number)
        if not number or not secret:
            field = "secret" if number else "number"
            return _door(request, procedure, replace(attempt, fault=say("请填写编号和查询码。"), field=field), 422)
        caller = seen_from(request)
        if wait := site.casework.look_at_secrets(caller).wait:
            return _too_many(request, procedure, attempt, wait)
        found = await site.database.read(by_number, number, secret)
        if found is None or found.procedure != procedure or found.state == DRAFT:
            site.casework.count_wrong_secret(caller)
            fault = say("编号或查询码不对。它们在提交后的回执上；请核对后再试。")
            return _door(request, procedure, replace(attempt, fault=fault), 422)
        return led_to_case(request, procedure, secret)

    return answer


def follow(procedure: str) -> Endpoint:
    """The address of a receipt or a mail, which leads on to one that holds no secret."""

    async def answer(request: Request) -> Response:
        secret = request.path_params["secret"][:LONGEST_TOKEN]
        found = await opened(request, secret)
        if found is None or found.procedure != procedure or found.state == DRAFT:
            say = site_of(request).say(visit_of(request).locale)
            fault = say("这个链接打不开，可能没有复制完整。请用编号和查询码查。")
            return _door(request, procedure, Attempt(fault=fault), 404)
        return led_to_case(request, procedure, secret)

    return answer


async def leave(holder: Holder) -> Response:
    """Forget the case on this device; number and secret open it again."""
    form = await read_form(holder.request, holder.say)
    holder.check_form(text_of(form, FIELD))
    procedure = holder.application.procedure
    response = led_to(door_address(procedure), holder.visit)
    forget_case(holder.request, response, procedure, holder.secret)
    return response


def _too_many(request: Request, procedure: str, attempt: Attempt, wait: int) -> Response:
    minutes = -(-wait // A_MINUTE)
    say = site_of(request).say(visit_of(request).locale)
    fault = say("试得太多了，请过 %(minutes)s 分钟再试。") % {"minutes": minutes}
    return _door(request, procedure, replace(attempt, fault=fault), 429, wait=wait)


def _door(request: Request, procedure: str, attempt: Attempt, status: int = 200, *, wait: int = 0) -> Response:
    site, visit = site_of(request), visit_of(request)
    path = door_address(procedure)
    visitor = visitor_token(request, VISITOR)
    response = site.page(
        request,
        "tracking/door.html",
        {
            "attempt": attempt,
            "procedure": procedure,
            "title": title_of(site, procedure, visit.locale),
            "form_token": form_token(visitor),
        },
        visit=visit,
        status=status,
        headers={**SECRETIVE, "Retry-After": str(wait)} if wait else SECRETIVE,
    )
    keep_visitor(response, VISITOR, visitor, path=path, secure=is_encrypted(request))
    return response
