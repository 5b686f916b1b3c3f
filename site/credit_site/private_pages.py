"""What pages for one reader alone have in common: who calls and how, what caches are told, and how one is led on."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from credit_site.site import site_of
from credit_site.visit import Visit

PRIVATE: Final[Mapping[str, str]] = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


def is_encrypted(request: Request) -> bool:
    """Whether the reader came by https, as a proxy before us tells, or the operator says that all do."""
    return site_of(request).encrypted or request.url.scheme == "https"


def seen_from(request: Request) -> str:
    """The address of who calls, by which wrong secrets are counted."""
    return request.client.host if request.client else ""


def led_to(address: str, visit: Visit) -> Response:
    """Go on there: by a redirect, or where htmx asked, by its header."""
    if visit.partial:
        return Response(status_code=204, headers={"HX-Redirect": address, **PRIVATE})
    return RedirectResponse(address, 303, headers=dict(PRIVATE))
