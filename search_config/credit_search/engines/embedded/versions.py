"""What an index holds: its keys, and pairs of key and version."""

from collections.abc import Iterator

import tantivy
from tantivy import FieldType as NativeType
from tantivy import Occur, Query

from credit_search.schema import IndexSchema

SCAN_STEP = 50_000  # keys looked at together


def highest_key(searcher: tantivy.Searcher, schema: IndexSchema) -> int:
    """The greatest key of all documents; 0 where there is none."""
    asked = {"highest": {"max": {"field": schema.key}}}
    return int(searcher.aggregate(Query.all_query(), asked)["highest"]["value"] or 0)


def keys_within(
    searcher: tantivy.Searcher, native: tantivy.Schema, schema: IndexSchema, query: tantivy.Query, start: int
) -> list[int]:
    """The keys from `start` on, within a step of the scan, of what the query matches; ascending."""
    within = Query.range_query(native, schema.key, NativeType.Unsigned, start, start + SCAN_STEP - 1)
    both = Query.boolean_query([(Occur.Must, Query.const_score_query(query, 0.0)), (Occur.Must, within)])
    addresses = [address for _, address in searcher.search(both, SCAN_STEP, count=False).hits]
    return sorted(int(key or 0) for key in searcher.fast_field_values(schema.key, addresses))


def versions_of(searcher: tantivy.Searcher, native: tantivy.Schema, schema: IndexSchema) -> Iterator[tuple[int, int]]:
    """Every (key, version) that the searcher sees."""
    for start in range(0, highest_key(searcher, schema) + 1, SCAN_STEP):
        within = Query.range_query(native, schema.key, NativeType.Unsigned, start, start + SCAN_STEP - 1)
        addresses = [address for _, address in searcher.search(within, SCAN_STEP, count=False).hits]
        keys = searcher.fast_field_values(schema.key, addresses)
        versions = searcher.fast_field_values("version", addresses)
        for key, version in zip(keys, versions, strict=True):
            yield int(key or 0), int(version or 0)
