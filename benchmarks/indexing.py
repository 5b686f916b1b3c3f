"""Our indexing beside the bare tantivy writer, which is handed the same documents ready made."""

import asyncio
import tempfile
import time
from pathlib import Path

from credit_indexer.projection import Projection
from credit_records.catalogue import catalogue
from credit_records.changes import SubjectRow, all_subject_rows
from credit_records.database import open_database
from credit_records.settings import Settings
from credit_search.engines.embedded.engine import EmbeddedEngine
from credit_search.engines.embedded.writer import THREADS
from credit_search.schema import SUBJECTS

from benchmarks.bare import engine_seconds
from benchmarks.figures import Figure

SUBJECTS_MEASURED = 300_000  # what fits in memory as ready documents
BATCH = 10_000


def measure(settings: Settings) -> list[Figure]:
    """Both write the same subjects, which are read beforehand."""
    projection = Projection(catalogue().city(settings.city).division)
    rows = _rows(settings)
    ours = asyncio.run(_ours(rows, projection))
    batches = (projection.documents(rows[first : first + BATCH]) for first in range(0, len(rows), BATCH))
    bare = engine_seconds(SUBJECTS, [document for batch in batches for document in batch])
    note = f"{len(rows):,} subjects, {THREADS} threads"
    return [
        Figure("index", "bare tantivy writer, ready documents", len(rows) / bare, "documents/s", note=note),
        Figure("index", "ours, analysis included", len(rows) / ours, "documents/s", note=note),
    ]


def _rows(settings: Settings) -> list[SubjectRow]:
    with open_database(settings, read_only=True).connect() as connection:
        return all_subject_rows(connection, 0, SUBJECTS_MEASURED)


async def _ours(rows: list[SubjectRow], projection: Projection) -> float:
    with tempfile.TemporaryDirectory() as folder:
        engine = EmbeddedEngine(Path(folder))
        start = time.perf_counter()
        writer = await engine.writer(SUBJECTS)
        for first in range(0, len(rows), BATCH):
            await writer.write(projection.documents(rows[first : first + BATCH]), [])
        await writer.commit(1)
        seconds = time.perf_counter() - start
        await writer.close()
    return seconds
