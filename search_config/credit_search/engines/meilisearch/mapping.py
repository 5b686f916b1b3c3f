"""The declaration of an index as Meilisearch's settings, and documents as it takes them.

Meilisearch's own search of texts is not asked: it looks at ten words, cuts Chinese by a dictionary, and can't say "so
many of these". Every term is a value to filter by instead, and so is every bit of a number that may be summed.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson

from credit_search.engines.meilisearch.words import written
from credit_search.protocol import Document
from credit_search.schema import Field, FieldType, IndexSchema, runs

Encoder = Callable[[Any], Any]

TERMS = "terms"  # how many terms a document has in all: of two that match alike, the shorter comes first
_NOTHING = "nothing"  # an attribute that no document has
MOST_FACET_VALUES = 200
MOST_COUNTED = 1_000_000_000  # documents; Meilisearch counts no further than this
SEARCH_MILLISECONDS = 60_000  # beyond any limit of ours: stopped before, it answers with less and does not say so


def bits(field: str) -> str:
    """The attribute that holds which bits of a number are set.

    Meilisearch counts documents by value and sums nothing. The sum is that of every bit times how often it is set.
    """
    return f"{field}_bits"


def is_counted(field: Field) -> bool:
    return field.facet or field.sortable


def index_settings(schema: IndexSchema) -> dict[str, Any]:
    """What a new, empty index is set to."""
    return {
        "searchableAttributes": [_NOTHING],
        "displayedAttributes": ["*"],
        "filterableAttributes": _filterable(schema),
        "sortableAttributes": [field.name for field in schema.fields if field.sortable] + [TERMS, schema.key],
        "rankingRules": ["sort"],
        "typoTolerance": {"enabled": False},  # a slip is what `near_misses`, sounds and pairs are for
        "pagination": {"maxTotalHits": MOST_COUNTED},
        "faceting": {"maxValuesPerFacet": MOST_FACET_VALUES, "sortFacetValuesBy": {"*": "count"}},
        "searchCutoffMs": SEARCH_MILLISECONDS,
    }


def _filterable(schema: IndexSchema) -> list[dict[str, Any]]:
    """What each attribute is asked, and no more: whatever else it could answer costs room and time to index."""
    words = [f for f in schema.fields if f.type in (FieldType.KEYWORD, FieldType.TOKENS, FieldType.RUNS)]
    numbers = [f for f in schema.fields if f.type is FieldType.NUMBER and (is_counted(f) or f.name == schema.key)]
    summed = [bits(field.name) for field in numbers if is_counted(field)]
    facets = [field.name for field in words if field.facet]
    plain = [field.name for field in words if not field.facet]
    rules = [
        _asked([*facets, *summed], facet=True),
        _asked(plain),
        _asked([field.name for field in numbers], facet=True, comparison=True),
    ]
    return [rule for rule in rules if rule["attributePatterns"]]


def _asked(names: Sequence[str], *, facet: bool = False, comparison: bool = False) -> dict[str, Any]:
    filtered = {"equality": True, "comparison": comparison}
    return {"attributePatterns": list(names), "features": {"facetSearch": facet, "filter": filtered}}


class Encoding:
    """Documents of one index as lines of JSON."""

    def __init__(self, schema: IndexSchema) -> None:
        self._plan = [(field, _encoder(field)) for field in schema.fields]

    def line(self, document: Document) -> bytes:
        found: dict[str, Any] = {}
        terms = 0
        for field, encode in self._plan:
            value = document.get(field.name)
            if value is None:
                continue
            found[field.name] = made = encode(value)
            if field.type in (FieldType.RUNS, FieldType.TOKENS):
                terms += len(made)
            elif field.type is FieldType.NUMBER and is_counted(field):
                found[bits(field.name)] = _bits_of(value)
        found[TERMS] = terms
        return orjson.dumps(found, option=orjson.OPT_APPEND_NEWLINE)


def _encoder(field: Field) -> Encoder:
    match field.type:
        case FieldType.KEYWORD:
            return _keyword
        case FieldType.TOKENS:
            return lambda value: _words(value.split())
        case FieldType.RUNS:
            return lambda value: _words(run for text in _listed(value) for run in runs(text, field.run))
        case FieldType.NUMBER:
            return int
        case FieldType.STORED:
            return bytes.decode


def _keyword(value: str | list[str]) -> str | list[str]:
    return written(value) if isinstance(value, str) else _words(value)


def _words(terms: Iterable[str]) -> list[str]:
    return [written(term) for term in dict.fromkeys(terms)]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _bits_of(number: int) -> list[int]:
    return [place for place in range(number.bit_length()) if number >> place & 1]
