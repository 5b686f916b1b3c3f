"""A search as the address asks it: parsed once, for pages, htmx and the API alike, and able to write itself back.

Every link, page number and hidden input is made from `pairs()`, so what is shown and what is asked cannot drift.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import urlencode

from credit_search.answers import MAX_PAGE_SIZE, MAX_QUERY_LENGTH, MAX_RESULTS, SubjectQuery
from credit_search.facets import Facet

from credit_site.localisation import DEFAULT

DEFAULT_SIZE = 20
SORTS = ("relevance", "newest", "oldest")
LARGEST_PAGE = MAX_RESULTS  # one result a page: no page beyond it can hold anything
MOST_VALUES = 50  # values of one facet; nobody chooses more by hand
ECHO_LENGTH = 40  # how much of a value that was not understood is said back


class Reason(StrEnum):
    UNKNOWN_PARAMETER = "unknown_parameter"
    UNKNOWN_VALUE = "unknown_value"
    NOT_A_NUMBER = "not_a_number"
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
    """`filters` maps a facet's key to the values chosen, in the order of the address."""

    q: str = ""
    page: int = 1
    size: int = DEFAULT_SIZE
    sort: str = SORTS[0]
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters that say this search; what is at its default is left out."""
        return list(self._pairs())

    def _pairs(self) -> Iterator[tuple[str, str]]:
        if self.q:
            yield "q", self.q
        for key, values in self.filters.items():
            for value in values:
                yield key, value
        if self.sort != SORTS[0]:
            yield "sort", self.sort
        if self.size != DEFAULT_SIZE:
            yield "size", str(self.size)
        if self.page != 1:
            yield "page", str(self.page)

    def query_string(self) -> str:
        return urlencode(self.pairs())

    def address(self, path: str = "/search") -> str:
        query = self.query_string()
        return f"{path}?{query}" if query else path

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

    def unfiltered(self) -> "SearchRequest":
        return replace(self, page=1, filters={})

    def asking(self, q: str) -> "SearchRequest":
        return SearchRequest(q=q, size=self.size)

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


def parse_search(
    pairs: Iterable[tuple[str, str]], facets: Sequence[Facet], ignored: Iterable[str] = ()
) -> ParsedSearch:
    """Read a search from an address's parameters. Nothing raises: what cannot be followed is listed."""
    return _Parser(facets, frozenset(ignored)).parse(pairs)


class _Parser:
    def __init__(self, facets: Sequence[Facet], ignored: frozenset[str]) -> None:
        self._facets = {facet.key: facet for facet in facets}
        self._ignored = ignored
        self._misunderstood: list[Misunderstanding] = []
        self._filters: dict[str, tuple[str, ...]] = {}
        self._single: dict[str, str] = {}

    def parse(self, pairs: Iterable[tuple[str, str]]) -> ParsedSearch:
        for key, value in pairs:
            if key in self._facets:
                self._choose(self._facets[key], value)
            elif key in ("q", "page", "size", "sort"):
                self._take(key, value)
            elif key not in self._ignored:
                self._note(key, value, Reason.UNKNOWN_PARAMETER)
        asked = self._single.get("q", "")
        if len(asked) > MAX_QUERY_LENGTH:
            self._note("q", asked, Reason.TOO_LONG)
        q = tidy(asked)
        cut = len(q) > MAX_QUERY_LENGTH
        request = SearchRequest(
            q=q[:MAX_QUERY_LENGTH].rstrip(),
            page=self._number("page", 1, LARGEST_PAGE),
            size=self._number("size", DEFAULT_SIZE, MAX_PAGE_SIZE),
            sort=self._sort(),
            filters=self._filters,
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
        if sort in SORTS:
            return sort
        self._note("sort", sort, Reason.UNKNOWN_VALUE)
        return SORTS[0]


def is_known(facet: Facet, value: str) -> bool:
    """Whether the facet has this value: it can be filtered by, and has a label other than itself."""
    return len(value) <= ECHO_LENGTH and facet.filter((value,)) is not None and facet.label(value, DEFAULT) != value


def tidy(text: str) -> str:
    """Control characters and undecodable bytes become spaces, runs of spaces one."""
    if not text.isprintable() or "\ufffd" in text:
        text = "".join(each if each.isprintable() and each != "\ufffd" else " " for each in text)
    return " ".join(text.split())
