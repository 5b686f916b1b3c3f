"""The door of the desk: login and password in, or another house's word; a session out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from credit_records.casework.audit import append
from credit_records.database import writing
from credit_records.staff import sessions
from credit_records.staff.officers import Officer
from credit_records.staff.signing_in import Locked, Wrong, officer_of_identity, verify_password
from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from credit_site.desk.session import (
    ROOM,
    SIGN_IN,
    Seat,
    desk_visit,
    forget_session,
    keep_session,
    own_address,
    session_token,
)
from credit_site.desk.turns import at_the_door, at_work
from credit_site.desk.vouching import IdentityError
from credit_site.form_tokens import FIELD, check_form, form_token, keep_visitor, visitor_token
from credit_site.forms import FormTooLargeError, read_form, text_of
from credit_site.private_pages import PRIVATE, is_encrypted, led_to, seen_from
from credit_site.site import site_of
from credit_site.visit import Visit

VISITOR: Final = "desk_form"  # of who is not signed in yet, for the form that does it
LONGEST_LOGIN: Final = 100
A_MINUTE: Final = 60
# One sentence for all, so that nobody learns which logins exist, are locked, or whose password he has guessed.
NOT_LET_IN: Final = (
    "登录名或密码不对，或者账号因多次输错暂时锁定。请核对后再试；锁定的最长一小时自动解除，也可以请管理员解除。"
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was typed, the password excepted, and what was wrong with it."""

    login: str = ""
    wanted: str = ROOM
    fault: str = ""


async def show_door(request: Request) -> Response:
    visit = desk_visit(request)
    wanted = next((value for key, value in visit.pairs if key == "next"), ROOM)
    return _door(request, visit, Attempt(wanted=own_address(wanted)))


async def enter(request: Request) -> Response:
    site, visit = site_of(request), desk_visit(request)
    say = site.say(visit.locale)
    try:
        form = await read_form(request, say)
    except FormTooLargeError:
        return _door(request, visit, Attempt(fault="填写的内容太长。"), 413)
    check_form(request, visitor_token(request, VISITOR), text_of(form, FIELD), say)
    login = text_of(form, "login").strip().lower()[:LONGEST_LOGIN]
    attempt = Attempt(login, own_address(text_of(form, "next")))
    password = text_of(form, "password")
    if not login or not password:
        return _door(request, visit, replace(attempt, fault="请填写登录名和密码。"), 422)
    if wait := site.staff_room.wait(seen_from(request)):
        return _too_often(request, visit, attempt, wait)
    found = await at_the_door(site, lambda database: verify_password(database, login, password))
    if isinstance(found, Wrong | Locked):
        left = site.staff_room.count_wrong(seen_from(request))
        if left.wait:
            return _too_often(request, visit, attempt, left.wait)
        return _door(request, visit, replace(attempt, fault=NOT_LET_IN), 422)
    return await _seated(request, visit, found, attempt.wanted)


async def leave_for_identity(request: Request) -> Response:
    """To the other house, where one is configured."""
    site, visit = site_of(request), desk_visit(request)
    house = site.staff_room.identity
    if house is None:
        raise HTTPException(404)
    wanted = own_address(next((value for key, value in visit.pairs if key == "next"), ROOM))
    back = f"{site.base_url(request)}{SIGN_IN}/identity/back"
    try:
        return await house.leave_for(request, site.staff_room.sealing, back, wanted, secure=is_encrypted(request))
    except IdentityError:
        fault = "统一身份认证现在连不上。请过一会儿再试，或用登录名和密码登录。"
        return _door(request, visit, Attempt(wanted=wanted, fault=fault), 503)


async def come_back(request: Request) -> Response:
    """From the other house. The page that answers leads on by itself: a redirect from there would bring no cookie."""
    site, visit = site_of(request), desk_visit(request)
    house = site.staff_room.identity
    if house is None:
        raise HTTPException(404)
    try:
        vouched = await house.come_back(request, site.staff_room.sealing)
    except IdentityError:
        return _door(request, visit, Attempt(fault="统一身份认证没有完成，或者已经过期。请再登录一次。"), 422)
    officer = await site.database.read(officer_of_identity, vouched.identity)
    if officer is None:
        fault = "这个统一身份没有关联受理台的账号。请联系管理员关联。"
        return _door(request, visit, Attempt(fault=fault), 403)
    wanted = own_address(vouched.wanted)
    seated = await _seated(request, visit, officer, wanted)
    headers = {**PRIVATE, "Refresh": f"0; url={wanted}"}
    response = site.page(request, "desk/onward.html", {"wanted": wanted}, visit=visit, headers=headers)
    response.raw_headers.extend(each for each in seated.raw_headers if each[0] == b"set-cookie")
    return response


async def leave(seat: Seat) -> Response:
    await seat.form()

    def end(database: Engine) -> None:
        sessions.end(database, seat.token)
        note(database, seat.officer, "sign-out")

    await at_work(seat.site, end)
    response = led_to(SIGN_IN, seat.visit)
    forget_session(seat.request, response)
    return response


def note(database: Engine, officer: Officer, action: str) -> None:
    """Into the audit trail, of the officer himself."""
    with writing(database) as connection:
        append(connection, officer.login, action, f"staff/{officer.id}", {})


async def _seated(request: Request, visit: Visit, officer: Officer, wanted: str) -> Response:
    """A new session, whatever the browser brought along; the one that it was in before ends."""
    site, old = site_of(request), session_token(request)
    client = request.headers.get("user-agent", "")

    def change_over(database: Engine) -> str:
        token = sessions.begin(database, officer.id, client, passed=False, replaces=old)
        note(database, officer, "sign-in")
        return token

    token = await at_the_door(site, change_over)
    response = led_to(wanted, visit)
    keep_session(request, response, token)
    return response


def too_often(wait: int) -> str:
    """What is said to who must wait so many seconds."""
    return f"输错的次数太多，请过 {-(-wait // A_MINUTE)} 分钟再试。"


def _too_often(request: Request, visit: Visit, attempt: Attempt, wait: int) -> Response:
    return _door(request, visit, replace(attempt, fault=too_often(wait)), 429, {"Retry-After": str(wait)})


def _door(
    request: Request,
    visit: Visit,
    attempt: Attempt,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    site = site_of(request)
    visitor = visitor_token(request, VISITOR)
    context = {"attempt": attempt, "form_token": form_token(visitor), "house": site.staff_room.identity}
    told = {**PRIVATE, **(headers or {})}
    response = site.page(request, "desk/sign_in.html", context, visit=visit, status=status, headers=told)
    keep_visitor(response, VISITOR, visitor, path=ROOM, secure=is_encrypted(request))
    return response
