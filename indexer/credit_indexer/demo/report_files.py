"""The reports of all offices as files in a folder: provider/kind/FILE, as they were dropped.

Lines are kept back and written many at a time, so that any number of records takes the memory of some ten thousand.
"""

import csv
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from credit_indexer.demo.records import RecordMaker
from credit_indexer.demo.reporting import Line, Report

KEPT_BACK = 50_000  # lines


class ReportFiles:
    """Files under `folder`, which is emptied first."""

    def __init__(self, folder: Path, makers: Mapping[str, RecordMaker]) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._folder = folder
        self._makers = makers
        self._lines: dict[Report, list[tuple[str, ...]]] = defaultdict(list)
        self._kept_back = 0
        self._paths: dict[Report, Path] = {}

    def write(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self._lines[line.report].append(line.values)
            self._kept_back += 1
        if self._kept_back >= KEPT_BACK:
            self._flush()

    def finish(self) -> list[tuple[Report, Path]]:
        """Every report with its file, in the order in which they came in."""
        self._flush()
        return sorted(self._paths.items())

    def _flush(self) -> None:
        for report, lines in self._lines.items():
            path = self._paths.get(report) or self._begin(report)
            with path.open("a", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(lines)
        self._lines.clear()
        self._kept_back = 0

    def _begin(self, report: Report) -> Path:
        year, month = divmod(report.month, 12)
        maker = self._makers[report.kind]
        name = f"{maker.kind.title}_{year}-{month + 1:02d}.csv"
        path = self._folder / report.provider / report.kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow(maker.titles)
        self._paths[report] = path
        return path
