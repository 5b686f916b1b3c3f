"""Searches over the records of a whole city, with all facets, totals and sums; and over its subjects beside them."""

import asyncio
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from credit_records.catalogue import catalogue
from credit_records.settings import Settings
from credit_search.answers import SubjectQuery
from credit_search.engines import open_engine
from credit_search.record_search import RecordQuery, RecordSearch
from credit_search.subject_search import SubjectSearch

from benchmarks.city import city_settings
from benchmarks.figures import Figure, percentile

ROUNDS, WARM_UP = 1_000, 100
MOST_P99 = 25.0  # ms, over both indexes
SEED = 4
CHARACTERS = frozenset(chr(code) for code in range(0x4E00, 0x9FA6))

Ask = Callable[[], Awaitable[object]]


def measure(data_dir: Path) -> list[Figure]:
    return asyncio.run(_measure(city_settings(data_dir)))


async def _measure(settings: Settings) -> list[Figure]:
    engine = open_engine(settings)
    records = RecordSearch(engine)
    subjects = SubjectSearch(engine, catalogue().city(settings.city).division)
    drawn = _Drawn(settings.data_dir)
    words, filters = drawn.words(), drawn.filters()
    asked: dict[str, Sequence[Ask]] = {
        "records, words": [partial(records.search, RecordQuery(q)) for q in words],
        "records, words and filters": [
            partial(records.search, RecordQuery(q, filters=f)) for q, f in zip(words, filters, strict=True)
        ],
        "records, filters alone": [partial(records.search, RecordQuery(filters=f)) for f in filters],
        "records, document numbers": [partial(records.search, RecordQuery(q)) for q in drawn.numbers()],
        "subjects, parts of names": [partial(subjects.search, SubjectQuery(q)) for q in drawn.names()],
    }
    figures: list[Figure] = []
    for name, questions in asked.items():
        times = [await _timed(ask) for ask in questions][WARM_UP:]
        note = f"n = {len(times):,}, all facets"
        figures += [
            Figure("record search", f"{name}, p50", percentile(times, 0.50), "ms", note=note),
            Figure("record search", f"{name}, p99", percentile(times, 0.99), "ms", most=MOST_P99),
        ]
    return figures


async def _timed(ask: Ask) -> float:
    start = time.perf_counter()
    await ask()
    return (time.perf_counter() - start) * 1000


class _Drawn:
    """What people type, drawn from the records themselves by a fixed seed."""

    def __init__(self, data_dir: Path) -> None:
        with closing(sqlite3.connect(data_dir / "chengxin.db")) as connection:
            last = connection.execute("SELECT max(id) FROM record").fetchone()[0]
            wanted = random.Random(SEED).sample(range(1, last + 1), min(last, 8 * (ROUNDS + WARM_UP)))
            asked = (
                "SELECT r.kind, r.fields, r.document_number, r.decision_date, s.name FROM record r"
                " JOIN subject s ON s.id = r.subject_id WHERE r.id = ? AND r.version > 0 AND r.state = 'published'"
            )
            found = (connection.execute(asked, (number,)).fetchone() for number in wanted)
            self._rows = [row for row in found if row][: ROUNDS + WARM_UP]

    def words(self) -> list[str]:
        """Two to five characters from inside what a record says."""
        rng = random.Random(SEED)
        return [_fragment("".join(c if c in CHARACTERS else " " for c in row[1]), rng) for row in self._rows]

    def names(self) -> list[str]:
        rng = random.Random(SEED)
        return [_fragment(row[4], rng) for row in self._rows]

    def numbers(self) -> list[str]:
        return [row[2] or row[4] for row in self._rows]

    def filters(self) -> list[dict[str, tuple[str, ...]]]:
        rng = random.Random(SEED)
        return [
            {"kind": (row[0],), **({"year": (row[3][:4],)} if row[3] and rng.random() < 0.5 else {})}
            for row in self._rows
        ]


def _fragment(text: str, rng: random.Random) -> str:
    """A part of one of the text's words."""
    words = [word for word in text.split() if len(word) > 1]
    word = rng.choice(words) if words else text
    length = rng.randint(2, 5)
    start = rng.randrange(max(len(word) - length, 1))
    return word[start : start + length]
