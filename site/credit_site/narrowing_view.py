"""What surrounds the results of any search, prepared for templates: facets, chips, orders and page numbers.

Facets are written out in Python, because a page holds a hundred values of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from credit_records.catalogue import Locale
from credit_search.answers import MAX_RESULTS
from credit_search.facets import Facet
from credit_search.protocol import FacetCount
from markupsafe import Markup

from credit_site.choice_items import choice, chosen, words_of
from credit_site.localisation import Say
from credit_site.quick_escaping import escaped
from credit_site.search_request import SearchRequest

FACET_VALUES_SHOWN = 8  # the rest opens on demand
FACET_VALUES_LISTED = 100  # beyond these, narrowing by something else finds a value sooner than reading on
PAGES_AROUND = 2


@dataclass(frozen=True, slots=True)
class FacetView:
    """`first` are shown at once, `more` on demand; `unlisted` is how many are in neither."""

    key: str
    title: str
    first: Markup
    more: Markup
    more_number: int
    unlisted: int


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
class Paging:
    """`links` are empty where there is but one page."""

    links: list[PageLink]
    previous: str | None
    next: str | None
    first_number: int
    last_page: int
    last_page_address: str


def paging(request: SearchRequest, total: int) -> Paging:
    last = max(1, -(-min(total, MAX_RESULTS) // request.size))
    first_page = request.on_page(1).address()
    return Paging(
        links=list(_page_links(request, first_page, last)) if last > 1 else [],
        previous=on_page(first_page, request.page - 1) if 1 < request.page <= last else None,
        next=on_page(first_page, request.page + 1) if request.page < last else None,
        first_number=(request.page - 1) * request.size + 1,
        last_page=last,
        last_page_address=on_page(first_page, last),
    )


def on_page(first_page: str, number: int) -> str:
    """The address of a page, as `SearchRequest` writes it: the number stands last."""
    return first_page if number == 1 else f"{first_page}{'&' if '?' in first_page else '?'}page={number}"


def _page_links(request: SearchRequest, first_page: str, last: int) -> Iterable[PageLink]:
    current = min(request.page, last)
    near = range(max(1, current - PAGES_AROUND), min(last, current + PAGES_AROUND) + 1)
    before = 0
    for number in sorted({1, last, *near}):
        yield PageLink(
            number=number,
            address=on_page(first_page, number),
            current=number == request.page,
            gap_before=number > before + 1,
        )
        before = number


def chips(facets: Iterable[Facet], request: SearchRequest, say: Say, locale: Locale) -> list[Chip]:
    """What is chosen, each with the address that gives it up."""
    found = [
        Chip(
            id=f"chip-{words_of(facet, value, locale).id}",
            facet=title_of(facet, locale),
            label=facet.label(value, locale),
            address=request.without(facet.key, value).address(),
        )
        for facet in facets
        for value in request.filters.get(facet.key, ())
    ]
    period = period_text(request, say)
    return [*found, Chip("chip-period", say("日期"), period, request.without_period().address())] if period else found


def period_text(request: SearchRequest, say: Say) -> str:
    """The period asked for, in words; empty where none is."""
    if request.since and request.until:
        return say("%(since)s 至 %(until)s") % {"since": request.since, "until": request.until}
    if request.since:
        return say("%(since)s 起") % {"since": request.since}
    return say("%(until)s 止") % {"until": request.until} if request.until else ""


def title_of(facet: Facet, locale: Locale) -> str:
    return facet.title_en if locale == "en" else facet.title


def facet_views(
    facets: Iterable[Facet], request: SearchRequest, counted: Mapping[str, Sequence[FacetCount]], locale: Locale
) -> list[FacetView]:
    """Those with something to choose or to give up."""
    first_page = request.on_page(1).address()
    views = (_facet_view(facet, request, first_page, counted.get(facet.key, ()), locale) for facet in facets)
    return [view for view in views if view.first]


def _facet_view(
    facet: Facet, request: SearchRequest, first_page: str, found: Sequence[FacetCount], locale: Locale
) -> FacetView:
    values = request.filters.get(facet.key, ())
    if facet.by_value:
        found = sorted(found, key=lambda each: each.value, reverse=True)
    counts = {str(each.value): each.count for each in found}
    given_up = [
        chosen(words_of(facet, value, locale), escaped(request.without(facet.key, value).address()), counts.get(value))
        for value in values
    ]
    # One address begins every value's that is not chosen: writing each anew would cost more than the search itself.
    start = escaped(f"{first_page}{'&' if '?' in first_page else '?'}{facet.key}=")
    listed = [item for item in counts.items() if item[0] not in values]
    offered = [choice(words_of(facet, value, locale), start, number) for value, number in listed[:FACET_VALUES_LISTED]]
    shown = max(FACET_VALUES_SHOWN - len(given_up), 0)
    first, more = [*given_up, *offered[:shown]], offered[shown:]
    return FacetView(
        facet.key,
        title_of(facet, locale),
        _markup(first),
        _markup(more),
        more_number=len(more),
        unlisted=len(listed) - len(offered),
    )


def _markup(items: Sequence[str]) -> Markup:
    return Markup("".join(items))  # noqa: S704  # `choice_items` escapes every part
