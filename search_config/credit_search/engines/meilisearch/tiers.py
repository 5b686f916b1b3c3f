"""The order of what a filter finds, which itself has none: tier after tier, by what of the optional holds too.

What lifts a document elsewhere by its score, lifts it here into a higher tier. Every document is in one tier and one
alone, so that pages fit together; within a tier the shorter comes first, then the smaller key.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from credit_search.clauses import All, Clause, Some, Term
from credit_search.engines.meilisearch.conditions import Conditions, both, neither

MOST_LIFTS = 3  # the weightiest: their combinations are eight tiers, each a query of its own


@dataclass(frozen=True, slots=True)
class Lift:
    """A clause that need not hold, and what it adds where it does."""

    clause: Clause
    weight: float


def lifts(clause: Clause) -> list[Lift]:
    """What orders the documents of a clause, weightiest first."""
    found: dict[Clause, float] = {}
    for lift in _within(clause):
        found.setdefault(lift.clause, lift.weight)
    ordered = sorted(found.items(), key=lambda each: -each[1])
    return [Lift(each, weight) for each, weight in ordered[:MOST_LIFTS]]


def tiers(conditions: Conditions, base: str, found: Sequence[Lift]) -> list[str]:
    """The expression of each tier, highest first; together they hold for just what `base` holds for."""
    combinations = sorted(
        product((True, False), repeat=len(found)),
        key=lambda held: -sum(lift.weight for lift, holds in zip(found, held, strict=True) if holds),
    )
    return [both(base, *_parts(conditions, found, held)) for held in combinations]


def _parts(conditions: Conditions, found: Sequence[Lift], held: Sequence[bool]) -> Iterator[str]:
    for lift, holds in zip(found, held, strict=True):
        condition = conditions.of(lift.clause)
        yield condition if holds else neither(condition)


def _within(clause: Clause) -> Iterator[Lift]:
    match clause:
        case All(must, should):
            for part in must:
                yield from _within(part)
            yield from _optional(should)
        case Some(clauses, at_least) if at_least < len(clauses):
            yield from _optional(clauses)
        case Some(clauses):
            for part in clauses:
                yield from _within(part)


def _optional(clauses: Sequence[Clause]) -> Iterator[Lift]:
    for part in clauses:
        yield Lift(part, part.boost if isinstance(part, Term) else 1.0)
        yield from _within(part)
