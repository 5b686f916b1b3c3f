"""Reading and checking in a process of its own, one batch ahead of the recording."""

from collections.abc import Iterator

from credit_records.catalogue import Kind, catalogue
from credit_records.checking import Checker

from credit_indexer.packing import CheckedBatch, Packed, pack, unpack
from credit_indexer.second_process import ahead
from credit_indexer.sources.source import Source

WORTHWHILE_ROWS = 50_000  # below this a second process takes longer to start than it saves


def checked_batches(source: Source, kind: Kind, checker: Checker) -> Iterator[CheckedBatch]:
    """Every batch of the source, checked: here, or where the file is large, in a second process."""
    if source.expected_rows < WORTHWHILE_ROWS:
        return _check(source, checker)
    return map(unpack, ahead(packed_batches, source, kind.name))


def packed_batches(source: Source, kind_name: str) -> Iterator[Packed]:
    """Every batch of the source, checked and packed."""
    return map(pack, _check(source, Checker(catalogue().kinds[kind_name], source.fields)))


def _check(source: Source, checker: Checker) -> Iterator[CheckedBatch]:
    for batch in source.batches():
        yield checker.check(batch.numbers, batch.rows), batch.broken
