"""A page of results, prepared for its template: everything that is said of each hit, facet, chip and page number.

Prepared here, and what there are many of as tuples, because a page holds a hundred of them and a template's own
expressions cost several times as much.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from credit_records.catalogue import Locale
from credit_search.answers import MAX_RESULTS, Nearness, SubjectAnswer, SubjectMatch
from credit_search.facets import SUBJECT_FACETS, Facet
from markupsafe import Markup, escape

from credit_site.choice_items import choice, chosen, words_of
from credit_site.quick_escaping import escaped
from credit_site.search_request import SORTS, SearchRequest
from credit_site.site import Site

FACET_VALUES_SHOWN = 8  # the rest opens on demand
PAGES_AROUND = 2
WORTH_NARROWING = 2


class HitView(NamedTuple):
    uscc: str
    name: Markup
    code: Markup
    nearness: Nearness
    former_name: str | None
    code_valid: bool
    status: str
    active: bool
    place: str
    established: str | None


@dataclass(frozen=True, slots=True)
class FacetView:
    key: str
    title: str
    first: Markup
    more: Markup
    more_number: int


@dataclass(frozen=True, slots=True)
class Chip:
    id: str
    facet: str
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class PageLink:
    number: int
    address: str
    current: bool
    gap_before: bool


@dataclass(frozen=True, slots=True)
class ResultsView:
    """`direct` is the one subject that the query stands for, offered above the hits and not among them."""

    direct: HitView | None
    hits: list[HitView]
    facets: list[FacetView]
    chips: list[Chip]
    sorts: list[tuple[str, str, bool]]
    pages: list[PageLink]
    previous: str | None
    next: str | None
    first_number: int
    last_page: int
    last_page_address: str


def results_view(site: Site, request: SearchRequest, answer: SubjectAnswer, locale: Locale) -> ResultsView:
    last = max(1, -(-min(answer.total, MAX_RESULTS) // request.size))
    first_page = request.on_page(1).address()
    direct = next((match for match in answer.items if match.uscc == answer.direct), None)
    return ResultsView(
        direct=_hit_view(site, direct, locale)._replace(name=escape(direct.name)) if direct else None,
        hits=[_hit_view(site, match, locale) for match in answer.items if match is not direct],
        facets=[
            view for facet in SUBJECT_FACETS if (view := _facet_view(facet, request, first_page, answer, locale)).first
        ],
        chips=chips(request, locale),
        sorts=[(sort, request.sorted_by(sort).address(), sort == request.sort) for sort in SORTS],
        pages=list(_page_links(request, first_page, last)) if last > 1 else [],
        previous=_on_page(first_page, request.page - 1) if 1 < request.page <= last else None,
        next=_on_page(first_page, request.page + 1) if request.page < last else None,
        first_number=(request.page - 1) * request.size + 1,
        last_page=last,
        last_page_address=_on_page(first_page, last),
    )


def _hit_view(site: Site, match: SubjectMatch, locale: Locale) -> HitView:
    return HitView(
        uscc=match.uscc,
        name=marked(match.highlight),
        code=marked(match.code_highlight),
        nearness=match.nearness,
        former_name=match.former_name,
        code_valid=match.code_valid,
        status=site.label("subject_status", match.status, locale),
        active=match.status in (None, "active"),
        place=site.place(match.division, locale),
        established=match.established,
    )


def marked(pieces: Iterable[tuple[str, bool]]) -> Markup:
    """The matched pieces between `<mark>` and `</mark>`, everything escaped."""
    html = "".join([f"<mark>{_escaped(text)}</mark>" if matched else _escaped(text) for text, matched in pieces])
    return Markup(html)  # noqa: S704  # each piece is escaped above


def _escaped(text: str) -> str:
    """Letters, digits and Chinese need no escaping, and most pieces of names hold nothing else."""
    return text if text.isalnum() else escape(text)


def chips(request: SearchRequest, locale: Locale) -> list[Chip]:
    return [
        Chip(
            id=f"chip-{facet.key}-{value}",
            facet=title_of(facet, locale),
            label=facet.label(value, locale),
            address=request.without(facet.key, value).address(),
        )
        for facet in SUBJECT_FACETS
        for value in request.filters.get(facet.key, ())
    ]


def title_of(facet: Facet, locale: Locale) -> str:
    return facet.title_en if locale == "en" else facet.title


def _facet_views(request: SearchRequest, first_page: str, answer: SubjectAnswer, locale: Locale) -> list[FacetView]:
    """Those with something to choose; none where there is but one hit and nothing to undo."""
    if answer.total < WORTH_NARROWING and not request.filters:
        return []
    views = (_facet_view(facet, request, first_page, answer, locale) for facet in SUBJECT_FACETS)
    return [view for view in views if view.first]


def _facet_view(
    facet: Facet, request: SearchRequest, first_page: str, answer: SubjectAnswer, locale: Locale
) -> FacetView:
    values = request.filters.get(facet.key, ())
    found = answer.facets.get(facet.key, ())
    if facet.by_value:
        found = sorted(found, key=lambda each: each.value, reverse=True)
    counts = {str(each.value): each.count for each in found}
    given_up = [
        chosen(words_of(facet, value, locale), escaped(request.without(facet.key, value).address()), counts.get(value))
        for value in values
    ]
    # One address begins every value's that is not chosen: writing each anew would cost more than the search itself.
    start = escaped(f"{first_page}{'&' if '?' in first_page else '?'}{facet.key}=")
    offered = [
        choice(words_of(facet, value, locale), start, number) for value, number in counts.items() if value not in values
    ]
    shown = max(FACET_VALUES_SHOWN - len(given_up), 0)
    first, more = [*given_up, *offered[:shown]], offered[shown:]
    title = title_of(facet, locale)
    return FacetView(facet.key, title, _markup(first), _markup(more), len(more))


def _markup(items: Sequence[str]) -> Markup:
    return Markup("".join(items))  # noqa: S704  # `choice_items` escapes every part


def _on_page(first_page: str, number: int) -> str:
    """The address of a page, as `SearchRequest` writes it: the number stands last."""
    return first_page if number == 1 else f"{first_page}{'&' if '?' in first_page else '?'}page={number}"


def _page_links(request: SearchRequest, first_page: str, last: int) -> Iterable[PageLink]:
    current = min(request.page, last)
    near = range(max(1, current - PAGES_AROUND), min(last, current + PAGES_AROUND) + 1)
    before = 0
    for number in sorted({1, last, *near}):
        yield PageLink(
            number=number,
            address=_on_page(first_page, number),
            current=number == request.page,
            gap_before=number > before + 1,
        )
        before = number
