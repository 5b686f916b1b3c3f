"""A register's page, prepared for its template: totals, the chart, the records found, and what to loosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from credit_records.catalogue import FieldType, Kind, Locale
from credit_records.record_reading import Record
from credit_search.excerpts import Excerpts
from credit_search.record_search import PERIOD, RecordAnswer
from credit_search.understanding import understand
from markupsafe import Markup

from credit_site.field_values import amount_text
from credit_site.localisation import Say
from credit_site.month_chart import Chart, month_chart
from credit_site.narrowing_view import Chip, FacetView, Paging, chips, facet_views, paging, period_text, title_of
from credit_site.record_view import Fact, RecordLine, record_line, titled
from credit_site.registers import Register
from credit_site.results_view import marked
from credit_site.search_request import SearchRequest
from credit_site.site import Site

EXCERPT_LENGTH = 90  # characters
MOST_EXCERPTS = 2  # of a record


class FoundFact(NamedTuple):
    title: str
    value: Markup
    type: FieldType | None


class FoundExcerpt(NamedTuple):
    """A piece of one of the record's texts."""

    field: str
    title: str
    text: Markup


class FoundRecord(NamedTuple):
    """`headline` is empty where it says no more than the kind."""

    line: RecordLine
    owner: Markup
    uscc: str
    headline: Markup
    colour: str
    facts: list[FoundFact]
    excerpts: list[FoundExcerpt]


@dataclass(frozen=True, slots=True)
class WayOut:
    """What to take from the search so that it finds something: in words, with how many that finds and where."""

    named: str
    total: int
    address: str


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list in the overview; `count` is None where the engine rests."""

    title: str
    address: str
    colour: str
    department: str
    count: int | None


@dataclass(frozen=True, slots=True)
class RegisterView:
    hits: list[FoundRecord]
    facets: list[FacetView]
    chips: list[Chip]
    sorts: list[tuple[str, str, bool]]
    paging: Paging
    totals: list[tuple[str, str]]
    chart: Chart | None
    ways_out: list[WayOut]
    undated: int


def register_view(
    site: Site,
    register: Register,
    request: SearchRequest,
    answer: RecordAnswer,
    *,
    records: Sequence[Record],
    locale: Locale,
) -> RegisterView:
    say = site.say(locale)
    months = request.filters.get("month", ())
    return RegisterView(
        hits=found_records(site, register, records, request.q, locale),
        facets=facet_views(register.facets, request, answer.facets, locale),
        chips=chips(register.facets, request, say, locale),
        sorts=_sorts(register, request),
        paging=paging(request, answer.total),
        totals=[
            (say("%(what)s合计") % {"what": named.in_(locale)}, amount_text(answer.sums[name], locale))
            for name, named in register.sums
        ],
        chart=month_chart(_months(answer) if months else answer.by_month, months, say, locale),
        ways_out=_ways_out(register, request, answer, say, locale),
        undated=answer.total - sum(count for _, count in answer.by_month),
    )


def _months(answer: RecordAnswer) -> list[tuple[int, int]]:
    """Every month, where some are chosen: what is chosen is seen among the others."""
    return sorted((int(each.value), each.count) for each in answer.facets.get("month", ()) if int(each.value))


def _sorts(register: Register, request: SearchRequest) -> list[tuple[str, str, bool]]:
    """Without words nothing is more relevant than another, so the newest come first."""
    offered = register.sorts if request.q else register.sorts[1:]
    current = request.sort if request.sort in offered else offered[0]
    return [(sort, request.sorted_by(sort).address(), sort == current) for sort in offered]


def found_records(
    site: Site, register: Register, records: Sequence[Record], q: str, locale: Locale
) -> list[FoundRecord]:
    reading = understand(q)
    excerpts = Excerpts(reading)
    return [_found(site, register, record, excerpts, locale, asked=bool(reading.words)) for record in records]


def _found(
    site: Site, register: Register, record: Record, excerpts: Excerpts, locale: Locale, *, asked: bool
) -> FoundRecord:
    kind = site.catalogue.kinds[record.kind]
    line = record_line(site, record, locale)
    said = line.headline == line.kind and register.alone is not None
    return FoundRecord(
        line=line,
        owner=marked(excerpts.marked(record.name or site.roles(kind.name, locale).read(record.fields).name)),
        uscc=record.uscc or "",
        headline=Markup() if said else marked(excerpts.marked(line.headline)),
        colour=kind.list.colour if kind.list and register.alone is None else "",
        facts=[_fact(fact, excerpts, is_searched=fact.value == record.document_number) for fact in line.facts],
        excerpts=found_excerpts(kind, record, excerpts, locale, asked=asked),
    )


def _fact(fact: Fact, excerpts: Excerpts, *, is_searched: bool) -> FoundFact:
    pieces = excerpts.marked(fact.value) if is_searched else [(fact.value, False)]
    return FoundFact(fact.title, marked(pieces), fact.type)


def found_excerpts(
    kind: Kind, record: Record, excerpts: Excerpts, locale: Locale, *, asked: bool
) -> list[FoundExcerpt]:
    """Pieces of the record's texts in which words stand that were asked for; else the beginning of the first text."""
    texts = [(kind.by_name[name], str(record.fields[name])) for name in kind.roles.texts if record.fields.get(name)]
    if asked:
        for loosely in (False, True):
            found = [
                FoundExcerpt(field.name, titled(field, locale), marked(piece))
                for field, text in texts
                if (piece := excerpts.excerpt(text, EXCERPT_LENGTH, loosely=loosely))
            ]
            if found:
                return found[:MOST_EXCERPTS]
    return [
        FoundExcerpt(field.name, titled(field, locale), marked(_beginning(text)))
        for field, text in texts
        if field.name != kind.roles.headline
    ][:1]


def _beginning(text: str) -> list[tuple[str, bool]]:
    return [(text if len(text) <= EXCERPT_LENGTH else f"{text[: EXCERPT_LENGTH - 1]}…", False)]


def _ways_out(
    register: Register, request: SearchRequest, answer: RecordAnswer, say: Say, locale: Locale
) -> list[WayOut]:
    facets = {facet.key: facet for facet in register.facets}
    found = []
    for constraint, total in answer.loosened.items():
        if facet := facets.get(constraint):
            values = say("、").join(facet.label(value, locale) for value in request.filters[constraint])
            named, less = f"{title_of(facet, locale)}{say('：')}{values}", request.without_facet(constraint)
        elif constraint == PERIOD:
            named, less = f"{say('日期')}{say('：')}{period_text(request, say)}", request.without_period()
        else:
            named, less = say("“%(q)s”") % {"q": request.q}, request.without_words()
        found.append(WayOut(named, total, less.address()))
    return sorted(found, key=lambda way: -way.total)


def list_lines(site: Site, counts: dict[str, int] | None, locale: Locale) -> list[ListLine]:
    """Every list, those with entries first within its colour, black before red."""
    lines = [
        ListLine(
            title=register.title.in_(locale),
            address=register.path,
            colour=register.colour or "",
            department=kind.department or kind.authority,
            count=None if counts is None else counts.get(kind.name, 0),
        )
        for register in site.registers.of_list.values()
        for kind in register.kinds
    ]
    return sorted(lines, key=lambda line: (line.colour, not line.count))
