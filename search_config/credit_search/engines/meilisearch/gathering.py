"""Questions for documents that share enough of many terms, which no filter expression of a bearable length asks.

Whatever shares seven terms of thirty shares three of any twenty-six of them. So the documents that share three of the
rarest are fetched with their terms, and weighed here: each term by how rare it is.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from credit_search.clauses import All, Between, Clause, Everything, OneOf, Prefix, Some, Term
from credit_search.engines.meilisearch.conditions import Conditions, ways
from credit_search.engines.meilisearch.words import written

MOST_WAYS = 600  # parts of an expression
MOST_GATHERED = 1_000  # documents

Found = Mapping[str, Any]
"""A document as it was written: an attribute is a number, a word or a list of words."""


def is_wide(clause: Clause) -> bool:
    """Whether this has to be gathered."""
    return isinstance(clause, Some) and ways(clause.at_least, len(clause.clauses)) > MOST_WAYS


def candidates(conditions: Conditions, clause: Some, counts: Sequence[int]) -> str:
    """An expression for every document of the clause, and for few others. `counts`: how many documents have each."""
    rarest = [part for _, _, part in sorted(zip(counts, range(len(counts)), clause.clauses, strict=True))]
    missed = len(rarest) - clause.at_least
    shared = max(
        (count for count in range(1, clause.at_least + 1) if ways(count, missed + count) <= MOST_WAYS), default=1
    )
    return conditions.at_least(shared, rarest[: missed + shared])


def weighed(
    clause: Some, counts: Sequence[int], total: int, found: Sequence[dict[str, Any]]
) -> list[tuple[float, dict[str, Any]]]:
    """Those for which the clause holds, each with its weight. `total`: all documents that there are."""
    weights = [math.log(1 + total / (count + 1)) for count in counts]
    kept = []
    for document in found:
        held = [weight for part, weight in zip(clause.clauses, weights, strict=True) if holds(part, document)]
        if len(held) >= clause.at_least:
            kept.append((sum(held), document))
    return kept


def holds(clause: Clause, found: Found) -> bool:
    """Whether a clause holds for a document."""
    return _HELD[type(clause)](clause, found)


def _values(found: Found, field: str) -> list[Any]:
    value = found.get(field, [])
    return value if isinstance(value, list) else [value]


def _as_written(value: str | int) -> str | int:
    return written(value) if isinstance(value, str) else value


def _between(clause: Between, found: Found) -> bool:
    high = math.inf if clause.high is None else clause.high
    return any((clause.low or 0) <= value <= high for value in _values(found, clause.field))


_HELD: dict[type, Callable[[Any, Found], bool]] = {
    Term: lambda clause, found: _as_written(clause.value) in _values(found, clause.field),
    OneOf: lambda clause, found: not {_as_written(v) for v in clause.values}.isdisjoint(_values(found, clause.field)),
    Prefix: lambda clause, found: any(v.startswith(written(clause.value)) for v in _values(found, clause.field)),
    Between: _between,
    All: lambda clause, found: all(holds(part, found) for part in clause.must),
    Some: lambda clause, found: sum(holds(part, found) for part in clause.clauses) >= clause.at_least,
    Everything: lambda _, __: True,
}
