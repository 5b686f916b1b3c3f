"""The newest records of any search of a register, as feeds, so that nobody need have strangers scrape the pages."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from credit_records.catalogue import Locale
from credit_records.exporting.moments import change_at
from credit_records.record_reading import Record, find_records
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from credit_site.open_data.citation import Citation, cite
from credit_site.open_data.downloads import Answers
from credit_site.open_data.feed_documents import WRITTEN, Entry, Feed
from credit_site.open_data.sources import Source
from credit_site.record_view import record_line
from credit_site.registers import Register
from credit_site.search_request import DEFAULT_SIZE, SORTS, SearchRequest
from credit_site.site import Site, site_of
from credit_site.visit import visit_of

ENTRIES: Final = 50
SINCE: Final = "2026"  # a tag URI names a year in which its host was ours (RFC 4151), for ever the same


class _Form(Convertor[str]):
    regex = "|".join(WRITTEN).replace(".", r"\.")

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("feed", _Form())


def feed_of(source: Source, register: Register) -> Answers:
    """Answers with the newest records of the search in the form that the address ends in."""

    async def answer(request: Request) -> Response:
        site, visit = site_of(request), visit_of(request)
        asked = source.asked(visit, site.say(visit.locale))
        base_url = site.base_url(request)
        cited = await cite(site, source, asked, visit.locale, base_url)
        numbers = await site.record_search.newest(register.query(asked), ENTRIES)
        changed = await site.database.read(change_at, cited.change) or datetime.fromtimestamp(0, UTC)
        records = await site.database.read(find_records, numbers)
        form = request.path_params["feed"]
        feed = _feed(site, cited, records, changed, base_url=base_url, own=asked.address(f"{source.path}.{form}"))
        return _answered(request, form, feed, changed)

    return answer


def feed_links(asked: SearchRequest) -> list[tuple[str, str, str]]:
    """(name, media type, address) of each form of the feed of what the page finds."""
    whole = _whole(asked)
    return [
        (named, media_type.partition(";")[0], whole.address(f"{asked.path}.{form}"))
        for form, (named, media_type, _) in WRITTEN.items()
    ]


def _whole(asked: SearchRequest) -> SearchRequest:
    return replace(asked, page=1, size=DEFAULT_SIZE, sort=SORTS[0])


def _feed(
    site: Site, cited: Citation, records: Sequence[Record], changed: datetime, *, base_url: str, own: str
) -> Feed:
    apart = "，"
    host = urlsplit(base_url).hostname or "localhost"
    return Feed(
        id=_tag(host, urlsplit(cited.address).path + (f"?{query}" if (query := urlsplit(cited.address).query) else "")),
        title=f"{cited.source}：{apart.join([cited.title, *cited.conditions])}",
        subtitle=apart.join(cited.conditions) or cited.title,
        page=cited.address,
        own=base_url + own,
        author=cited.source,
        rights=cited.licence,
        updated=max([each.updated_at for each in records], default=changed),
        entries=[_entry(site, record, base_url, host) for record in records],
    )


def _entry(site: Site, record: Record, base_url: str, host: str) -> Entry:
    locale: Locale = "zh"
    line = record_line(site, record, locale)
    name = record.name or site.roles(record.kind, locale).read(record.fields).name
    facts = [(line.kind, line.day), *((fact.title, fact.value) for fact in line.facts)]
    return Entry(
        id=_tag(host, line.address),
        title=f"{name}：{line.headline}",
        address=base_url + line.address,
        summary="；".join(f"{title}：{value}" for title, value in facts if value),
        author=record.authority or record.source,
        category=line.kind,
        published=record.published_at or record.received_at,
        updated=max(record.updated_at, record.published_at or record.updated_at),
    )


def _tag(host: str, path: str) -> str:
    return f"tag:{host},{SINCE}:{path}"


def _answered(request: Request, form: str, feed: Feed, changed: datetime) -> Response:
    _, media_type, write = WRITTEN[form]
    body = write(feed)
    tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(changed.astimezone(UTC), usegmt=True),
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language, Cookie",
        "X-Robots-Tag": "noindex",
        "Access-Control-Allow-Origin": "*",
    }
    if _is_known(request, tag, changed):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _is_known(request: Request, tag: str, changed: datetime) -> bool:
    """Whether the reader has this very feed already (RFC 9110: a tag counts before a date)."""
    if known := request.headers.get("if-none-match"):
        return known.strip() == "*" or tag in {each.strip() for each in known.split(",")}
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return since.tzinfo is not None and changed.replace(microsecond=0) <= since
