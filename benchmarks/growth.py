"""How time, space and answers grow with the number of subjects, on both engines, and the laws that they follow.

    python -m benchmarks.growth [--most 1000000] [--steps 3] [--records 300000] [--url URL] [--folder DIR] [--keep]

One fictional city grows from a hundred thousand subjects to `--most`; at each size it is loaded, indexed anew by
`chengxin rebuild` on each engine, and asked. Then a city with records is indexed, for what a record takes. Without
`--url` a node is started from jars. Everything is made under `--folder`, about 3 KB for each subject, and removed.
"""

import argparse
import asyncio
import csv
import json
import os
import random
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from credit_indexer.demo.codes import make_code
from credit_indexer.demo.commands import SEED
from credit_indexer.demo.subjects import FIELDS, FictionalSubject, SubjectMaker
from credit_indexer.demo.town import fictional_town
from credit_indexer.demo.vocabulary import read_vocabulary
from credit_records.catalogue import catalogue
from credit_records.settings import Settings
from credit_search.answers import SubjectQuery
from credit_search.engines import open_engine
from credit_search.record_search import RecordQuery, RecordSearch
from credit_search.subject_search import SubjectSearch

from benchmarks.city import REGISTRATIONS, Size, city_environment, city_settings, write_city
from benchmarks.figures import Figure, percentile, publish
from benchmarks.laws import fitted
from benchmarks.processes import CHENGXIN, run
from benchmarks.queries import COMMON
from benchmarks.search_node import some_node

LEAST = 100_000
ROUNDS, COMMON_ROUNDS, WARM_UP = 500, 60, 50
KEPT_SUBJECTS = 5_000  # of which queries are drawn
RECORD_SUBJECTS = 100_000
ENGINES = ("embedded", "elasticsearch")
MARKS = "甲乙丙丁戊己庚辛"  # tell apart the names of cities beyond the first


@dataclass
class Points:
    """What was measured at each count, by name, in the unit given."""

    part: str
    units: dict[str, str] = field(default_factory=dict)
    found: dict[str, list[tuple[int, float]]] = field(default_factory=dict)

    def add(self, name: str, count: int, value: float, unit: str) -> None:
        self.units[name] = unit
        self.found.setdefault(name, []).append((count, value))
        print(f"{count:>10,}  {name:55} {value:14,.3f} {unit}", flush=True)

    def figures(self) -> Iterator[Figure]:
        """Every point, then the law of each name that has several."""
        for name, points in self.found.items():
            for count, value in points:
                yield Figure(self.part, f"{name} at {count:,}", value, self.units[name])
        for name, points in self.found.items():
            if len(points) > 1:
                law = fitted(points)
                yield Figure(self.part, f"{name}, power of growth", law.power, "", note=str(law))


@dataclass(frozen=True)
class Place:
    """A data folder with the engine that searches it."""

    data_dir: Path
    engine: str
    url: str

    @property
    def environment(self) -> dict[str, str]:
        own = {"ENGINE": self.engine, "ELASTICSEARCH_URL": self.url, "ELASTICSEARCH_PREFIX": _prefix()}
        return city_environment(self.data_dir) | {f"CHENGXIN_{name}": value for name, value in own.items()}

    def settings(self) -> Settings:
        os.environ.update(self.environment)  # where an engine looks for settings of its own
        return city_settings(self.data_dir).model_copy(update={"engine": self.engine})


def main() -> None:
    arguments = _arguments()
    with (
        tempfile.TemporaryDirectory(prefix="chengxin-growth-", dir=arguments.folder) as folder,
        some_node(arguments.url, arguments.folder) as url,
    ):
        figures = [
            *measure_subjects(Path(folder) / "subjects", url, sizes(arguments.most, arguments.steps)),
            *measure_records(Path(folder) / "records", url, arguments.records),
        ]
    load = os.getloadavg()[2]
    figures.append(Figure("growth", "load of the machine, 15 minutes", load, "", note="2 cores; what else ran counts"))
    if arguments.keep:
        print(f"kept in {publish(figures, 'growth')}")


def sizes(most: int, steps: int) -> list[int]:
    """From the least to the most, each the same number of times the one before, rounded to thousands."""
    if most <= LEAST:
        return [most]
    factor = (most / LEAST) ** (1 / (steps - 1))
    return [round(LEAST * factor**step / 1_000) * 1_000 for step in range(steps)]


def measure_subjects(data_dir: Path, url: str, counts: Sequence[int]) -> Iterator[Figure]:
    points = Points("growth")
    subjects = made_subjects(counts[-1])
    known: list[FictionalSubject] = []
    written = 0
    for count in counts:
        path = _written(data_dir / f"{count}.csv", islice(subjects, count - written), known)
        took = run([CHENGXIN, "load", path], city_environment(data_dir))
        path.unlink()
        points.add("load, of what is new", count, (count - written) / took.seconds, "rows/s")
        points.add("database", count, _bytes(data_dir.glob("chengxin.db*")) / 1e6, "MB")
        written = count
        for engine in ENGINES:
            place = Place(data_dir, engine, url)
            _measure_index(points, place, "subjects", count)
            asyncio.run(_ask_subjects(points, place.settings(), known, count))
    _drop(url)
    return points.figures()


def measure_records(data_dir: Path, url: str, count: int) -> Iterator[Figure]:
    points = Points("growth, records")
    if count:
        files, _ = write_city(data_dir / "files", Size(min(RECORD_SUBJECTS, count), count))
        environment = city_environment(data_dir)
        run([CHENGXIN, "load", data_dir / "files" / REGISTRATIONS], environment)
        before = _bytes(data_dir.glob("chengxin.db*"))
        for kind, path in files.items():
            run([CHENGXIN, "load", "--kind", kind, path], environment)
        points.add("database", count, (_bytes(data_dir.glob("chengxin.db*")) - before) / 1e6, "MB")
        for engine in ENGINES:
            place = Place(data_dir, engine, url)
            _measure_index(points, place, "records", count)
            asyncio.run(_ask_records(points, place, count))
        _drop(url)
    return points.figures()


def made_subjects(count: int) -> Iterator[FictionalSubject]:
    """So many subjects with different names and codes: as many cities as that takes, told apart by a mark."""
    vocabulary = read_vocabulary()
    made = 0
    for turn in range(len(MARKS) + 1):
        maker = SubjectMaker(fictional_town(catalogue()), vocabulary, SEED + turn)
        for number, subject in enumerate(maker.subjects(min(maker.most, count - made))):
            yield _of_another_city(subject, turn, number) if turn else subject
        made += min(maker.most, count - made)
        if made == count:
            return
    message = f"there are names for {made:,} subjects"
    raise ValueError(message)


def _of_another_city(subject: FictionalSubject, turn: int, number: int) -> FictionalSubject:
    """Another name and code for a subject of the first city."""
    code = make_code(subject.uscc[:2], f"{629990 + turn}", number, year=int(subject.established[:4]))
    return replace(subject, name=subject.name[:2] + MARKS[turn - 1] + subject.name[2:], uscc=code)


def _written(path: Path, subjects: Iterator[FictionalSubject], known: list[FictionalSubject]) -> Path:
    """A delivery of them; some are remembered, to be asked for."""
    kind, rng = catalogue().kinds["registration"], random.Random(SEED)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([kind.by_name[name].title for name in FIELDS])
        for number, subject in enumerate(subjects):
            rows.writerow([getattr(subject, name) for name in FIELDS])
            if len(known) < KEPT_SUBJECTS:
                known.append(subject)
            elif rng.random() < KEPT_SUBJECTS / (number + KEPT_SUBJECTS):
                known[rng.randrange(KEPT_SUBJECTS)] = subject
    return path


def _measure_index(points: Points, place: Place, index: str, count: int) -> None:
    took = run([CHENGXIN, "rebuild", "--index", index], place.environment)
    points.add(f"{place.engine}: rebuild", count, took.seconds, "s")
    points.add(f"{place.engine}: memory of the indexer", count, took.peak / 1e6, "MB")
    points.add(f"{place.engine}: index", count, SIZES[place.engine](place, index) / 1e6, "MB")


async def _ask_subjects(points: Points, settings: Settings, known: Sequence[FictionalSubject], count: int) -> None:
    rng = random.Random(SEED)
    asked = rng.sample(known, min(ROUNDS + WARM_UP, len(known)))
    engine = open_engine(settings)
    search = SubjectSearch(engine, catalogue().city(settings.city).division)
    for name, queries in {
        "fragments": [_fragment(subject.name, rng) for subject in asked],
        "codes": [subject.uscc for subject in asked],
        "whole names": [subject.name for subject in asked],
        COMMON: [COMMON] * (COMMON_ROUNDS + WARM_UP),
    }.items():
        times = [await _timed(search, query) for query in queries][WARM_UP:]
        for share, title in ((0.5, "p50"), (0.99, "p99")):
            points.add(f"{settings.engine}: {name}, {title}", count, percentile(times, share), "ms")
    await engine.close()


async def _ask_records(points: Points, place: Place, count: int) -> None:
    rng = random.Random(SEED)
    with (place.data_dir / "files" / "administrative_penalty.csv").open(encoding="utf-8", newline="") as file:
        rows = list(islice(csv.DictReader(file), KEPT_SUBJECTS))
    facts = [row["违法事实"] for row in rng.sample(rows, min(ROUNDS + WARM_UP, len(rows)))]
    engine = open_engine(place.settings())
    search = RecordSearch(engine)
    times = []
    for text in facts:
        start = time.perf_counter()
        await search.search(RecordQuery(_fragment(text, rng)))
        times.append((time.perf_counter() - start) * 1000)
    await engine.close()
    for share, title in ((0.5, "p50"), (0.99, "p99")):
        points.add(f"{place.engine}: words of records, {title}", count, percentile(times[WARM_UP:], share), "ms")


async def _timed(search: SubjectSearch, query: str) -> float:
    start = time.perf_counter()
    await search.search(SubjectQuery(query))
    return (time.perf_counter() - start) * 1000


def _fragment(name: str, rng: random.Random) -> str:
    length = rng.randint(2, 5)
    start = rng.randrange(max(len(name) - length, 1))
    return name[start : start + length]


def _prefix() -> str:
    return f"growth_{os.getpid()}"


def _embedded_bytes(place: Place, index: str) -> int:
    """Of the live generation, which is the newest."""
    newest = max((place.data_dir / "index" / index).glob(f"{index}-*/"), key=lambda path: path.name.rpartition("-")[2])
    return _bytes(newest.rglob("*"))


def _cluster_bytes(place: Place, index: str) -> int:
    listed = _listed(place.url)
    newest = max((one for one in listed if f"-{index}-" in one["index"]), key=lambda one: one["creation.date"])
    return int(newest["pri.store.size"])


def _listed(url: str) -> list[dict[str, str]]:
    asked = f"{url}/_cat/indices/{_prefix()}-*?format=json&bytes=b&h=index,pri.store.size,creation.date"
    with urllib.request.urlopen(asked) as answer:
        found: list[dict[str, str]] = json.load(answer)
        return found


def _drop(url: str) -> None:
    for one in _listed(url):
        urllib.request.urlopen(urllib.request.Request(f"{url}/{one['index']}", method="DELETE")).close()


def _bytes(paths: Iterator[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--steps", type=int, default=3, help="sizes from the least to the most")
    parser.add_argument("--records", type=int, default=300_000, help="0: none")
    parser.add_argument("--url", default=os.environ.get("ELASTICSEARCH_URL"))
    parser.add_argument(
        "--folder", type=Path, help="where there is room; the system's folder of temporary files if not"
    )
    parser.add_argument("--keep", action="store_true", help="keep the figures in benchmarks/results")
    return parser.parse_args()


SIZES: dict[str, Callable[[Place, str], int]] = {"embedded": _embedded_bytes, "elasticsearch": _cluster_bytes}


if __name__ == "__main__":
    main()
