"""A small index that has a field of every type, and a plain reading of clauses to compare engines with."""

import json
from typing import Any

from credit_search.clauses import All, Clause, Everything, Filter, OneOf, Prefix, Some, Term
from credit_search.protocol import Engine
from credit_search.schema import Field, FieldType, IndexSchema

SMALL = IndexSchema(
    name="small",
    key="id",
    fields=(
        Field("id", FieldType.NUMBER),
        Field("version", FieldType.NUMBER),
        Field("code", FieldType.KEYWORD),
        Field("grams", FieldType.TOKENS),
        Field("region", FieldType.KEYWORD, facet=True),
        Field("year", FieldType.NUMBER, facet=True, sortable=True),
        Field("shown", FieldType.STORED),
    ),
)


def document(number: int, grams: str, *, version: int = 1, code: str = "", region: str = "", year: int = 0) -> dict:
    made: dict[str, Any] = {
        "id": number,
        "version": version,
        "code": code or f"c{number}",
        "grams": grams,
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
        case Everything():
            return True
        case Term(field, value, _):
            return value in _terms(found, field)
        case OneOf(field, values) | Filter(field, values):
            return any(value in _terms(found, field) for value in values)
        case Prefix(field, value):
            return any(str(term).startswith(value) for term in _terms(found, field))
        case All(must, _):
            return all(holds(part, found) for part in must)
        case Some(clauses, at_least):
            return sum(holds(part, found) for part in clauses) >= at_least
    raise AssertionError(clause)


def _terms(found: dict[str, Any], field: str) -> list[Any]:
    value = found.get(field, [])
    if SMALL.field(field).type is FieldType.TOKENS:
        return str(value).split()
    return value if isinstance(value, list) else [value]
