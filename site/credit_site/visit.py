"""What one request says of its reader: language, size of text, and whether htmx asks for a part of the page."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

from credit_records.catalogue import Locale
from starlette.requests import Request
from starlette.responses import Response

from credit_site.localisation import LOCALES, known_locale, negotiate

TEXT_SIZES = ("normal", "large")
PREFERENCES = {"lang": LOCALES, "text": TEXT_SIZES}
A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Visit:
    """`pairs` are the address's parameters without the preferences; `chosen` are those that the address sets."""

    locale: Locale
    text: str
    partial: bool
    path: str
    pairs: list[tuple[str, str]]
    chosen: dict[str, str]

    @property
    def large(self) -> bool:
        return self.text == "large"

    def address_with(self, key: str, value: str) -> str:
        """This page with another preference: a plain link, so that the switch works without JavaScript."""
        kept = [pair for pair in self.chosen.items() if pair[0] != key]
        return f"{self.path}?{urlencode([*self.pairs, *kept, (key, value)])}"


def visit_of(request: Request) -> Visit:
    pairs = query_pairs(request.scope["query_string"])
    headers = request.headers
    chosen = {key: value for key, value in pairs if key in PREFERENCES and value in PREFERENCES[key]}
    cookies = request.cookies if "cookie" in headers else {}
    locale = known_locale(chosen.get("lang") or cookies.get("lang"))
    text = chosen.get("text") or cookies.get("text")
    return Visit(
        locale=locale or negotiate(headers.get("accept-language", "")),
        text=text if text in TEXT_SIZES else TEXT_SIZES[0],
        partial=headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true",
        path=quote(request.scope["path"]),
        pairs=[pair for pair in pairs if pair[0] not in PREFERENCES],
        chosen=chosen,
    )


def query_pairs(query: bytes) -> list[tuple[str, str]]:
    """The parameters as text. Bytes that are no UTF-8 become U+FFFD; addresses typed with raw Chinese are read too."""
    return parse_qsl(query.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")


def remember(response: Response, chosen: Iterable[tuple[str, str]], *, secure: bool) -> None:
    for key, value in chosen:
        response.set_cookie(key, value, max_age=A_YEAR, httponly=True, samesite="lax", secure=secure)
