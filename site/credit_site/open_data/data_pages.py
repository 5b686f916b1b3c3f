"""All of it, to take away: which kinds there are, the months of each as files with checksums, and a data package."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, Final

from credit_records.catalogue import Kind, Locale
from credit_records.exporting.record_sheets import RecordSheet
from credit_search.record_search import RecordQuery
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from credit_site.api.answers import json_answer
from credit_site.civil_time import civil
from credit_site.open_data.citation import Citation, licence, moment_of, source_of
from credit_site.open_data.copies import MONTH, Copies, Copy
from credit_site.open_data.downloads import Answers, Workshop, attachment
from credit_site.open_data.package import data_package
from credit_site.record_view import titled
from credit_site.registers import Register
from credit_site.site import Site, site_of
from credit_site.visit import visit_of

CHUNK: Final = 256 * 1024
OF_FILES: Final[Locale] = "zh"  # the language of files that are the same for everybody


@dataclass(frozen=True, slots=True)
class KindLine:
    name: str
    title: str
    authority: str
    count: int
    register: Register | None


@dataclass(frozen=True, slots=True)
class MonthLine:
    """`size` and `sha256` are known where a copy stands."""

    month: str
    count: int
    size: int | None
    sha256: str


def given_kinds(site: Site) -> dict[str, Kind]:
    """The kinds whose records are given away by themselves."""
    return {kind.name: kind for kind in site.kinds if kind.publication.searchable}


async def overview(request: Request) -> Response:
    site, visit = site_of(request), visit_of(request)
    answer = await site.record_search.search(RecordQuery(size=1, facets=("kind",)))
    counts = {str(each.value): each.count for each in answer.facets["kind"]}
    held = [kind for kind in given_kinds(site).values() if counts.get(kind.name)]
    lines = [
        KindLine(
            name=kind.name,
            title=titled(kind, visit.locale),
            authority=kind.authority,
            count=counts[kind.name],
            register=site.registers.of_kind(kind.name),
        )
        for kind in held
    ]
    return site.page(
        request,
        "open_data/overview.html",
        {
            "kinds": lines,
            "moment": await moment_of(site),
            "change": await site.record_search.cursor(),
            "licence": licence(site.say(visit.locale)),
        },
        visit=visit,
    )


def kind_page(copies: Copies) -> Answers:
    async def answer(request: Request) -> Response:
        site, visit = site_of(request), visit_of(request)
        kind = _kind(request)
        months = await copies.months(kind)
        standing = await site.database.read_aside(lambda _: copies.standing(kind))
        return site.page(
            request,
            "open_data/kind.html",
            {
                "kind": kind,
                "heading": titled(kind, visit.locale),
                "months": [_month_line(month, count, standing.get(month)) for month, count in months],
                "columns": _sheet(site, kind, visit.locale, site.base_url(request)).columns,
                "register": site.registers.of_kind(kind.name),
                "moment": await moment_of(site),
                "change": await site.record_search.cursor(),
                "licence": licence(site.say(visit.locale)),
            },
            visit=visit,
        )

    return answer


def month_file(copies: Copies, workshop: Workshop) -> Answers:
    async def answer(request: Request) -> Response:
        site, visit = site_of(request), visit_of(request)
        kind, month = _kind(request), request.path_params["month"]
        if not MONTH.fullmatch(month):
            raise HTTPException(404)
        address = request.client.host if request.client else ""
        with workshop.slots.one(address, site.say(visit.locale)):
            copy, file = await _opened(copies, kind, month)
        if copy.rows == 0:
            file.close()
            raise HTTPException(404)
        headers = {
            "Content-Disposition": attachment(f"{kind.title}_{month}", f"{kind.name}_{month}", "csv.gz"),
            "Content-Length": str(copy.bytes),
            "ETag": f'"{copy.sha256}"',
            "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(copy.sha256)).decode()}:",
            "Chengxin-Change": str(copy.change),
            "Cache-Control": "no-cache",
            "X-Robots-Tag": "noindex",
        }
        known = {each.strip() for each in request.headers.get("if-none-match", "").split(",")}
        if headers["ETag"] in known or request.method == "HEAD":
            file.close()
            unchanged = headers["ETag"] in known
            del headers["Content-Length"]
            return Response(status_code=304 if unchanged else 200, headers=headers, media_type="application/gzip")
        return StreamingResponse(_read(file), media_type="application/gzip", headers=headers)

    return answer


def package_file(copies: Copies) -> Answers:
    async def answer(request: Request) -> Response:
        site, kind = site_of(request), _kind(request)
        return json_answer(await package_of(site, copies, kind, site.base_url(request)))

    return answer


def checksums(copies: Copies) -> Answers:
    async def answer(request: Request) -> Response:
        site, kind = site_of(request), _kind(request)
        standing = await site.database.read_aside(lambda _: copies.standing(kind))
        headers = {"Cache-Control": "no-cache", "X-Robots-Tag": "noindex"}
        return Response(checksum_lines(standing), media_type="text/plain; charset=utf-8", headers=headers)

    return answer


def checksum_lines(copies: dict[str, Copy]) -> bytes:
    """As `sha256sum --check` reads them."""
    return "".join(f"{copy.sha256}  {month}.csv.gz\n" for month, copy in sorted(copies.items())).encode()


async def package_of(site: Site, copies: Copies, kind: Kind, base_url: str) -> dict[str, object]:
    """The data package of all months, with the checksums of the copies that stand now."""
    standing = await site.database.read_aside(lambda _: copies.standing(kind))
    months = {month: standing.get(month) for month, _ in await copies.months(kind)}
    cited = Citation(
        title=kind.title,
        source=source_of(site, OF_FILES),
        conditions=(),
        moment=await moment_of(site),
        change=await site.record_search.cursor(),
        taken=civil(datetime.now(UTC)),
        address=f"{base_url}/data/{kind.name}",
        licence=licence(site.say(OF_FILES)),
    )
    columns = _sheet(site, kind, OF_FILES, base_url).columns
    return data_package(kind, columns, months, cited, datetime.now(UTC).isoformat(timespec="seconds"))


def _kind(request: Request) -> Kind:
    found = given_kinds(site_of(request)).get(request.path_params["kind"])
    if found is None:
        raise HTTPException(404)
    return found


def _sheet(site: Site, kind: Kind, locale: Locale, base_url: str) -> RecordSheet:
    return RecordSheet([kind], site.catalogue, locale, base_url)


def _month_line(month: str, count: int, copy: Copy | None) -> MonthLine:
    return MonthLine(month, count, copy.bytes if copy else None, copy.sha256 if copy else "")


async def _opened(copies: Copies, kind: Kind, month: str) -> tuple[Copy, BinaryIO]:
    """The copy and its file. Another process may have put a newer one in its place in between."""
    copy = await copies.current(kind, month)
    try:
        return copy, await asyncio.to_thread(copies.opened, kind, copy)
    except FileNotFoundError:
        copy = await copies.current(kind, month)
        return copy, await asyncio.to_thread(copies.opened, kind, copy)


async def _read(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while piece := await asyncio.to_thread(file.read, CHUNK):
            yield piece
