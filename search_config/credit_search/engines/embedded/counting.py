"""Counts and sums over everything that a query matches, in one pass."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import tantivy

from credit_search.protocol import FacetCount

MOST_FACET_VALUES = 200

Counts = tuple[dict[str, list[FacetCount]], dict[str, int]]


def count(
    searcher: tantivy.Searcher,
    query: tantivy.Query,
    facets: Sequence[str],
    sums: Sequence[str],
    numbers: Collection[str],
) -> Counts:
    """The counts of each facet, greatest first, and each sum. `numbers` are the fields whose values are numbers."""
    if not facets and not sums:
        return {}, {}
    asked: dict[str, Any] = {name: {"terms": {"field": name, "size": MOST_FACET_VALUES}} for name in facets}
    asked |= {f"sum of {name}": {"sum": {"field": name}} for name in sums}
    counted = searcher.aggregate(query, asked)
    found = {
        name: [
            FacetCount(int(b["key"]) if name in numbers else str(b["key"]), b["doc_count"])
            for b in counted[name]["buckets"]
        ]
        for name in facets
    }
    return found, {name: round(counted[f"sum of {name}"]["value"] or 0) for name in sums}


def shares(facets: Sequence[str], sums: Sequence[str], parts: int) -> list[tuple[list[str], list[str]]]:
    """The facets and sums dealt out to so many parts, none of them empty."""
    dealt: list[tuple[list[str], list[str]]] = [
        (list(facets[part::parts]), list(sums[part::parts])) for part in range(parts)
    ]
    return [each for each in dealt if each[0] or each[1]]


def together(counts: Iterable[Counts]) -> Counts:
    """The counts of all parts."""
    counted: dict[str, list[FacetCount]] = {}
    summed: dict[str, int] = {}
    for facets, sums in counts:
        counted |= facets
        summed |= sums
    return counted, summed


def count_kept(
    kept: Sequence[Sequence[Any]], names: Sequence[str], facets: Sequence[str]
) -> dict[str, list[FacetCount]]:
    """The same counts from the kept facet values of every document that matches, in the order of `names`."""
    found = {}
    for facet in facets:
        place = names.index(facet)
        counter: Counter[str | int] = Counter()
        for values in kept:
            value = values[place]
            if isinstance(value, list):
                counter.update(set(value))
            elif value is not None:
                counter[value] += 1
        found[facet] = [FacetCount(value, count) for value, count in counter.most_common()]
    return found
