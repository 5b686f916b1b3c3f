"""The token that each form carries, so that no other site can send one in a reader's name.

It is made from what the reader's browser holds already: the token of a session, a draft's secret, or, for who has
neither, a cookie given for the purpose. So nothing is kept, and no other site can know it.
"""

import hashlib
import hmac
import secrets
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from credit_site.errors import Problem, ProblemError
from credit_site.localisation import Say

FIELD: Final = "form_token"
LONGEST_TOKEN: Final = 200


def form_token(token: str) -> str:
    """What a form shown to the holder of this token carries."""
    return hmac.new(token.encode("utf-8", "replace"), b"form", hashlib.sha256).hexdigest()


def check_form(request: Request, token: str, given: object, say: Say) -> None:
    """End the request where it does not come from a form of ours, shown to this very reader."""
    elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    told = given if isinstance(given, str) and given.isascii() else ""
    if elsewhere or not token or not hmac.compare_digest(form_token(token), told):
        detail = say("页面可能开得太久了。请重新打开这一页，再做一次。")
        raise ProblemError(Problem(403, "form", say("这个表单已经失效"), detail))


def cookie_token(request: Request, cookie: str) -> str:
    """The cookie's value; empty where there is none."""
    return request.cookies.get(cookie, "")[:LONGEST_TOKEN]


def visitor_token(request: Request, cookie: str) -> str:
    """Of who is not known: the one that the form was given, or a new one for the form about to be shown."""
    return cookie_token(request, cookie) or secrets.token_urlsafe(32)


def keep_visitor(response: Response, cookie: str, token: str, *, path: str, secure: bool) -> None:
    """Until the browser is closed."""
    response.set_cookie(cookie, token, path=path, httponly=True, samesite="strict", secure=secure)
