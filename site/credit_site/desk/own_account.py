"""What everyone at the desk does with his own account: password and sessions."""

from collections.abc import Mapping
from typing import Final

from credit_records.staff.accounts import AccountError, change_own_password, revoke_sessions
from credit_records.staff.passwords import LONGEST, SHORTEST
from credit_records.staff.sessions import sessions_of
from sqlalchemy import Engine
from starlette.responses import Response

from credit_site.desk.lines import session_line
from credit_site.desk.session import RENEWAL, ROOM, Seat, keep_session
from credit_site.desk.sign_in import too_often
from credit_site.desk.turns import at_the_door, at_work
from credit_site.forms import text_of
from credit_site.private_pages import seen_from

ACCOUNT: Final = f"{ROOM}/account"
DONE: Final = {"password": "密码已经更换，别处的登录都已结束。", "sessions": "选中的登录已经结束。"}


async def show_password(seat: Seat) -> Response:
    return _password_page(seat)


async def change_password(seat: Seat) -> Response:
    """Wrong ones count as at the door: a seat left alone must not be a place to guess at."""
    form = await seat.form()
    old, new = text_of(form, "old"), text_of(form, "new")
    room, address = seat.site.staff_room, seen_from(seat.request)
    if wait := room.wait(address):
        return _password_page(seat, {"old": too_often(wait)}, 429)
    if new != text_of(form, "again"):
        return _password_page(seat, {"again": "两次输入的新密码不一样，请再输一次。"}, 422)

    def change(database: Engine) -> str | None:
        return change_own_password(database, seat.officer, old, new, seat.client, passed=seat.session.passed)

    try:
        token = await at_the_door(seat.site, change)
    except AccountError as error:
        return _password_page(seat, {"new": str(error)}, 422)
    if token is None:
        room.count_wrong(address)
        return _password_page(seat, {"old": "现在的密码不对。"}, 422)
    response = seat.led_to(f"{ACCOUNT}?done=password")
    keep_session(seat.request, response, token)
    return response


async def show_account(seat: Seat) -> Response:
    living = await seat.site.database.read(sessions_of, seat.officer.id)
    context = {
        "sessions": [session_line(each, seat.session.handle) for each in living],
        "address": ACCOUNT,
        "done": DONE.get(dict(seat.visit.pairs).get("done", "")),
    }
    return seat.page("desk/account.html", context)


async def end_sessions(seat: Seat) -> Response:
    """One other session of one's own, or all others."""
    form = await seat.form()
    handle = text_of(form, "session")

    def end(database: Engine) -> None:
        revoke_sessions(database, seat.officer.login, seat.officer.login, handle=handle, but=seat.token)

    await at_work(seat.site, end)
    return seat.led_to(f"{ACCOUNT}?done=sessions")


def _password_page(seat: Seat, faults: Mapping[str, str] | None = None, status: int = 200) -> Response:
    context = {"faults": faults or {}, "address": RENEWAL, "shortest": SHORTEST, "longest": LONGEST}
    return seat.page("desk/password.html", context, status)
