"""Inspection: a file is read through once, and refused as a whole, before any of it is recorded."""

from collections.abc import Callable, Mapping
from pathlib import Path

from credit_records.catalogue import Kind

from credit_indexer.sources.bytestream import ByteStream
from credit_indexer.sources.delimited import inspect_delimited
from credit_indexer.sources.formats import Format, recognise
from credit_indexer.sources.headers import HeaderMatcher
from credit_indexer.sources.json_lines import inspect_json_lines
from credit_indexer.sources.parquet import inspect_parquet
from credit_indexer.sources.source import Source
from credit_indexer.sources.workbook import inspect_workbook

INSPECTORS: Mapping[Format, Callable[[ByteStream, HeaderMatcher], Source]] = {
    Format.DELIMITED: inspect_delimited,
    Format.JSON_LINES: inspect_json_lines,
    Format.PARQUET: lambda stream, matcher: inspect_parquet(stream.path, matcher),
    Format.WORKBOOK: lambda stream, matcher: inspect_workbook(stream.path, matcher),
}


def inspect(path: Path, kind: Kind) -> Source:
    """The file, ready to be read; an UnreadableFileError with a sentence for its sender where it cannot be."""
    found, stream = recognise(path)
    return INSPECTORS[found](stream, HeaderMatcher(kind))
