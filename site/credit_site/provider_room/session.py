"""Who is in the room: the session's cookie, the token that each form carries, and what every page of it says to caches.

The token is made from the session's own, so nothing more is kept, and no other site can know it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from credit_records.catalogue import Kind
from credit_records.provider_sessions import LASTS, signed_in
from credit_records.providers import Provider
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from credit_site.errors import Problem, ProblemError
from credit_site.localisation import Say
from credit_site.site import Site, site_of
from credit_site.visit import Visit, visit_of

ROOM: Final = "/provider"
SIGN_IN: Final = "/provider/sign-in"
SESSION: Final = "provider_session"
VISITOR: Final = "provider_form"  # of who is not signed in yet, for the form that does it
FIELD: Final = "form_token"
PRIVATE: Final[Mapping[str, str]] = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
LONGEST_TOKEN: Final = 200


@dataclass(frozen=True, slots=True)
class Member:
    """A request of somebody signed in."""

    request: Request
    site: Site
    visit: Visit
    provider: Provider
    token: str

    @property
    def say(self) -> Say:
        return self.site.say(self.visit.locale)

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """Those that its provider may send, by name, in the order of the catalogue."""
        every = self.site.catalogue.kinds.items()
        return {name: kind for name, kind in every if self.provider.may_send(name)}

    def page(self, name: str, context: Mapping[str, Any], status: int = 200) -> Response:
        """A page of the room, which nobody keeps."""
        shown = {"member": self, "form_token": form_token(self.token), **context}
        return self.site.page(self.request, name, shown, visit=self.visit, status=status, headers=PRIVATE)

    def check_form(self, given: object) -> None:
        """End the request where the form was not one of ours."""
        check_form(self.request, self.token, given, self.say)


Handler = Callable[[Member], Awaitable[Response]]


def for_members(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The handler behind the door: who is not signed in is led to it, and back here afterwards."""

    async def answer(request: Request) -> Response:
        site, visit = site_of(request), visit_of(request)
        provider = await provider_of(request)
        if provider is None:
            return _to_the_door(request, visit)
        return await handler(Member(request, site, visit, provider, session_token(request)))

    return answer


async def provider_of(request: Request) -> Provider | None:
    """Who is signed in, on pages that are open to everyone too."""
    token = session_token(request)
    return await site_of(request).database.read(signed_in, token) if token else None


def session_token(request: Request) -> str:
    """The cookie's value; empty where there is none."""
    return request.cookies.get(SESSION, "")[:LONGEST_TOKEN]


def is_encrypted(request: Request) -> bool:
    """Whether the reader came by https, as a proxy before us tells, or the operator says that all do."""
    return site_of(request).encrypted or request.url.scheme == "https"


def keep_session(response: Response, token: str, *, secure: bool) -> None:
    seconds = int(LASTS.total_seconds())
    response.set_cookie(SESSION, token, max_age=seconds, httponly=True, samesite="strict", secure=secure)


def forget_session(response: Response, *, secure: bool) -> None:
    response.delete_cookie(SESSION, httponly=True, samesite="strict", secure=secure)


def visitor_token(request: Request) -> str:
    """Of who signs in: the one that the form was given, or a new one for the form about to be shown."""
    return request.cookies.get(VISITOR, "")[:LONGEST_TOKEN] or secrets.token_urlsafe(32)


def keep_visitor(response: Response, token: str, *, secure: bool) -> None:
    response.set_cookie(VISITOR, token, path=ROOM, httponly=True, samesite="strict", secure=secure)


def form_token(token: str) -> str:
    """What a form of this session, or visitor, carries."""
    return hmac.new(token.encode("utf-8", "replace"), b"form", hashlib.sha256).hexdigest()


def check_form(request: Request, token: str, given: object, say: Say) -> None:
    """End the request where it does not come from a form of ours, shown to this very reader."""
    elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    told = given if isinstance(given, str) and given.isascii() else ""
    if elsewhere or not token or not hmac.compare_digest(form_token(token), told):
        detail = say("页面可能开得太久了。请重新打开这一页，再做一次。")
        raise ProblemError(Problem(403, "form", say("这个表单已经失效"), detail))


def seen_from(request: Request) -> str:
    """The address of who calls, by which wrong keys are counted."""
    return request.client.host if request.client else ""


def led_to(address: str, visit: Visit) -> Response:
    """Go on there: by a redirect, or where htmx asked, by its header."""
    if visit.partial:
        return Response(status_code=204, headers={"HX-Redirect": address, **PRIVATE})
    return RedirectResponse(address, 303, headers=dict(PRIVATE))


def _to_the_door(request: Request, visit: Visit) -> Response:
    if request.method not in {"GET", "HEAD"}:
        return led_to(SIGN_IN, visit)
    query = f"?{request.url.query}" if request.url.query else ""
    wanted = quote(f"{request.url.path}{query}", safe="")
    return led_to(f"{SIGN_IN}?next={wanted}", visit)
