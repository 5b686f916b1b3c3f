"""The browser keeps a case's secret for the pages of that case, as it does a draft's for those of the draft."""

from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from credit_site.casework.holding import SECRETIVE, cookie_of, ticket_of
from credit_site.private_pages import is_encrypted
from credit_site.tracking.addresses import case_address

LASTS: Final = timedelta(days=30)


def led_to_case(request: Request, procedure: str, secret: str) -> Response:
    """Go on to the case, whose secret the browser keeps from now on."""
    ticket = ticket_of(secret)
    path = case_address(procedure, ticket)
    response = RedirectResponse(path, 303, headers=dict(SECRETIVE))
    # Lax, not strict: a strict one would not be sent along where the link is opened from a mail read in the browser.
    response.set_cookie(
        cookie_of(ticket),
        secret,
        max_age=int(LASTS.total_seconds()),
        path=path,
        httponly=True,
        samesite="lax",
        secure=is_encrypted(request),
    )
    return response


def forget_case(request: Request, response: Response, procedure: str, secret: str) -> None:
    ticket = ticket_of(secret)
    response.delete_cookie(
        cookie_of(ticket),
        path=case_address(procedure, ticket),
        httponly=True,
        samesite="lax",
        secure=is_encrypted(request),
    )
