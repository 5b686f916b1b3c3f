"""Whether two engines tell a person the same: the first result, the first ten, and the counts of every facet.

What is asked are the ways in which people misremember a name or code (`benchmarks.relevance.variants`).
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from credit_search.answers import SubjectAnswer, SubjectQuery
from credit_search.subject_search import SubjectSearch

from benchmarks.relevance.variants import VARIANTS

SEED = 5
DEPTH = 10


@dataclass
class Parity:
    """How many queries were asked and how many were answered alike; `differing` holds those that were not.

    Facets are counts of everything that matches, so they are compared where something does: what is only similar is
    chosen from a pool whose last places may go to others that are just as near.
    """

    asked: int = 0
    counted: int = 0
    same_first: int = 0
    same_ten: int = 0
    same_facets: int = 0
    differing: list[str] = field(default_factory=list)

    def add(self, query: str, one: SubjectAnswer, other: SubjectAnswer) -> None:
        self.asked += 1
        first = [_codes(answer)[:1] for answer in (one, other)]
        ten = [set(_codes(answer)) for answer in (one, other)]
        self.same_first += first[0] == first[1]
        self.same_ten += ten[0] == ten[1]
        if not one.similar_only and not other.similar_only:
            self.counted += 1
            self.same_facets += one.total == other.total and _facets(one) == _facets(other)
        if first[0] != first[1] or ten[0] != ten[1]:
            self.differing.append(query)


def queries_of(subjects: Sequence[tuple[str, str]]) -> list[str]:
    """Every variant of every (name, code)."""
    rng = random.Random(SEED)
    found: dict[str, None] = {}
    for name, code in subjects:
        for variant in VARIANTS:
            query = variant.rule(name if variant.of == "name" else code, rng)
            if query:
                found[query] = None
    return list(found)


async def compare(one: SubjectSearch, other: SubjectSearch, queries: Sequence[str]) -> Parity:
    parity = Parity()
    for query in queries:
        asked = SubjectQuery(query, size=DEPTH)
        parity.add(query, await one.search(asked), await other.search(asked))
    return parity


def _codes(answer: SubjectAnswer) -> list[str]:
    return [item.uscc for item in answer.items]


def _facets(answer: SubjectAnswer) -> dict[str, set[tuple[str | int, int]]]:
    return {key: {(count.value, count.count) for count in counts} for key, counts in answer.facets.items()}
