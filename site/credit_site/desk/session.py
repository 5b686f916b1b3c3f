"""Who is at the desk: the session's cookie, what each role may open, and what every page carries."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final, Literal
from urllib.parse import quote, urlsplit

from credit_records.staff import sessions
from credit_records.staff.officers import ROLE_TITLES, Officer, Role
from credit_records.staff.sessions import LASTS, Session, session_of
from sqlalchemy.exc import DBAPIError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from credit_site.errors import Problem, ProblemError
from credit_site.form_tokens import FIELD, check_form, cookie_token, form_token
from credit_site.forms import FormTooLargeError, read_form, text_of
from credit_site.localisation import Say
from credit_site.private_pages import PRIVATE, is_encrypted, led_to
from credit_site.site import Site, site_of
from credit_site.visit import Visit, visit_of
from credit_site.writing import TooManyWaitingError

ROOM: Final = "/desk"
SIGN_IN: Final = "/desk/sign-in"
SECOND_FACTOR: Final = "/desk/second-factor"
RENEWAL: Final = "/desk/password"
STAFF: Final = "/desk/staff"
LONGEST_FORM: Final = 60_000  # bytes; a decision with its reasons and corrections

EVERYBODY: Final[frozenset[Role]] = frozenset({"clerk", "reviewer", "auditor", "administrator"})

# What somebody has to do before anything else: show the second factor, then choose a password of his own.
Stage = Literal["second factor", "password", "at work"]
# What is open besides at each: one may always leave, set up a second factor of one's own accord, change the password.
_ALSO: Final[Mapping[str, frozenset[str]]] = {
    "any": frozenset({"second factor", "password", "at work"}),
    "second factor": frozenset({"second factor", "at work"}),
    "password": frozenset({"password", "at work"}),
    "at work": frozenset({"at work"}),
}


@dataclass(frozen=True, slots=True)
class Seat:
    """A request of somebody signed in at the desk."""

    request: Request
    site: Site
    visit: Visit
    session: Session
    token: str

    @property
    def officer(self) -> Officer:
        return self.session.officer

    @property
    def say(self) -> Say:
        return self.site.say(self.visit.locale)

    @property
    def stage(self) -> Stage:
        if self.session.wants_second_factor:
            return "second factor"
        return "password" if self.session.must_change else "at work"

    @property
    def role_title(self) -> str:
        return ROLE_TITLES[self.officer.role]

    @property
    def client(self) -> str:
        """What the browser calls itself."""
        return self.request.headers.get("user-agent", "")

    def may(self, *roles: Role) -> bool:
        return self.officer.role in roles

    def page(
        self, name: str, context: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response:
        """A page of the desk, which nobody keeps."""
        shown = {"seat": self, "form_token": form_token(self.token), **context}
        given = {**PRIVATE, **(headers or {})}
        return self.site.page(self.request, name, shown, visit=self.visit, status=status, headers=given)

    async def form(self) -> FormData:
        """What was sent by a form of ours, shown to this very reader; anything else ends the request."""
        try:
            form = await read_form(self.request, self.say, LONGEST_FORM)
        except FormTooLargeError as error:
            raise ProblemError(Problem(413, "form", "填写的内容太长", "请回到上一页，写短一些再提交。")) from error
        check_form(self.request, self.token, text_of(form, FIELD), self.say)
        return form

    def led_to(self, address: str) -> Response:
        return led_to(address, self.visit)


Handler = Callable[[Seat], Awaitable[Response]]


def at_desk(handler: Handler, *roles: Role, stage: str = "at work") -> Callable[[Request], Awaitable[Response]]:
    """The handler behind the door. Who is not signed in is led to it, and back here afterwards; who has something to
    do before anything else is led to that; a role that has no business here is told so.
    """
    allowed = frozenset(roles) or EVERYBODY

    async def answer(request: Request) -> Response:
        site, visit = site_of(request), desk_visit(request)
        token = session_token(request)
        session = await site.database.read(session_of, token) if token else None
        if session is None:
            return _to_the_door(request, visit)
        seat = Seat(request, site, visit, session, token)
        if seat.stage not in _ALSO[stage]:
            return seat.led_to(_step_before(seat))
        if session.officer.role not in allowed:
            raise ProblemError(Problem(403, "role", "这一页不归您的角色", "工作需要用它的，请联系管理员调整角色。"))
        await _still_there(seat)
        return await handler(seat)

    return answer


def desk_visit(request: Request) -> Visit:
    """The desk speaks Chinese alone, as what is decided at it does."""
    return replace(visit_of(request), locale="zh")


def front_page(officer: Officer) -> str:
    """What the officer's work begins with."""
    return STAFF if officer.role == "administrator" else ROOM


def session_token(request: Request) -> str:
    """The cookie's value; empty where there is none."""
    return cookie_token(request, cookie_name(secure=is_encrypted(request)))


def cookie_name(*, secure: bool) -> str:
    """With the prefix that browsers honour: no other host, and no page without encryption, can set such a cookie."""
    return "__Host-desk" if secure else "desk"


def keep_session(request: Request, response: Response, token: str) -> None:
    secure = is_encrypted(request)
    seconds = int(LASTS.total_seconds())
    name = cookie_name(secure=secure)
    response.set_cookie(name, token, max_age=seconds, httponly=True, samesite="strict", secure=secure)


def forget_session(request: Request, response: Response) -> None:
    secure = is_encrypted(request)
    response.delete_cookie(cookie_name(secure=secure), httponly=True, samesite="strict", secure=secure)


def own_address(wanted: str) -> str:
    """The address to go on to, where it lies at the desk: a door must not send anybody elsewhere."""
    parts = urlsplit(wanted)
    ours = parts.path == ROOM or parts.path.startswith(f"{ROOM}/")
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted and ".." not in parts.path
    if parts.scheme or parts.netloc or not ours or not plain or parts.path.startswith(SIGN_IN):
        return ROOM
    return wanted


def number_in_path(seat: Seat, name: str = "id") -> int:
    """A number of the address, which the database can hold."""
    number: int = seat.request.path_params[name]
    if number > LARGEST_NUMBER:
        raise HTTPException(404)
    return number


LARGEST_NUMBER: Final = 2**53 - 1


def _step_before(seat: Seat) -> str:
    """What has to be done before the page that was asked for, which is gone on to afterwards."""
    step = SECOND_FACTOR if seat.stage == "second factor" else RENEWAL
    asked = seat.request.url.path
    return f"{step}?next={quote(asked, safe='')}" if seat.request.method == "GET" and asked != ROOM else step


async def _still_there(seat: Seat) -> None:
    if seat.session.is_due():
        # Whose minute is not written down is asked to sign in a minute earlier; that is no reason to keep him waiting.
        with suppress(TooManyWaitingError, DBAPIError):
            await seat.site.staff_room.writing.run(lambda database: sessions.touch(database, seat.token))


def _to_the_door(request: Request, visit: Visit) -> Response:
    if request.method not in {"GET", "HEAD"}:
        return led_to(SIGN_IN, visit)
    query = f"?{request.url.query}" if request.url.query else ""
    wanted = quote(f"{request.url.path}{query}", safe="")
    return led_to(f"{SIGN_IN}?next={wanted}", visit)
