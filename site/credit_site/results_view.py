"""A page of results, prepared for its template: everything that is said of each hit, and what surrounds them.

Prepared here, and what there are many of as tuples, because a page holds a hundred of them and a template's own
expressions cost several times as much.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from credit_records.catalogue import Locale
from credit_search.answers import Nearness, SubjectAnswer, SubjectMatch
from credit_search.facets import SUBJECT_FACETS
from markupsafe import Markup, escape

from credit_site.narrowing_view import Chip, FacetView, Paging, chips, facet_views, paging
from credit_site.search_request import SORTS, SearchRequest
from credit_site.site import Site


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
class ResultsView:
    """`direct` is the one subject that the query stands for, offered above the hits and not among them."""

    direct: HitView | None
    hits: list[HitView]
    facets: list[FacetView]
    chips: list[Chip]
    sorts: list[tuple[str, str, bool]]
    paging: Paging


def results_view(site: Site, request: SearchRequest, answer: SubjectAnswer, locale: Locale) -> ResultsView:
    direct = next((match for match in answer.items if match.uscc == answer.direct), None)
    return ResultsView(
        direct=_hit_view(site, direct, locale)._replace(name=escape(direct.name)) if direct else None,
        hits=[_hit_view(site, match, locale) for match in answer.items if match is not direct],
        facets=facet_views(SUBJECT_FACETS, request, answer.facets, locale),
        chips=chips(SUBJECT_FACETS, request, site.say(locale), locale),
        sorts=[(sort, request.sorted_by(sort).address(), sort == request.sort) for sort in SORTS],
        paging=paging(request, answer.total),
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
