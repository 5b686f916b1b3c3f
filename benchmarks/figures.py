"""Figures on a named machine, at a commit: printed as a table, kept as JSON and Markdown."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).with_name("results")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `most` or `least` is the bound that the project has set itself, where there is one."""

    part: str
    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None
    note: str = ""

    @property
    def reached(self) -> bool | None:
        if self.most is None and self.least is None:
            return None
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    @property
    def bound(self) -> str:
        if self.most is not None:
            return f"≤ {shown(self.most)}"
        return f"≥ {shown(self.least)}" if self.least is not None else ""


def shown(value: float) -> str:
    """Three digits that count, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def machine() -> dict[str, str]:
    cpu = next((line for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
    memory = next((line for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "")
    return {
        "cpu": cpu.split(":")[-1].strip(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": memory.split(":")[-1].strip(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "tantivy": version("tantivy"),
    }


def commit() -> str:
    """The commit that is measured; a plus sign where files were changed since."""
    found = _git("rev-parse", "--short=10", "HEAD") or "unknown"
    return found + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")


def publish(figures: Sequence[Figure], title: str = "") -> Path:
    """Print the figures and keep them, under a name with this title; where they lie."""
    now, measured = datetime.now(UTC), commit()
    Console(width=140).print(_table(figures))
    RESULTS.mkdir(exist_ok=True)
    name = "-".join(part for part in (f"{now:%Y-%m-%d}", measured.replace("+", "-changed"), title) if part)
    stem = RESULTS / name
    told = {"measured_at": now.isoformat(timespec="seconds"), "commit": measured, "machine": machine()}
    content = {**told, "figures": [{**asdict(figure), "reached": figure.reached} for figure in figures]}
    stem.with_suffix(".json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    stem.with_suffix(".md").write_text(_markdown(figures, told), encoding="utf-8")
    return stem.with_suffix(".md")


def _table(figures: Sequence[Figure]) -> Table:
    table = Table(title="chengxin")
    for heading, justify in (("part", "left"), ("figure", "left"), ("value", "right"), ("bound", "right")):
        table.add_column(heading, justify="right" if justify == "right" else "left")
    table.add_column("")
    table.add_column("note")
    for figure in figures:
        value = f"{shown(figure.value)} {figure.unit}"
        table.add_row(figure.part, figure.name, value, figure.bound, _verdict(figure), figure.note)
    return table


def _markdown(figures: Sequence[Figure], told: Mapping[str, object]) -> str:
    lines = [
        f"# {told['measured_at']}, commit {told['commit']}",
        "",
        "; ".join(f"{name}: {value}" for name, value in machine().items()),
        "",
        "| part | figure | value | bound | | note |",
        "| --- | --- | ---: | ---: | --- | --- |",
        *(
            f"| {f.part} | {f.name} | {shown(f.value)} {f.unit} | {f.bound} | {_verdict(f)} | {f.note} |"
            for f in figures
        ),
    ]
    return "\n".join(lines) + "\n"


def _verdict(figure: Figure) -> str:
    return {None: "", True: "reached", False: "not reached"}[figure.reached]


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=False, cwd=Path(__file__).parent)
    return done.stdout.strip()
