"""Clauses as Elasticsearch's queries."""

from collections.abc import Callable, Sequence
from typing import Any

from credit_search.clauses import All, Between, Clause, Everything, Filter, Filters, OneOf, Prefix, Some, Sort, Term
from credit_search.schema import IndexSchema

Query = dict[str, Any]

MOST_FACET_VALUES = 200
COUNTED_ON_EACH_SHARD = 1_000  # values: with more shards than one, what a facet's counts can be relied on for
SUM = "sum of "
# Lucene leaves the factor k1 + 1 out of BM25, which puts all scores at 1/2.2 of what they are elsewhere. Clauses that
# score alike are put there too, so that a sum of both orders documents as on any engine.
ALIKE = 1 / 2.2


def compiled(clause: Clause, filters: Filters = ()) -> Query:
    query = _compile(clause)
    if not filters:
        return query
    return {"bool": {"must": [query], "filter": [_compile(one) for one in filters]}}


def aggregations(facets: Sequence[str], sums: Sequence[str]) -> Query:
    counted = {
        name: {"terms": {"field": name, "size": MOST_FACET_VALUES, "shard_size": COUNTED_ON_EACH_SHARD}}
        for name in facets
    }
    return counted | {SUM + name: {"sum": {"field": name}} for name in sums}


def order(sort: Sort | None, schema: IndexSchema) -> list[Query]:
    """By score or by the field, and what is alike by key: the same on every copy of a shard, so pages fit together."""
    alike = {schema.key: "asc"}
    if sort is None:
        return [{"_score": "desc"}, alike]
    return [{sort.field: "desc" if sort.descending else "asc"}, alike]


def _term(term: Term) -> Query:
    return {"term": {term.field: {"value": term.value, "boost": term.boost}}}


def _one_of(clause: OneOf | Filter) -> Query:
    return {"terms": {clause.field: list(clause.values), "boost": ALIKE}}


def _prefix(clause: Prefix) -> Query:
    return {"prefix": {clause.field: {"value": clause.value, "boost": ALIKE}}}


def _between(clause: Between) -> Query:
    bounds = {"gte": clause.low or 0} | ({} if clause.high is None else {"lte": clause.high})
    return {"range": {clause.field: {**bounds, "boost": ALIKE}}}


def _all(clause: All) -> Query:
    return {"bool": {"must": list(map(_compile, clause.must)), "should": list(map(_compile, clause.should))}}


def _some(clause: Some) -> Query:
    return {"bool": {"should": list(map(_compile, clause.clauses)), "minimum_should_match": clause.at_least}}


def _everything(_: Everything) -> Query:
    return {"match_all": {"boost": ALIKE}}


_COMPILERS: dict[type, Callable[[Any], Query]] = {
    Term: _term,
    OneOf: _one_of,
    Filter: _one_of,
    Prefix: _prefix,
    Between: _between,
    All: _all,
    Some: _some,
    Everything: _everything,
}


def _compile(clause: Clause | Filter) -> Query:
    return _COMPILERS[type(clause)](clause)
