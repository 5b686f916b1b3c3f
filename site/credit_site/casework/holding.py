"""Who holds an application: whoever has its secret. Opened once by its link, the browser keeps the secret in a cookie,
so that no address of a page has it.

A cookie belongs to the pages of one application alone: their address holds a ticket, made of the secret and telling
nothing of it, so several applications may be open side by side.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from credit_records.calendar import today
from credit_records.casework.applications import DRAFT_LASTS, Application, by_secret
from credit_records.casework.procedures import Procedure
from credit_records.casework.states import DRAFT
from starlette.requests import Request
from starlette.responses import Response

from credit_site.errors import Problem, ProblemError
from credit_site.form_tokens import check_form, cookie_token, form_token
from credit_site.localisation import Say
from credit_site.private_pages import PRIVATE, is_encrypted, seen_from
from credit_site.site import Site, site_of
from credit_site.visit import Visit, visit_of

# A page that the secret opens tells nobody else where its reader comes from.
SECRETIVE: Final[Mapping[str, str]] = {**PRIVATE, "Referrer-Policy": "no-referrer"}
TICKET_LENGTH: Final = 16  # hexadecimal characters
A_MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Holder:
    """A request of who holds an application."""

    request: Request
    site: Site
    visit: Visit
    application: Application
    secret: str

    @property
    def say(self) -> Say:
        return self.site.say(self.visit.locale)

    @property
    def rules(self) -> Procedure:
        return self.application.rules(today(), self.site.catalogue)

    @property
    def ticket(self) -> str:
        return ticket_of(self.secret)

    @property
    def address(self) -> str:
        """Of the draft's first page; those of the others begin with it."""
        return draft_address(self.application.procedure, self.ticket)

    @property
    def link(self) -> str:
        """What opens the application anywhere."""
        return self.site.base_url(self.request) + open_address(self.application.procedure, self.secret)

    @property
    def today(self) -> date:
        return today()

    def page(self, name: str, context: Mapping[str, Any], status: int = 200) -> Response:
        """A page that nobody keeps and no other site learns of."""
        shown = {"holder": self, "rules": self.rules, "form_token": form_token(self.secret), **context}
        return self.site.page(self.request, name, shown, visit=self.visit, status=status, headers=SECRETIVE)

    def check_form(self, given: object) -> None:
        """End the request where the form was not one of ours."""
        check_form(self.request, self.secret, given, self.say)


Handler = Callable[[Holder], Awaitable[Response]]


def for_holders(procedure: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The handler of a page of one application; who does not hold it is told how to open it."""

    async def answer(request: Request) -> Response:
        site, visit = site_of(request), visit_of(request)
        secret = kept_secret(request, request.path_params["ticket"])
        found = await opened(request, secret) if secret else None
        if found is None or found.procedure != procedure:
            say = site.say(visit.locale)
            detail = say("请用开始填写时得到的链接重新打开；草稿只保留 30 天。已经提交的，可以凭编号和查询码查看进度。")
            raise ProblemError(Problem(404, "application", say("这里打不开这份申请"), detail, headers=dict(SECRETIVE)))
        return await handler(Holder(request, site, visit, found, secret))

    return answer


async def opened(request: Request, secret: str) -> Application | None:
    """The application of the secret. Wrong secrets are counted, for nobody mistypes thirty links.

    Raises:
        ProblemError: so many were wrong that no further one is looked at.
    """
    site, address = site_of(request), seen_from(request)
    wait = site.casework.look_at_secrets(address).wait
    found = None if wait else await site.database.read(by_secret, secret)
    if found is not None and not (found.state == DRAFT and is_over(found)):
        return found
    wait = wait or site.casework.count_wrong_secret(address).wait
    if wait:
        say = site.say(visit_of(request).locale)
        detail = say("请过 %(minutes)s 分钟再试，并核对链接、编号和查询码。") % {"minutes": -(-wait // A_MINUTE)}
        headers = {**SECRETIVE, "Retry-After": str(wait)}
        raise ProblemError(Problem(429, "secrets", say("错误的链接或查询码太多"), detail, headers=headers))
    return None


def is_over(found: Application) -> bool:
    """Whether a draft's thirty days are over, though it may not have been thrown away yet."""
    return found.expires_at is not None and datetime.fromisoformat(found.expires_at) <= datetime.now(UTC)


def ticket_of(secret: str) -> str:
    """Stands for the secret in addresses."""
    return hashlib.sha256(b"ticket " + secret.encode("utf-8", "replace")).hexdigest()[:TICKET_LENGTH]


def draft_address(procedure: str, ticket: str) -> str:
    return f"/{procedure}/draft/{ticket}"


def open_address(procedure: str, secret: str) -> str:
    return f"/{procedure}/open/{secret}"


def kept_secret(request: Request, ticket: str) -> str:
    """The secret that the browser keeps for this ticket; empty where it keeps none, or another's."""
    secret = cookie_token(request, cookie_of(ticket)) if ticket.isalnum() and ticket.isascii() else ""
    return secret if secret and ticket_of(secret) == ticket else ""


def keep_secret(request: Request, response: Response, procedure: str, secret: str) -> None:
    """Have the browser keep the secret, for the pages of this application alone.

    Lax, not strict: a strict cookie would not be sent where the link is opened from a mail read in the browser. Forms
    carry tokens of their own.
    """
    ticket = ticket_of(secret)
    response.set_cookie(
        cookie_of(ticket),
        secret,
        max_age=int(DRAFT_LASTS.total_seconds()),
        path=draft_address(procedure, ticket),
        httponly=True,
        samesite="lax",
        secure=is_encrypted(request),
    )


def forget_secret(request: Request, response: Response, procedure: str, secret: str) -> None:
    ticket = ticket_of(secret)
    response.delete_cookie(
        cookie_of(ticket),
        path=draft_address(procedure, ticket),
        httponly=True,
        samesite="lax",
        secure=is_encrypted(request),
    )


def cookie_of(ticket: str) -> str:
    """The name of the cookie that keeps the secret of this ticket."""
    return f"application_{ticket}"
