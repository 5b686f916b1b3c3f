"""What every reader gives, whatever the format of the file."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

BATCH_ROWS = 50_000  # one transaction each: it rewrites most pages of the indexes, so few are cheaper than many


def shown_name(path: Path) -> str:
    """The file's name as text; names that were written in GBK, as archives from Windows hold them, included."""
    name = os.fsencode(path.name)
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return name.decode(encoding)
    return name.decode("utf-8", errors="replace")


class UnreadableFileError(Exception):
    """The file cannot be read at all; `problem` and `remedy` are sentences for the person who sent it."""

    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        super().__init__(f"无法读取 {shown_name(path)}：{problem}。{remedy}。")
        self.path = path
        self.problem = problem
        self.remedy = remedy

    def __reduce__(self) -> tuple[type["UnreadableFileError"], tuple[Path, str, str]]:
        return type(self), (self.path, self.problem, self.remedy)  # so that it passes between processes


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that could not be taken apart into fields. `raw` is what could be made of it."""

    number: int
    rule: str
    reason: str
    remedy: str
    raw: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows in the order of the source's `fields`, as text; "" where the file says nothing.

    `numbers` are counted as a person sees them in an editor or a workbook: from 1, the header being a row too.
    """

    numbers: Sequence[int]
    rows: list[tuple[str, ...]]
    broken: list[BrokenRow] = field(default_factory=list)


def batched(numbers: Sequence[int], rows: list[tuple[str, ...]], broken: list[BrokenRow]) -> Iterator[Batch]:
    """What one block of a file gave, in batches of BATCH_ROWS; none where it gave nothing."""
    if broken:
        yield Batch((), [], broken)
    for begin in range(0, len(rows), BATCH_ROWS):
        yield Batch(numbers[begin : begin + BATCH_ROWS], rows[begin : begin + BATCH_ROWS])


class Source(Protocol):
    """A file that has been inspected. `batches` may be called again; each call reads from the start.

    `fields` are the fields that the file has, in the catalogue's order; `ignored` its headers that are no field.
    """

    @property
    def fields(self) -> tuple[str, ...]: ...

    @property
    def ignored(self) -> tuple[str, ...]: ...

    @property
    def description(self) -> str:
        """Format and encoding in words, for the summary."""
        ...

    @property
    def expected_rows(self) -> int:
        """About how many rows there are, for a progress bar."""
        ...

    def batches(self) -> Iterator[Batch]: ...
