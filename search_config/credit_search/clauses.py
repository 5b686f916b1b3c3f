"""A query as every engine understands it: a small tree of clauses that says nothing of any engine."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """Documents whose field holds exactly this value."""

    field: str
    value: str | int
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class OneOf:
    """Documents whose field holds one of these values; all score alike."""

    field: str
    values: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """Documents with a term of this field that begins so; all score alike."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Between:
    """Documents whose number lies in [low, high]; all score alike. None leaves that end open."""

    field: str
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Every clause of `must` holds; a clause of `should` only lifts the score."""

    must: tuple["Clause", ...]
    should: tuple["Clause", ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """At least `at_least` of the clauses hold; each that does adds to the score."""

    clauses: tuple["Clause", ...]
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class Everything:
    """Every document, all alike."""


Clause = Term | OneOf | Prefix | Between | All | Some | Everything


@dataclass(frozen=True, slots=True)
class Filter:
    """Keeps documents whose field holds one of the values; never scores."""

    field: str
    values: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Sort:
    """By a sortable field, or by the key, instead of by score."""

    field: str
    descending: bool = True


Filters = Sequence[Filter | Between]
