"""Clauses as Meilisearch's filter expressions. They hold or don't; the order of what they find is made in `tiers`."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from credit_search.clauses import All, Between, Clause, Everything, Filter, Filters, OneOf, Prefix, Some, Term
from credit_search.engines.meilisearch.words import written
from credit_search.schema import IndexSchema


def both(*conditions: str) -> str:
    return conditions[0] if len(conditions) == 1 else " AND ".join(f"({each})" for each in conditions)


def either(conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else " OR ".join(f"({each})" for each in conditions)


def neither(condition: str) -> str:
    return f"NOT ({condition})"


def ways(count: int, among: int) -> int:
    """How many parts the expression has that says that so many hold among so many."""
    return math.comb(among, max(count - 1, 0))


class Conditions:
    """Writes the expressions for one index."""

    def __init__(self, schema: IndexSchema) -> None:
        self._everything = f"{schema.key} >= 0"
        self._nothing = f"{schema.key} < 0"
        self._writers: dict[type, Callable[[Any], str]] = {
            Term: self._term,
            OneOf: self._one_of,
            Filter: self._one_of,
            Prefix: self._prefix,
            Between: self._between,
            All: self._all,
            Some: self._some,
            Everything: lambda _: self._everything,
        }

    def of(self, clause: Clause, filters: Filters = ()) -> str:
        """The expression that holds for the documents of a clause, and of every filter."""
        return both(self._write(clause), *map(self._write, filters))

    def at_least(self, count: int, clauses: Sequence[Clause]) -> str:
        """So many of the clauses hold. It is as long as there are ways to choose them but one: see `ways`."""
        if count <= 0:
            return self._everything
        if count > len(clauses):
            return self._nothing
        if count == 1:
            return either([self._write(one) for one in _together(clauses)])
        firsts = range(len(clauses) - count + 1)
        return either([both(self._write(clauses[i]), self.at_least(count - 1, clauses[i + 1 :])) for i in firsts])

    def _write(self, clause: Clause | Filter) -> str:
        return self._writers[type(clause)](clause)

    def _term(self, term: Term) -> str:
        return f"{term.field} = {_value(term.value)}"

    def _one_of(self, clause: OneOf | Filter) -> str:
        if not clause.values:
            return self._nothing
        return f"{clause.field} IN [{','.join(map(_value, clause.values))}]"

    def _prefix(self, clause: Prefix) -> str:
        return f"{clause.field} STARTS WITH {_value(clause.value)}"

    def _between(self, clause: Between) -> str:
        lower = f"{clause.field} >= {clause.low or 0}"
        return lower if clause.high is None else both(lower, f"{clause.field} <= {clause.high}")

    def _all(self, clause: All) -> str:
        return both(*map(self._write, clause.must)) if clause.must else self._everything

    def _some(self, clause: Some) -> str:
        return self.at_least(clause.at_least, clause.clauses)


def _value(value: str | int) -> str:
    return str(value) if isinstance(value, int) else f'"{written(value)}"'


def _together(clauses: Sequence[Clause]) -> list[Clause]:
    """The same alternatives, terms of one field as one clause."""
    values: dict[str, list[str | int]] = {}
    others: list[Clause] = []
    for clause in clauses:
        if isinstance(clause, Term):
            values.setdefault(clause.field, []).append(clause.value)
        else:
            others.append(clause)
    return [OneOf(field, tuple(found)) for field, found in values.items()] + others
