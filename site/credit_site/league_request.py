"""Which league table an address asks for: months, kind, departments, order. Read once, for page, CSV and API alike."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from urllib.parse import urlencode

from credit_records.calendar import add_months

from credit_site.search_request import ECHO_LENGTH, Misunderstanding, Reason, tidy

MONTHS: Final = 12  # shown by default, with the one under way
MOST_MONTHS: Final = 36
OF_THE_CITY: Final = "city"  # the value of `district` for the city's own departments
GROUPINGS: Final = ("unit", "department", "district")
SORTS: Final = (
    "name",
    "received",
    "compliance",
    "timeliness",
    "coverage",
    "wrong_codes",
    "wrong_corrected",
    "objections",
)
ORDERS: Final = ("desc", "asc")
PARAMETERS: Final = ("from", "to", "kind", "department", "district", "by", "sort", "order")

MONTH_PATTERN: Final = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"

_MONTH = re.compile(MONTH_PATTERN)


@dataclass(frozen=True, slots=True)
class LeagueRequest:
    """`first` and `last` are the first days of months; `default` is the range where the address gives none."""

    first: date
    last: date
    default: tuple[date, date]
    kind: str | None = None
    department: str | None = None
    district: str | None = None
    by: str = GROUPINGS[0]
    sort: str = SORTS[0]
    order: str = ORDERS[0]

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters that say this table; what is at its default is left out."""
        return list(self._pairs())

    def _pairs(self) -> Iterator[tuple[str, str]]:
        if (self.first, self.last) != self.default:
            yield "from", self.first.isoformat()[:7]
            yield "to", self.last.isoformat()[:7]
        for name in ("kind", "department", "district"):
            if value := getattr(self, name):
                yield name, value
        if self.by != GROUPINGS[0]:
            yield "by", self.by
        if self.sort != SORTS[0]:
            yield "sort", self.sort
            if self.order != ORDERS[0]:
                yield "order", self.order

    def address(self, path: str = "/departments") -> str:
        query = urlencode(self.pairs())
        return f"{path}?{query}" if query else path

    def grouped_by(self, by: str) -> "LeagueRequest":
        return replace(self, by=by)

    def sorted_by(self, sort: str) -> "LeagueRequest":
        """The other way round where it is sorted by this already."""
        turned = self.sort == sort and self.order == ORDERS[0] and sort != SORTS[0]
        return replace(self, sort=sort, order=ORDERS[1] if turned else ORDERS[0])


@dataclass(frozen=True, slots=True)
class Known:
    """What a table may be narrowed to."""

    kinds: Collection[str]
    departments: Collection[str]
    districts: Collection[str]


@dataclass(frozen=True, slots=True)
class ParsedLeague:
    request: LeagueRequest
    misunderstood: list[Misunderstanding]


def parse_league(
    pairs: Iterable[tuple[str, str]],
    today: date,
    known: Known,
    parameters: Collection[str] = PARAMETERS,
    *,
    from_a_form: bool = True,
) -> ParsedLeague:
    """Read the parameters. Nothing raises: what can't be followed is listed, and left at its default.

    A form sends what was not chosen as empty, which is then as if it were not there.
    """
    given = [(key, value) for key, value in pairs if value or not from_a_form]
    return _Parser(today, known, parameters).parse(given)


class _Parser:
    def __init__(self, today: date, known: Known, parameters: Collection[str]) -> None:
        self._this_month = today.replace(day=1)
        self._parameters = parameters
        self._values: Mapping[str, Collection[str]] = {
            "kind": known.kinds,
            "department": known.departments,
            "district": {*known.districts, OF_THE_CITY},
            "by": GROUPINGS,
            "sort": SORTS,
            "order": ORDERS,
        }
        self._misunderstood: list[Misunderstanding] = []
        self._given: dict[str, str] = {}

    def parse(self, pairs: Iterable[tuple[str, str]]) -> ParsedLeague:
        for key, value in pairs:
            if key not in self._parameters:
                self._note(key, value, Reason.UNKNOWN_PARAMETER)
            elif self._given.setdefault(key, value) != value:
                self._note(key, value, Reason.REPEATED)
        for key, value in list(self._given.items()):
            if key in self._values and value not in self._values[key]:
                self._note(key, value, Reason.UNKNOWN_VALUE)
                del self._given[key]
        default = (add_months(self._this_month, 1 - MONTHS), self._this_month)
        first, last = self._months(default)
        chosen = {key: value for key, value in self._given.items() if key in self._values}
        return ParsedLeague(LeagueRequest(first, last, default, **chosen), self._misunderstood)

    def _months(self, default: tuple[date, date]) -> tuple[date, date]:
        last = self._month("to") or default[1]
        first = self._month("from") or add_months(last, 1 - MONTHS)
        if first > last:
            self._note("from", self._given["from"], Reason.OUT_OF_RANGE)
            return default
        earliest = add_months(last, 1 - MOST_MONTHS)
        if first < earliest:
            self._note("from", self._given["from"], Reason.OUT_OF_RANGE)
            return earliest, last
        return first, last

    def _month(self, key: str) -> date | None:
        text = self._given.get(key)
        if text is None:
            return None
        if not _MONTH.fullmatch(text):
            self._note(key, text, Reason.UNKNOWN_VALUE)
        elif (month := date.fromisoformat(f"{text}-01")) > self._this_month:
            self._note(key, text, Reason.OUT_OF_RANGE)
        else:
            return month
        del self._given[key]
        return None

    def _note(self, key: str, value: str, reason: Reason) -> None:
        self._misunderstood.append(Misunderstanding(tidy(key)[:ECHO_LENGTH], tidy(value)[:ECHO_LENGTH], reason))
