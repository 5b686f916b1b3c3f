"""What a province needs, worked out from what `benchmarks.growth` has measured; written into docs/scale.md.

    python -m benchmarks.layout benchmarks/results/FILE-growth.json [--subjects 180000000] [--records 2000000000]

Nothing is measured here: every line of the page follows from figures of that file and from the rules below.
"""

import argparse
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.laws import Law, fitted

PAGE = Path(__file__).parent.parent / "docs" / "scale.md"
BEGINNING, ENDING = "<!-- measured: python -m benchmarks.layout -->\n", "<!-- end of what is measured -->\n"

GB = 1e9
SHARD_BYTES = 30 * GB
COPIES = 1
HEAP, MEMORY = 30 * GB, 64 * GB  # of one node; what is not heap keeps files
GENERATIONS = 3  # live, former and new, while one is rebuilt
DISK_FILL = 0.8  # below the watermarks
POSTGRESQL_FACTOR = 1.5  # a row's header and alignment, beside SQLite's
CITY = 1_000_000
LAWS = (
    "embedded: rebuild",
    "embedded: index",
    "embedded: fragments, p50",
    "embedded: fragments, p99",
    "embedded: codes, p50",
    "embedded: codes, p99",
    "embedded: 有限公司, p50",
    "embedded: 有限公司, p99",
    "elasticsearch: rebuild",
    "elasticsearch: index",
    "elasticsearch: fragments, p50",
    "elasticsearch: fragments, p99",
    "elasticsearch: codes, p50",
    "elasticsearch: codes, p99",
    "elasticsearch: 有限公司, p50",
    "elasticsearch: 有限公司, p99",
    "database",
)

Points = dict[str, list[tuple[int, float]]]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one file holds. Sizes are in MB, times in seconds or milliseconds, as `units` says."""

    told: Mapping[str, object]
    subjects: Points
    records: Points
    units: Mapping[str, str]
    load: float

    def each(self, points: Points, name: str) -> float:
        """The value for one subject or record, at the largest count."""
        count, value = points[name][-1]
        return value / count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--subjects", type=int, default=180_000_000)
    parser.add_argument("--records", type=int, default=2_000_000_000)
    arguments = parser.parse_args()
    found = read(arguments.results)
    lines = [*measured_lines(found), *layout_lines(found, arguments.subjects, arguments.records)]
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGINNING)
    _, _, after = rest.partition(ENDING)
    PAGE.write_text(before + BEGINNING + "\n" + "\n".join(lines) + "\n\n" + ENDING + after, encoding="utf-8")


def read(path: Path) -> Measured:
    content = json.loads(path.read_text(encoding="utf-8"))
    subjects: Points = {}
    records: Points = {}
    units: dict[str, str] = {}
    load = 0.0
    for figure in content["figures"]:
        name, _, count = figure["name"].rpartition(" at ")
        if figure["name"].startswith("load of the machine"):
            load = figure["value"]
        elif count:
            points = records if figure["part"] == "growth, records" else subjects
            points.setdefault(name, []).append((int(count.replace(",", "")), figure["value"]))
            units[name] = figure["unit"]
    return Measured(content, subjects, records, units, load)


def measured_lines(found: Measured) -> Iterator[str]:
    """A row for each figure: its values by count, the law, and what that gives for a city of a million."""
    counts = [count for count, _ in found.subjects["database"]]
    yield f"Measured at {found.told['measured_at']}, commit {found.told['commit']}, on {_machine(found)}."
    if found.load > 1.0:
        yield ""
        yield (
            f"**The machine was busy with other work** (load {found.load:.1f} on two cores): times are many times "
            "those of a quiet one and rates as much lower, sizes are right. Measure again with "
            "`python -m benchmarks.growth --keep`."
        )
    yield ""
    yield "| figure | " + " | ".join(f"{count:,} subjects" for count in counts) + " | law |"
    yield "| --- |" + " ---: |" * len(counts) + " --- |"
    for name in LAWS:
        values = " | ".join(f"{value:,.3g} {found.units[name]}" for _, value in found.subjects[name])
        yield f"| {name} | {values} | {_law(found.subjects[name])} |"
    yield ""
    yield "| per record, of all kinds | embedded | Elasticsearch |"
    yield "| --- | ---: | ---: |"
    for title, name, factor, unit in (
        ("index", "index", 1e6, "bytes"),
        ("rebuild", "rebuild", 1e6, "µs"),
    ):
        each = [found.each(found.records, f"{engine}: {name}") * factor for engine in ("embedded", "elasticsearch")]
        yield f"| {title} | {each[0]:,.0f} {unit} | {each[1]:,.0f} {unit} |"
    yield ""


def layout_lines(found: Measured, subjects: int, records: int) -> Iterator[str]:
    """The arithmetic, line by line."""
    subject_bytes = found.each(found.subjects, "elasticsearch: index") * 1e6
    record_bytes = found.each(found.records, "elasticsearch: index") * 1e6
    subject_index, record_index = subjects * subject_bytes, records * record_bytes
    subject_shards, record_shards = (max(1, math.ceil(size / SHARD_BYTES)) for size in (subject_index, record_index))
    whole = (subject_index + record_index) * (1 + COPIES)
    nodes = max(3, math.ceil(whole / (MEMORY - HEAP)))
    half = max(3, math.ceil((subject_index * (1 + COPIES) + record_index) / (MEMORY - HEAP)))
    disk = whole * GENERATIONS / DISK_FILL
    generations = f"{GENERATIONS} generations / {DISK_FILL}"
    subject_hours = subjects * found.each(found.subjects, "elasticsearch: rebuild") / 3600
    record_hours = records * found.each(found.records, "elasticsearch: rebuild") / 3600
    kept = subjects * found.each(found.subjects, "database") + records * found.each(found.records, "database")
    per_shard = subjects / subject_shards
    yield f"### {subjects:,} subjects and {records:,} records"
    yield ""
    yield "| | arithmetic | |"
    yield "| --- | --- | ---: |"
    yield f"| index of subjects | {subjects:,} × {subject_bytes:,.0f} bytes | {subject_index / GB:,.0f} GB |"
    yield f"| index of records | {records:,} × {record_bytes:,.0f} bytes | {record_index / GB:,.0f} GB |"
    yield f"| shards of subjects | ⌈{subject_index / GB:,.0f} / 30⌉ | {subject_shards} |"
    yield f"| shards of records | ⌈{record_index / GB:,.0f} / 30⌉ | {record_shards} |"
    yield f"| with a copy of each | × {1 + COPIES} | {whole / GB:,.0f} GB |"
    yield (f"| nodes of 64 GB, all of it in the file cache | max(3, ⌈{whole / GB:,.0f} / (64 − 30)⌉) | {nodes} |")
    yield f"| nodes, the copies of records from disk | searches of records ask SSDs where one is lost | {half} |"
    yield (f"| disk of the cluster | {whole / GB:,.0f} GB × {generations} | {disk / GB:,.0f} GB |")
    yield f"| of one node | / {nodes} | {disk / nodes / GB:,.0f} GB of SSD |"
    yield (
        f"| database | subjects × {found.each(found.subjects, 'database') * 1e6:,.0f} + records × "
        f"{found.each(found.records, 'database') * 1e6:,.0f} bytes, × {POSTGRESQL_FACTOR} for PostgreSQL | "
        f"{kept * POSTGRESQL_FACTOR / 1e6:,.1f} TB |"
    )
    for title, count, hours in (("subjects", subjects, subject_hours), ("records", records, record_hours)):
        yield f"| rebuild of {title} | {count:,} at {count / hours / 3600:,.0f} a second | {hours:,.0f} h |"
    for name in ("fragments, p99", "有限公司, p99"):
        law = fitted(found.subjects[f"elasticsearch: {name}"]) if len(found.subjects["database"]) > 1 else None
        if law:
            yield f"| {name}, a shard of {per_shard:,.0f} | {law} | {law.at(per_shard):,.0f} ms |"
    yield ""


def _law(points: list[tuple[int, float]]) -> Law | str:
    return fitted(points) if len(points) > 1 else ""


def _machine(found: Measured) -> str:
    machine = found.told["machine"]
    assert isinstance(machine, dict)
    return f"{machine['cpu']}, {machine['cores']} cores, node and indexer beside each other"


if __name__ == "__main__":
    main()
