"""Any search, however much it finds, as a table: `/penalties.csv?…` beside `/penalties?…`."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from credit_records.calendar import today
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from credit_site.api.answers import json_answer
from credit_site.open_data.citation import Citation, cite
from credit_site.open_data.forms import ABOUT, FORMS, Form
from credit_site.open_data.slots import Slots
from credit_site.open_data.sources import Source
from credit_site.open_data.streaming import Streaming
from credit_site.search_request import DEFAULT_SIZE, SORTS, SearchRequest
from credit_site.site import site_of
from credit_site.visit import visit_of

Answers = Callable[[Request], Awaitable[Response]]
LICENCE_ADDRESS: Final = "/data#licence"
"""Where it is told what may be done with the data."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where tables are made for one application."""

    slots: Slots
    streaming: Streaming


def table_of(source: Source, workshop: Workshop) -> Answers:
    """Answers with the results of the page in the form that the address ends in."""

    async def answer(request: Request) -> Response:
        site, visit = site_of(request), visit_of(request)
        say, base_url = site.say(visit.locale), site.base_url(request)
        asked = source.asked(visit, say)
        cited = await cite(site, source, asked, visit.locale, base_url)
        sheet = source.sheet(site, visit.locale, base_url)
        suffix = request.path_params["form"]
        if suffix == ABOUT:
            return json_answer(cited.document(sheet.columns))
        form = FORMS[suffix]
        headers = _headers(source, asked, form, cited, base_url)
        if request.method == "HEAD":
            return Response(media_type=form.media_type, headers=headers)
        pieces = workshop.streaming.pieces(
            source.numbers(site, asked), sheet, form.writer(sheet, cited, visit.locale, say)
        )
        address = request.client.host if request.client else ""
        workshop.slots.take(address, say)
        return await begun(pieces, form.media_type, headers, lambda: workshop.slots.give_back(address))

    return answer


async def begun(
    pieces: AsyncGenerator[bytes], media_type: str, headers: dict[str, str], done: Callable[[], None]
) -> Response:
    """The download, once its first rows are there: what fails before that is told as any failure is."""
    try:
        first = [await anext(pieces), await anext(pieces, b"")]
    except BaseException:
        await pieces.aclose()
        done()
        raise
    return Download(first, pieces, media_type, headers, done)


class Download(StreamingResponse):
    """Ends its work when it is sent, and when whoever asked for it has gone."""

    def __init__(
        self,
        first: list[bytes],
        rest: AsyncGenerator[bytes],
        media_type: str,
        headers: dict[str, str],
        done: Callable[[], None],
    ) -> None:
        super().__init__(_after(first, rest), media_type=media_type, headers=headers)
        self._rest = rest
        self._done = done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            try:
                await self._rest.aclose()
            finally:
                self._done()


async def _after(first: list[bytes], rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while first:
        yield first.pop(0)
    async for piece in rest:
        yield piece


def _headers(source: Source, asked: SearchRequest, form: Form, cited: Citation, base_url: str) -> dict[str, str]:
    links = (
        (asked.address(), "canonical"),
        (asked.address(f"{source.path}.{ABOUT}"), "describedby"),
        (LICENCE_ADDRESS, "license"),
    )
    return {
        "Content-Disposition": attachment(f"{cited.title}_{today()}", source.path, form.suffix),
        "Link": ", ".join(f'<{base_url}{address}>; rel="{relation}"' for address, relation in links),
        "Chengxin-Change": str(cited.change),
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language, Cookie",
        "X-Robots-Tag": "noindex",
    }


def attachment(name: str, path: str, suffix: str) -> str:
    """What the file is called (RFC 6266, RFC 8187): in Chinese, and plainly for those who can't read that."""
    plain = path.strip("/").replace("/", "_")
    return f"attachment; filename=\"{plain}.{suffix}\"; filename*=UTF-8''{quote(f'{name}.{suffix}', safe='')}"


def download_links(asked: SearchRequest) -> list[tuple[str, str]]:
    """(name, address) of each form of all that the page's search finds."""
    whole = replace(asked, page=1, size=DEFAULT_SIZE, sort=SORTS[0])
    return [(form.named, whole.address(f"{asked.path}.{form.suffix}")) for form in FORMS.values()]
