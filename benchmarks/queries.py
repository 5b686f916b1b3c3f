"""Queries as people make them, drawn from the real names by a fixed seed; every one different."""

import csv
import gzip
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq

SEED = 3
COMMON = "有限公司"


class RealNames:
    """Names and codes of the real files, to draw from."""

    def __init__(self, folder: Path) -> None:
        table = pq.read_table(folder / "national_names.parquet", columns=["企业名称", "统一社会信用代码"])
        pairs = list(zip(*(table[name].to_pylist() for name in table.column_names), strict=True))
        with gzip.open(folder / "lanzhou_enterprises.csv.gz", "rt", encoding="utf-8", newline="") as file:
            pairs += [(row["企业名称"], row["统一社会信用代码"]) for row in csv.DictReader(file)]
        random.Random(SEED).shuffle(pairs)
        self._pairs = pairs
        self._characters = [c for name, _ in pairs[:5_000] for c in name]

    def fragments(self, count: int) -> list[str]:
        """Two to five characters from inside a name."""
        return _different(count, self._drawn(_fragment))

    def names(self, count: int) -> list[str]:
        return _different(count, self._drawn(lambda name, _: name))

    def codes(self, count: int) -> list[str]:
        return [code for _, code in self._pairs[:count]]

    def damaged(self, count: int) -> list[str]:
        """Whole names with one character replaced by another, so that nothing is found at first."""
        return _different(count, self._drawn(self._damage))

    def typed(self, count: int) -> list[str]:
        """What stands in the box while a name is typed: its first one to eight characters."""
        return _different(count, self._drawn(lambda name, rng: name[: rng.randint(1, 8)]))

    def _drawn(self, rule: Callable[[str, random.Random], str]) -> Iterator[str]:
        rng = random.Random(SEED)
        for name, _ in self._pairs:
            yield rule(name, rng)

    def _damage(self, name: str, rng: random.Random) -> str:
        place = rng.randrange(len(name))
        return name[:place] + rng.choice(self._characters) + name[place + 1 :]


def _fragment(name: str, rng: random.Random) -> str:
    length = rng.randint(2, 5)
    start = rng.randrange(max(len(name) - length, 1))
    return name[start : start + length]


def _different(count: int, drawn: Iterator[str]) -> list[str]:
    found: dict[str, None] = {}
    for query in drawn:
        found[query] = None
        if len(found) == count:
            break
    return list(found)
