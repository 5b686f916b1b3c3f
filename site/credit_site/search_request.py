"""A search as the address asks it: parsed once, for pages, htmx and the API alike, and able to write itself back.

Every link, page number and hidden input is made from `pairs()`, so what is shown and what is asked cannot drift.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from urllib.parse import urlencode

from credit_search.answers import MAX_PAGE_SIZE, MAX_QUERY_LENGTH, MAX_RESULTS, SubjectQuery
from credit_search.facets import Facet
from credit_search.record_documents import LONGEST_TERM

from credit_site.localisation import DEFAULT

DEFAULT_SIZE = 20
SORTS = ("relevance", "newest", "oldest")
LARGEST_PAGE = MAX_RESULTS  # one result a page: no page beyond it can hold anything
MOST_VALUES = 50  # values of one facet; nobody chooses more by hand
ECHO_LENGTH = 40  # how much of a value that was not understood is said back
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PERIOD = ("since", "until")  # parameters of a search among records that have a day


class Reason(StrEnum):
    UNKNOWN_PARAMETER = "unknown_parameter"
    UNKNOWN_VALUE = "unknown_value"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_DATE = "not_a_date"
    BEFORE_ITS_START = "before_its_start"
    OUT_OF_RANGE = "out_of_range"
    REPEATED = "repeated"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Misunderstanding:
    """Something in the address that was not followed: pages say so and go on, the API refuses."""

    parameter: str
    value: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """`filters` maps a facet's key to the values chosen, in the order of the address, whose path is `path`.

    `since` and `until` are days, both of them in the period.
    """

    q: str = ""
    page: int = 1
    size: int = DEFAULT_SIZE
    sort: str = SORTS[0]
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    path: str = "/search"

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters that say this search; what is at its default is left out."""
        return list(self._pairs())

    def _pairs(self) -> Iterator[tuple[str, str]]:
        if self.q:
            yield "q", self.q
        for key, values in self.filters.items():
            for value in values:
                yield key, value
        if self.since:
            yield "since", self.since.isoformat()
        if self.until:
            yield "until", self.until.isoformat()
        if self.sort != SORTS[0]:
            yield "sort", self.sort
        if self.size != DEFAULT_SIZE:
            yield "size", str(self.size)
        if self.page != 1:
            yield "page", str(self.page)

    def query_string(self) -> str:
        return urlencode(self.pairs())

    def address(self, path: str = "") -> str:
        """The address of this search, or of the same search at another path."""
        query = self.query_string()
        return f"{path or self.path}?{query}" if query else path or self.path

    def on_page(self, page: int) -> "SearchRequest":
        return replace(self, page=page)

    def sorted_by(self, sort: str) -> "SearchRequest":
        return replace(self, sort=sort, page=1)

    def without(self, key: str, value: str) -> "SearchRequest":
        kept = {
            name: tuple(each for each in values if (name, each) != (key, value))
            for name, values in self.filters.items()
        }
        return replace(self, page=1, filters={name: values for name, values in kept.items() if values})

    def filtered_by(self, filters: Mapping[str, tuple[str, ...]]) -> "SearchRequest":
        return replace(self, filters=filters)

    def without_facet(self, key: str) -> "SearchRequest":
        kept = {name: values for name, values in self.filters.items() if name != key}
        return replace(self, page=1, filters=kept)

    def without_period(self) -> "SearchRequest":
        return replace(self, page=1, since=None, until=None)

    def unfiltered(self) -> "SearchRequest":
        return replace(self, page=1, filters={}, since=None, until=None)

    def without_words(self) -> "SearchRequest":
        return replace(self, page=1, q="")

    @property
    def narrowed(self) -> bool:
        return bool(self.filters or self.since or self.until)

    @property
    def too_deep(self) -> bool:
        return self.page * self.size > MAX_RESULTS

    def subject_query(self) -> SubjectQuery:
        """As the search room asks it. A page too deep is asked as the first one, for its total and facets."""
        return SubjectQuery(
            q=self.q,
            page=1 if self.too_deep else self.page,
            size=self.size,
            sort=self.sort,
            filters=dict(self.filters),
        )


@dataclass(frozen=True, slots=True)
class ParsedSearch:
    """`cut` is true where the query was longer than a query may be; the request holds its beginning."""

    request: SearchRequest
    misunderstood: list[Misunderstanding]
    cut: bool = False

    @property
    def not_followed(self) -> list[Misunderstanding]:
        """What the API refuses: everything misunderstood, and a page beyond the last that can be read."""
        if self.request.too_deep and not any(each.parameter == "page" for each in self.misunderstood):
            return [*self.misunderstood, Misunderstanding("page", str(self.request.page), Reason.OUT_OF_RANGE)]
        return self.misunderstood


def parse_search(
    pairs: Iterable[tuple[str, str]],
    facets: Sequence[Facet],
    *,
    sorts: Sequence[str] = SORTS,
    dated: bool = False,
    path: str = "/search",
) -> ParsedSearch:
    """Read a search from an address's parameters. Nothing raises: what cannot be followed is listed.

    `dated` is whether a period may be asked for; `sorts` are the orders that may be, the first the default.
    """
    return _Parser(facets, sorts, dated=dated).parse(pairs, path)


class _Parser:
    def __init__(self, facets: Sequence[Facet], sorts: Sequence[str], *, dated: bool) -> None:
        self._facets = {facet.key: facet for facet in facets}
        self._sorts = sorts
        self._names = ("q", "page", "size", "sort", *(PERIOD if dated else ()))
        self._misunderstood: list[Misunderstanding] = []
        self._filters: dict[str, tuple[str, ...]] = {}
        self._single: dict[str, str] = {}

    def parse(self, pairs: Iterable[tuple[str, str]], path: str) -> ParsedSearch:
        for key, value in pairs:
            if key in self._facets:
                self._choose(self._facets[key], value)
            elif key in self._names:
                self._take(key, value)
            else:
                self._note(key, value, Reason.UNKNOWN_PARAMETER)
        asked = self._single.get("q", "")
        if len(asked) > MAX_QUERY_LENGTH:
            self._note("q", asked, Reason.TOO_LONG)
        q = tidy(asked)
        cut = len(q) > MAX_QUERY_LENGTH
        since, until = self._period()
        request = SearchRequest(
            q=q[:MAX_QUERY_LENGTH].rstrip(),
            page=self._number("page", 1, LARGEST_PAGE),
            size=self._number("size", DEFAULT_SIZE, MAX_PAGE_SIZE),
            sort=self._sort(),
            filters=self._filters,
            since=since,
            until=until,
            path=path,
        )
        return ParsedSearch(request, self._misunderstood, cut)

    def _note(self, parameter: str, value: str, reason: Reason) -> None:
        self._misunderstood.append(Misunderstanding(tidy(parameter)[:ECHO_LENGTH], tidy(value)[:ECHO_LENGTH], reason))

    def _take(self, key: str, value: str) -> None:
        if key in self._single:
            if value != self._single[key]:
                self._note(key, value, Reason.REPEATED)
        else:
            self._single[key] = value

    def _choose(self, facet: Facet, text: str) -> None:
        chosen = self._filters.get(facet.key, ())
        if not is_known(facet, text):
            self._note(facet.key, text, Reason.UNKNOWN_VALUE)
        elif len(chosen) >= MOST_VALUES:
            self._note(facet.key, text, Reason.TOO_MANY)
        elif text not in chosen:
            self._filters[facet.key] = (*chosen, text)

    def _number(self, key: str, default: int, largest: int) -> int:
        if key not in self._single:
            return default
        text = self._single[key].strip()
        digits = text.lstrip("-+")
        if not (digits.isascii() and digits.isdigit()):
            self._note(key, text, Reason.NOT_A_NUMBER)
            return default
        number = int(digits) if len(digits) < 10 else largest + 1
        if text.startswith("-") or number < 1:
            self._note(key, text, Reason.OUT_OF_RANGE)
            return default
        if number > largest:
            self._note(key, text, Reason.OUT_OF_RANGE)
            return largest
        return number

    def _sort(self) -> str:
        sort = self._single.get("sort", SORTS[0]).strip()
        if sort in self._sorts:
            return sort
        self._note("sort", sort, Reason.UNKNOWN_VALUE)
        return SORTS[0]

    def _period(self) -> tuple[date | None, date | None]:
        since, until = (self._day(key) for key in PERIOD)
        if since and until and since > until:
            self._note("until", until.isoformat(), Reason.BEFORE_ITS_START)
            return None, None
        return since, until

    def _day(self, key: str) -> date | None:
        """A form leaves its date fields empty where nothing is asked, so an empty value asks for nothing."""
        text = self._single.get(key, "").strip()
        if not text:
            return None
        with suppress(ValueError):
            if _DAY.fullmatch(text):
                return date.fromisoformat(text)
        self._note(key, text, Reason.NOT_A_DATE)
        return None


def is_known(facet: Facet, value: str) -> bool:
    """Whether the facet has this value: it can be filtered by, and has a label other than itself.

    A facet whose values are words of the records has any that could be one.
    """
    if facet.free:
        readable = all(each.isprintable() or each.isspace() for each in value) and "\ufffd" not in value
        return 0 < len(value) <= LONGEST_TERM and readable
    return len(value) <= ECHO_LENGTH and facet.filter((value,)) is not None and facet.label(value, DEFAULT) != value


def tidy(text: str) -> str:
    """Control characters and undecodable bytes become spaces, runs of spaces one."""
    if not text.isprintable() or "\ufffd" in text:
        text = "".join(each if each.isprintable() and each != "\ufffd" else " " for each in text)
    return " ".join(text.split())
