"""The declaration of an index as Elasticsearch's settings and mappings, and documents as it takes them.

Everything is analysed by us: what a field's terms are is settled in Python, and the cluster only splits at spaces. That
needs no plug-in and no script, and means the same on every engine.
"""

from collections.abc import Callable
from typing import Any

import orjson

from credit_search.answers import MAX_PAGE_SIZE, MAX_RESULTS
from credit_search.engines.elasticsearch.settings import ElasticsearchSettings
from credit_search.protocol import Document
from credit_search.schema import Field, FieldType, IndexSchema, runs

Encoder = Callable[[Any], Any]

# A deletion is remembered for longer than any write can be under way, so that none of an older version undoes it.
DELETIONS_REMEMBERED = "10m"


def index_body(schema: IndexSchema, settings: ElasticsearchSettings) -> dict[str, Any]:
    """What a new, empty index is created with."""
    return {
        "settings": {
            "index": {
                "number_of_shards": settings.elasticsearch_shards,
                "auto_expand_replicas": settings.elasticsearch_replicas,
                "refresh_interval": "-1",  # what is written is shown by a commit, and by nothing else
                "gc_deletes": DELETIONS_REMEMBERED,
                "max_result_window": MAX_RESULTS + MAX_PAGE_SIZE,
            }
        },
        "mappings": {
            "dynamic": "strict",
            "_source": {"enabled": False},  # a projection of the database is rebuilt from there
            "_meta": meta(0, settings.elasticsearch_shards),
            "properties": {field.name: _property(field, schema) for field in schema.fields},
        },
    }


def meta(cursor: int, shards: int) -> dict[str, int]:
    return {"cursor": cursor, "shards": shards}


def _property(field: Field, schema: IndexSchema) -> dict[str, Any]:
    counted = field.facet or field.sortable
    match field.type:
        case FieldType.KEYWORD:
            return {"type": "keyword", "doc_values": counted}
        case FieldType.TOKENS:
            return {"type": "text", "analyzer": "whitespace", "index_options": "freqs"}
        case FieldType.RUNS:
            return {"type": "text", "analyzer": "whitespace", "index_options": "docs"}
        case FieldType.NUMBER:
            return {"type": "long", "index": counted or field.name == schema.key}
        case FieldType.STORED:
            return {"type": "keyword", "index": False, "doc_values": False, "store": True}


class Encoding:
    """Documents of one index as lines of a bulk request."""

    def __init__(self, schema: IndexSchema) -> None:
        self._plan: list[tuple[str, Encoder | None]] = [(field.name, _encoder(field)) for field in schema.fields]

    def line(self, document: Document) -> bytes:
        found = {}
        for name, encode in self._plan:
            value = document.get(name)
            if value is not None:
                found[name] = encode(value) if encode else value
        return orjson.dumps(found)


def _encoder(field: Field) -> Encoder | None:
    match field.type:
        case FieldType.RUNS:
            return _runs_of(field.run)
        case FieldType.STORED:
            return bytes.decode
    return None


def _runs_of(length: int) -> Encoder:
    def encode(value: str | list[str]) -> str:
        texts = [value] if isinstance(value, str) else value
        return " ".join([run for text in texts for run in runs(text, length)])

    return encode
