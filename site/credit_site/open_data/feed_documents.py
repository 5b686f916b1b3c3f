"""One feed, written as Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

import orjson

ATOM: Final = "http://www.w3.org/2005/Atom"
DUBLIN_CORE: Final = "http://purl.org/dc/elements/1.1/"
JSON_FEED: Final = "https://jsonfeed.org/version/1.1"
LANGUAGE: Final = "zh-CN"  # of what departments wrote, whatever the reader's

register_namespace("atom", ATOM)
register_namespace("dc", DUBLIN_CORE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record. `id` is a tag URI that stays whatever becomes of the address; instants have a zone."""

    id: str
    title: str
    address: str
    summary: str
    author: str
    category: str
    published: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """`page` is the address of what it is a feed of, `own` its own. `updated` is when anything in it last changed."""

    id: str
    title: str
    subtitle: str
    page: str
    own: str
    author: str
    rights: str
    updated: datetime
    entries: list[Entry]


def atom(feed: Feed) -> bytes:
    root = Element("feed", {"xmlns": ATOM, "xml:lang": LANGUAGE})
    _texts(root, {"id": feed.id, "title": feed.title, "subtitle": feed.subtitle, "updated": _instant(feed.updated)})
    SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": feed.own})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": feed.page})
    _texts(SubElement(root, "author"), {"name": feed.author})
    _texts(root, {"rights": feed.rights})
    for entry in feed.entries:
        _atom_entry(root, entry)
    return _document(root)


def _atom_entry(root: Element, entry: Entry) -> None:
    found = SubElement(root, "entry")
    _texts(
        found,
        {
            "id": entry.id,
            "title": entry.title,
            "published": _instant(entry.published),
            "updated": _instant(entry.updated),
        },
    )
    SubElement(found, "link", {"rel": "alternate", "type": "text/html", "href": entry.address})
    _texts(SubElement(found, "author"), {"name": entry.author})
    SubElement(found, "category", {"term": entry.category})
    _texts(found, {"summary": entry.summary})


def rss(feed: Feed) -> bytes:
    root = Element("rss", {"version": "2.0"})
    channel = SubElement(root, "channel")
    told = {
        "title": feed.title,
        "link": feed.page,
        "description": feed.subtitle,
        "language": LANGUAGE,
        "copyright": feed.rights,
        "lastBuildDate": _mail_date(feed.updated),
    }
    for name, text in told.items():
        SubElement(channel, name).text = text
    SubElement(channel, f"{{{ATOM}}}link", {"rel": "self", "type": "application/rss+xml", "href": feed.own})
    for entry in feed.entries:
        item = SubElement(channel, "item")
        for name, text in {"title": entry.title, "link": entry.address, "description": entry.summary}.items():
            SubElement(item, name).text = text
        SubElement(item, f"{{{DUBLIN_CORE}}}creator").text = entry.author  # `author` is for addresses of mail
        SubElement(item, "category").text = entry.category
        SubElement(item, "guid", {"isPermaLink": "false"}).text = entry.id
        SubElement(item, "pubDate").text = _mail_date(entry.published)
    return _document(root)


def json_feed(feed: Feed) -> bytes:
    return orjson.dumps(
        {
            "version": JSON_FEED,
            "title": feed.title,
            "description": feed.subtitle,
            "home_page_url": feed.page,
            "feed_url": feed.own,
            "language": LANGUAGE,
            "authors": [{"name": feed.author}],
            "items": [
                {
                    "id": entry.id,
                    "url": entry.address,
                    "title": entry.title,
                    "content_text": entry.summary,
                    "date_published": _instant(entry.published),
                    "date_modified": _instant(entry.updated),
                    "authors": [{"name": entry.author}],
                    "tags": [entry.category],
                }
                for entry in feed.entries
            ],
        }
    )


WRITTEN: Final[Mapping[str, tuple[str, str, Callable[[Feed], bytes]]]] = {
    "atom": ("Atom", "application/atom+xml; charset=utf-8", atom),
    "rss": ("RSS", "application/rss+xml; charset=utf-8", rss),
    "feed.json": ("JSON Feed", "application/feed+json; charset=utf-8", json_feed),
}
"""End of the address → what it is called, its media type, and how it is written."""


def _texts(parent: Element, told: Mapping[str, str]) -> None:
    for name, text in told.items():
        SubElement(parent, name).text = text


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _mail_date(instant: datetime) -> str:
    return format_datetime(instant.astimezone(UTC), usegmt=True)


def _document(root: Element) -> bytes:
    return bytes(tostring(root, "utf-8", xml_declaration=True))
