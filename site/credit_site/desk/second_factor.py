"""The second factor: set up with a telephone, and shown at each sign-in from then on."""

from typing import Final

from credit_records.staff import sessions
from credit_records.staff.sealing import SealBrokenError, Sealing
from credit_records.staff.second_factor import accept_code, address_of, enrol, new_secret
from segno import make
from sqlalchemy import Engine
from starlette.responses import Response

from credit_site.desk.session import ROOM, SECOND_FACTOR, Seat, keep_session, own_address
from credit_site.desk.sign_in import note, too_often
from credit_site.desk.turns import at_the_door
from credit_site.forms import text_of
from credit_site.private_pages import seen_from

SETUP_MINUTES: Final = 15  # in which a telephone must have taken the secret
GROUP: Final = 4  # letters of a secret that is typed by hand


async def show(seat: Seat) -> Response:
    wanted = own_address(dict(seat.visit.pairs).get("next", ROOM))
    return _code_page(seat, wanted) if seat.session.has_second_factor else _setup_page(seat, new_secret(), wanted)


async def check(seat: Seat) -> Response:
    """The code that was typed, of the second factor that there is, or of the one being set up."""
    form = await seat.form()
    code, sealed, wanted = text_of(form, "code"), text_of(form, "sealed"), own_address(text_of(form, "next"))
    room, sealing, officer = seat.site.staff_room, _sealing(seat), seat.officer
    if wait := room.wait(seen_from(seat.request)):
        return _wrong(seat, sealed, wanted, wait)
    if seat.session.has_second_factor:
        passed = await at_the_door(seat.site, lambda database: accept_code(database, sealing, officer, code))
    else:
        try:
            secret = _opened(seat, sealed)
        except SealBrokenError:
            return _setup_page(seat, new_secret(), wanted, "这个二维码已经过期，请扫描新的。", 422)
        passed = await at_the_door(seat.site, lambda database: enrol(database, sealing, officer, secret, code))
    if not passed:
        return _wrong(seat, sealed, wanted, room.count_wrong(seen_from(seat.request)).wait)
    return await _risen(seat, wanted)


async def _risen(seat: Seat, wanted: str) -> Response:
    """A new session for who has shown the second factor; the one before it ends."""

    def change_over(database: Engine) -> str:
        token = sessions.begin(database, seat.officer.id, seat.client, passed=True, replaces=seat.token)
        note(database, seat.officer, "pass-second-factor")
        return token

    token = await at_the_door(seat.site, change_over)
    response = seat.led_to(wanted)
    keep_session(seat.request, response, token)
    return response


def _wrong(seat: Seat, sealed: str, wanted: str, wait: int) -> Response:
    fault = too_often(wait) if wait else "动态口令不对，或者已经用过。请等手机显示下一个再输入；多次输错会暂时锁定。"
    status = 429 if wait else 422
    if seat.session.has_second_factor:
        return _code_page(seat, wanted, fault, status)
    try:
        return _setup_page(seat, _opened(seat, sealed), wanted, fault, status)
    except SealBrokenError:
        return _setup_page(seat, new_secret(), wanted, fault, status)


def _code_page(seat: Seat, wanted: str, fault: str = "", status: int = 200) -> Response:
    return seat.page("desk/second_factor.html", {"fault": fault, "wanted": wanted, "address": SECOND_FACTOR}, status)


def _setup_page(seat: Seat, secret: str, wanted: str, fault: str = "", status: int = 200) -> Response:
    address = address_of(secret, seat.officer.login, seat.site.city.title)
    picture = make(address, error="m").svg_inline(scale=5, border=3, light="#fff", svgclass=None, lineclass=None)
    context = {
        "fault": fault,
        "wanted": wanted,
        "address": SECOND_FACTOR,
        "required": seat.session.wants_second_factor,
        "picture": picture,
        "secret": " ".join(secret[start : start + GROUP] for start in range(0, len(secret), GROUP)),
        "sealed": _sealing(seat).seal(f"{seat.session.handle} {secret}"),
    }
    return seat.page("desk/second_factor_setup.html", context, status)


def _opened(seat: Seat, sealed: str) -> str:
    """The secret that this very session was shown a short while ago."""
    handle, _, secret = _sealing(seat).open(sealed, max_age=SETUP_MINUTES * 60).partition(" ")
    if handle != seat.session.handle:
        raise SealBrokenError
    return secret


def _sealing(seat: Seat) -> Sealing:
    return seat.site.staff_room.sealing
