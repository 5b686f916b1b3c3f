"""What lies in the inbox and is not done with: how much, and since when."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from credit_records.inbox_layout import DONE, REFUSED_FILES, TAKING, is_left_alone

_ARCHIVES: Final = frozenset({DONE, REFUSED_FILES})
_DEEPEST: Final = 3  # folders below a provider's own: taking/{way}/{kind}


@dataclass(frozen=True, slots=True)
class InboxFigures:
    """`waiting` files have not been taken, `taking` ones not been put away; `oldest` is when the first came, as Unix
    time, None where there is none.
    """

    waiting: int
    taking: int
    oldest: float | None


def inbox_figures(inbox: Path) -> InboxFigures:
    """Lists the folders of all providers, but not what was done with."""
    waiting = taking = 0
    oldest: float | None = None
    for provider in _folders(inbox):
        for folder, changed in _files(provider, _DEEPEST):
            if TAKING in folder.relative_to(provider).parts:
                taking += 1
            else:
                waiting += 1
            oldest = changed if oldest is None else min(oldest, changed)
    return InboxFigures(waiting, taking, oldest)


def _folders(inbox: Path) -> list[Path]:
    with suppress(OSError), os.scandir(inbox) as found:
        return [Path(entry.path) for entry in found if entry.is_dir(follow_symlinks=False)]
    return []


def _files(folder: Path, depth: int) -> Iterator[tuple[Path, float]]:
    """The folder of each file, and when it came there: transfers give files the time that they had elsewhere."""
    with suppress(OSError), os.scandir(folder) as found:  # what goes away meanwhile is not there
        for entry in found:
            if is_left_alone(entry.name):
                continue
            if entry.is_file(follow_symlinks=False):
                yield folder, entry.stat(follow_symlinks=False).st_ctime
            elif depth and entry.name not in _ARCHIVES and entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path), depth - 1)
