"""Which records an address asks for: of a kind, after a cursor, so many. Parsed once, for pages and the API alike."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from credit_records.record_pages import Cursor

from credit_site.search_request import ECHO_LENGTH, Misunderstanding, Reason, tidy

RECORDS = 20  # on a page
MOST_RECORDS = 100
CURSOR_PATTERN = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?\.[0-9]{1,18}$"

_CURSOR = re.compile(CURSOR_PATTERN)
_SIZE = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class RecordRequest:
    """`kind` is None for records of all kinds in one line of time."""

    kind: str | None
    after: Cursor | None
    size: int
    misunderstood: list[Misunderstanding]


def cursor_text(cursor: Cursor) -> str:
    """A cursor as it stands in addresses: `2025-03-02.817`, and `.817` where the record has no date."""
    return f"{cursor.decision_date}.{cursor.id}"


def parse_record_request(
    pairs: Iterable[tuple[str, str]], kinds: Collection[str], known: Collection[str]
) -> RecordRequest:
    """Read the parameters, of which those in `known` may be given. Nothing raises: what can't be followed is listed."""
    misunderstood: list[Misunderstanding] = []
    given: dict[str, str] = {}
    for key, value in pairs:
        if key not in known:
            misunderstood.append(_not_followed(key, value, Reason.UNKNOWN_PARAMETER))
        elif given.setdefault(key, value) != value:
            misunderstood.append(_not_followed(key, value, Reason.REPEATED))
    kind = given.get("kind")
    if kind is not None and kind not in kinds:
        misunderstood.append(_not_followed("kind", kind, Reason.UNKNOWN_VALUE))
        kind = None
    return RecordRequest(kind, _cursor(given, misunderstood), _size(given, misunderstood), misunderstood)


def _cursor(given: Mapping[str, str], misunderstood: list[Misunderstanding]) -> Cursor | None:
    text = given.get("after")
    if text is None:
        return None
    if not _CURSOR.fullmatch(text):
        misunderstood.append(_not_followed("after", text, Reason.UNKNOWN_VALUE))
        return None
    day, _, number = text.partition(".")
    return Cursor(day, int(number))


def _size(given: Mapping[str, str], misunderstood: list[Misunderstanding]) -> int:
    text = given.get("size")
    if text is None:
        return RECORDS
    if not _SIZE.fullmatch(text):
        misunderstood.append(_not_followed("size", text, Reason.NOT_A_NUMBER))
    elif not 1 <= int(text) <= MOST_RECORDS:
        misunderstood.append(_not_followed("size", text, Reason.OUT_OF_RANGE))
    else:
        return int(text)
    return RECORDS


def _not_followed(key: str, value: str, reason: Reason) -> Misunderstanding:
    return Misunderstanding(tidy(key)[:ECHO_LENGTH], tidy(value)[:ECHO_LENGTH], reason)
