"""Who is in the room: the session's cookie, and what every page of it carries."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from credit_records.catalogue import Kind
from credit_records.provider_sessions import LASTS, signed_in
from credit_records.providers import Provider
from starlette.requests import Request
from starlette.responses import Response

from credit_site.form_tokens import check_form, cookie_token, form_token
from credit_site.localisation import Say
from credit_site.private_pages import PRIVATE, led_to
from credit_site.site import Site, site_of
from credit_site.visit import Visit, visit_of

ROOM: Final = "/provider"
SIGN_IN: Final = "/provider/sign-in"
SESSION: Final = "provider_session"
VISITOR: Final = "provider_form"  # of who is not signed in yet, for the form that does it


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
    return cookie_token(request, SESSION)


def keep_session(response: Response, token: str, *, secure: bool) -> None:
    seconds = int(LASTS.total_seconds())
    response.set_cookie(SESSION, token, max_age=seconds, httponly=True, samesite="strict", secure=secure)


def forget_session(response: Response, *, secure: bool) -> None:
    response.delete_cookie(SESSION, httponly=True, samesite="strict", secure=secure)


def _to_the_door(request: Request, visit: Visit) -> Response:
    if request.method not in {"GET", "HEAD"}:
        return led_to(SIGN_IN, visit)
    query = f"?{request.url.query}" if request.url.query else ""
    wanted = quote(f"{request.url.path}{query}", safe="")
    return led_to(f"{SIGN_IN}?next={wanted}", visit)
