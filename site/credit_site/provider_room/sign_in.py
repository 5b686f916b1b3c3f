"""The door of the room: name and key in, a session out."""

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from credit_records import provider_sessions
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response

from credit_site.api.provider_refusals import refusal_of
from credit_site.form_tokens import FIELD, check_form, form_token, keep_visitor, visitor_token
from credit_site.forms import FormTooLargeError, read_form, text_of
from credit_site.private_pages import PRIVATE, is_encrypted, led_to, seen_from
from credit_site.provider_desk import Refused
from credit_site.provider_room.session import (
    ROOM,
    SIGN_IN,
    VISITOR,
    Member,
    forget_session,
    keep_session,
    session_token,
)
from credit_site.site import Site, site_of
from credit_site.visit import Visit, visit_of
from credit_site.writing import TooManyWaitingError

LONGEST_NAME: Final = 100
A_MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was typed, the key excepted, and what was wrong with it."""

    name: str = ""
    wanted: str = ROOM
    fault: str = ""


async def show_door(request: Request) -> Response:
    site, visit = site_of(request), visit_of(request)
    wanted = next((value for key, value in visit.pairs if key == "next"), ROOM)
    return _door(site, request, visit, Attempt(wanted=_own_address(wanted)))


async def enter(request: Request) -> Response:
    site, visit = site_of(request), visit_of(request)
    say = site.say(visit.locale)
    try:
        form = await read_form(request, say)
    except FormTooLargeError:
        return _door(site, request, visit, Attempt(fault=say("填写的内容太长。")), 413)
    check_form(request, visitor_token(request, VISITOR), text_of(form, FIELD), say)
    attempt = Attempt(text_of(form, "name").strip()[:LONGEST_NAME], _own_address(text_of(form, "next")))
    key = text_of(form, "key").strip()
    if not attempt.name or not key:
        return _door(site, request, visit, replace(attempt, fault=say("请填写单位代号和密钥。")), 422)
    found = await site.desk.recognise(attempt.name, key, seen_from(request))
    if isinstance(found, Refused):
        if found.wait:
            minutes = -(-found.wait // A_MINUTE)
            fault = say("密钥错得太多，请过 %(minutes)s 分钟再试。") % {"minutes": minutes}
            return _door(site, request, visit, replace(attempt, fault=fault), 429, wait=found.wait)
        fault = say("单位代号或密钥不对，请核对后再试。")
        return _door(site, request, visit, replace(attempt, fault=fault), 422)
    old = session_token(request)
    token = await _begin(site, found.name, old, visit)
    response = led_to(attempt.wanted, visit)
    keep_session(response, token, secure=is_encrypted(request))
    return response


async def leave(member: Member) -> Response:
    form = await read_form(member.request, member.say)
    member.check_form(text_of(form, FIELD))
    await member.site.desk.writing.run(lambda database: provider_sessions.sign_out(database, member.token))
    response = led_to(SIGN_IN, member.visit)
    forget_session(response, secure=is_encrypted(member.request))
    return response


async def _begin(site: Site, provider: str, old: str, visit: Visit) -> str:
    """A new session, whatever the browser brought along; the one that it was in before ends."""

    def change_over(database: Engine) -> str:
        if old:
            provider_sessions.sign_out(database, old)
        return provider_sessions.sign_in(database, provider)

    try:
        return await site.desk.writing.run(change_over)
    except TooManyWaitingError as error:
        raise refusal_of(error, site.say(visit.locale)) or error from error


def _door(
    site: Site, request: Request, visit: Visit, attempt: Attempt, status: int = 200, *, wait: int = 0
) -> Response:
    visitor = visitor_token(request, VISITOR)
    headers = {**PRIVATE, "Retry-After": str(wait)} if wait else PRIVATE
    context = {"attempt": attempt, "form_token": form_token(visitor)}
    response = site.page(request, "provider/sign_in.html", context, visit=visit, status=status, headers=headers)
    keep_visitor(response, VISITOR, visitor, path=ROOM, secure=is_encrypted(request))
    return response


def _own_address(wanted: str) -> str:
    """The address to go on to, where it lies in the room: a door must not send anybody elsewhere."""
    parts = urlsplit(wanted)
    ours = parts.path == ROOM or parts.path.startswith(f"{ROOM}/")
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted and ".." not in parts.path
    if parts.scheme or parts.netloc or not ours or not plain or parts.path.startswith(SIGN_IN):
        return ROOM
    return wanted
