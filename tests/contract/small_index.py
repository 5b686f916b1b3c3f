"""A small index that has a field of every type, and a plain reading of clauses to compare engines with."""

import json
from typing import Any

from credit_search.clauses import All, Between, Clause, Everything, Filter, OneOf, Prefix, Some, Term
from credit_search.protocol import Engine
from credit_search.schema import Field, FieldType, IndexSchema, runs

SMALL = IndexSchema(
    name="small",
    key="id",
    fields=(
        Field("id", FieldType.NUMBER),
        Field("version", FieldType.NUMBER),
        Field("code", FieldType.KEYWORD),
        Field("grams", FieldType.TOKENS),
        Field("names", FieldType.RUNS, run=2),
        Field("region", FieldType.KEYWORD, facet=True),
        Field("year", FieldType.NUMBER, facet=True, sortable=True),
        Field("shown", FieldType.STORED),
    ),
)


def document(
    number: int,
    grams: str,
    *,
    names: str | list[str] = "",
    version: int = 1,
    code: str = "",
    region: str = "",
    year: int = 0,
) -> dict:
    made: dict[str, Any] = {
        "id": number,
        "version": version,
        "code": code or f"c{number}",
        "grams": grams,
        "names": names,
        "year": year,
        "shown": json.dumps([number, grams]).encode(),
    }
    if region:
        made["region"] = region
    return made


async def filled(engine: Engine, *documents: dict, cursor: int = 1) -> None:
    """Write to the live generation, which is made where there is none, and leave no writer open."""
    writer = await engine.writer(SMALL)
    await writer.write(documents, ())
    await writer.commit(cursor)
    await writer.close()


def holds(clause: Clause | Filter, found: dict[str, Any]) -> bool:
    """What a clause means, said without an engine."""
    match clause:
        case All(must, _):
            return all(holds(part, found) for part in must)
        case Some(clauses, at_least):
            return sum(holds(part, found) for part in clauses) >= at_least
        case Everything():
            return True
    return any(_fits(clause, term) for term in _terms(found, clause.field))


def _fits(clause: Term | OneOf | Filter | Prefix | Between, term: Any) -> bool:
    match clause:
        case Term(_, value, _):
            return bool(term == value)
        case Prefix(_, value):
            return str(term).startswith(value)
        case Between(_, low, high):
            return (low or 0) <= term <= (float("inf") if high is None else high)
    return term in clause.values


def _terms(found: dict[str, Any], field: str) -> list[Any]:
    value = found.get(field, [])
    declared = SMALL.field(field)
    if declared.type is FieldType.RUNS:
        return [run for text in (value if isinstance(value, list) else [value]) for run in runs(text, declared.run)]
    if declared.type is FieldType.TOKENS:
        return str(value).split()
    return value if isinstance(value, list) else [value]
