"""The API's change feed: whoever keeps copies of records follows it, and learns what to delete."""

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from credit_records.catalogue import Locale
from credit_records.change_feed import Told, feed_after
from fastapi import APIRouter, Request, Response

from credit_site.api.answers import json_answer, problems, refuse
from credit_site.api.change_models import ChangesDocument
from credit_site.api.documents import record_document
from credit_site.api.parameters import CHANGES, LARGEST_SEQ, MOST_CHANGES, change_parameters
from credit_site.search_request import ECHO_LENGTH, Misunderstanding, Reason, tidy
from credit_site.site import Site, site_of
from credit_site.visit import visit_of

_NUMBER: Final = re.compile(r"[0-9]{1,16}")
_RANGES: Final = {"after": range(LARGEST_SEQ + 1), "limit": range(1, MOST_CHANGES + 1)}


class ChangeRequest(NamedTuple):
    """Which changes are asked for, and what of the address could not be followed."""

    after: int
    limit: int
    misunderstood: list[Misunderstanding]


def parse_change_request(pairs: Iterable[tuple[str, str]]) -> ChangeRequest:
    """Read the parameters. Nothing raises: what can't be followed is listed."""
    misunderstood: list[Misunderstanding] = []
    given: dict[str, int] = {}
    for key, value in pairs:
        reason = _fault(key, value, given)
        if reason is None:
            given[key] = int(value)
        else:
            misunderstood.append(Misunderstanding(tidy(key)[:ECHO_LENGTH], tidy(value)[:ECHO_LENGTH], reason))
    return ChangeRequest(given.get("after", 0), given.get("limit", CHANGES), misunderstood)


def _fault(key: str, value: str, given: dict[str, int]) -> Reason | None:
    if key not in _RANGES:
        return Reason.UNKNOWN_PARAMETER
    if not _NUMBER.fullmatch(value):
        return Reason.NOT_A_NUMBER
    if int(value) not in _RANGES[key]:
        return Reason.OUT_OF_RANGE
    return Reason.REPEATED if given.get(key, int(value)) != int(value) else None


async def changes(request: Request) -> Response:
    """记录的公示、更正，以及不再公示。从 0 开始，每次以上次的 next 为 after；gone 的请即删除并停止使用。

    Records published, changed, and gone. Begin at 0, then ask after the last `next`; delete what is gone.
    """
    site, visit = site_of(request), visit_of(request)
    asked = parse_change_request(visit.pairs)
    refuse(asked.misunderstood, site.say(visit.locale))
    found = await site.database.read_aside(feed_after, asked.after, asked.limit)
    base_url = site.base_url(request)
    items = [_change(site, told, visit.locale, base_url) for told in found.changes]
    return json_answer({"items": items, "next": found.cursor, "more": found.more})


def _change(site: Site, told: Told, locale: Locale, base_url: str) -> dict[str, Any]:
    change = {"seq": told.seq, "at": told.at, "id": told.id, "kind": told.kind}
    if told.record is None or told.kind not in site.catalogue.kinds:
        return {**change, "gone": True}
    return {**change, "gone": False, "record": record_document(site, told.record, locale, base_url)}


router = APIRouter(prefix="/api/v1", tags=["records"])
router.add_api_route(
    "/changes",
    changes,
    summary="记录的变更 Changes of records",
    response_class=Response,
    responses={200: {"model": ChangesDocument, "description": "变更 Changes"}, **problems(422)},
    openapi_extra={"parameters": change_parameters()},
)
