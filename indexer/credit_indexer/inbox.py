"""The inbox of folders, watched: what waits in it, in the order of arrival, and what is taken from it."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from credit_records.catalogue import Kind
from credit_records.inbox_layout import (
    DONE,
    REFUSED_FILES,
    TAKING,
    UPLOADS,
    is_left_alone,
    kind_of_file,
    kind_of_folder,
    provider_folder,
)
from credit_records.providers import Provider

from credit_indexer.inbox_stillness import REST, REST_WHILE_EMPTY, Stillness, Writers, move_if_whole
from credit_indexer.sources.source import shown_name

INBOX: Final = "inbox"
UPLOAD: Final = "upload"
WAYS: Final = (INBOX, UPLOAD)
NO_KIND: Final = "_"
_OURS: Final = frozenset({DONE, REFUSED_FILES, TAKING, UPLOADS})


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file in a provider's folder. `kind` is None where its place does not tell what it holds."""

    provider: Provider
    way: str
    kind: Kind | None
    path: Path

    @property
    def name(self) -> str:
        """The same wherever it lies, for people."""
        return f"{self.provider.name}/{shown_name(self.path)}"


@dataclass(frozen=True, slots=True)
class _Waiting(InboxFile):
    state: tuple[int, ...]


class Inbox:
    """The folders of all providers under one."""

    def __init__(self, folder: Path, kinds: Mapping[str, Kind]) -> None:
        self._folder = folder
        self._kinds = kinds
        self._stillness = Stillness()
        self._waiting: list[_Waiting] = []
        self._writing: set[Path] = set()

    def taking(self, providers: Iterable[Provider]) -> list[InboxFile]:
        """What was taken before and is not done with: after a crash, or a fault that will pass."""
        return [file for provider in providers for file in self._taking(provider)]

    def look(self, providers: Iterable[Provider], now: float) -> None:
        """See what waits; `now` in seconds of a steady clock."""
        found = [file for provider in providers for file in self._in_folder(provider)]
        self._stillness.look({file.path: file.state for file in found}, now)
        self._waiting = sorted(found, key=lambda file: (self._stillness.arrival(file.path), file.state[3], file.path))
        self._writing &= {file.path for file in found}

    def take(
        self, now: float, *, is_due: Callable[[InboxFile], bool], failed: Callable[[InboxFile, OSError], None]
    ) -> Iterator[InboxFile]:
        """Move each file that has come whole to `taking`, in the order of arrival, and give it.

        One of the same kind that is not done with yet is waited for, so that an older file never follows a newer one.
        `is_due` is asked before a file is moved, `failed` told where it cannot be.
        """
        for file in self._waiting:
            rested = self._stillness.rested(file.path, now)
            if rested < (REST if file.state[2] else REST_WHILE_EMPTY) or not is_due(file) or self._is_taking(file):
                continue
            target = self._target(file)
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                writers = move_if_whole(file.path, target, file.state, rested)
            except OSError as error:
                failed(file, error)
                continue
            if writers is None:
                self._stillness.forget(file.path)
                yield InboxFile(file.provider, file.way, file.kind, target)
            elif writers is Writers.SOME:
                self._writing.add(file.path)

    def may_settle(self) -> bool:
        """Whether something waits that is only looked at for too short a time yet."""
        return any(path not in self._writing for path in self._stillness.unchanged())

    def _target(self, file: InboxFile) -> Path:
        return self._place(file, file.way) / file.path.name

    def _place(self, file: InboxFile, way: str) -> Path:
        folder = provider_folder(self._folder, file.provider.name) / TAKING / way
        return folder / (file.kind.name if file.kind else NO_KIND)

    def _is_taking(self, file: InboxFile) -> bool:
        return any(_entries(os.fspath(self._place(file, way))) for way in WAYS)

    def _in_folder(self, provider: Provider) -> Iterator[_Waiting]:
        folder = os.fspath(provider_folder(self._folder, provider.name))
        for entry in _entries(folder):
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _OURS:
                    yield from self._in_kind(provider, INBOX, entry.path)
            else:
                yield from _waiting(provider, INBOX, kind_of_file(shown_name(Path(entry.path)), self._kinds), entry)
        for entry in _entries(f"{folder}/{UPLOADS}"):
            if entry.is_dir(follow_symlinks=False):
                yield from self._in_kind(provider, UPLOAD, entry.path)

    def _in_kind(self, provider: Provider, way: str, folder: str) -> Iterator[_Waiting]:
        entries = _entries(folder)
        if not entries:
            return
        kind = kind_of_folder(shown_name(Path(folder)), self._kinds)
        for entry in entries:
            yield from _waiting(provider, way, kind, entry)

    def _taking(self, provider: Provider) -> Iterator[InboxFile]:
        folder = os.fspath(provider_folder(self._folder, provider.name) / TAKING)
        for way in WAYS:
            for place in _entries(f"{folder}/{way}"):
                for entry in _entries(place.path):
                    if not entry.is_file(follow_symlinks=False):
                        continue
                    yield InboxFile(provider, way, self._kinds.get(place.name), Path(entry.path))


def _waiting(provider: Provider, way: str, kind: Kind | None, entry: "os.DirEntry[str]") -> Iterator[_Waiting]:
    """The entry, where it is a file: a link might lead anywhere, and a pipe never ends."""
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return  # gone since
    if stat.S_ISREG(found.st_mode):
        state = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
        yield _Waiting(provider, way, kind, Path(entry.path), state)


def _entries(folder: str) -> list["os.DirEntry[str]"]:
    """What lies in the folder and is not to be left alone; nothing where it is no folder or not for us to read."""
    try:
        with os.scandir(folder) as found:
            return [entry for entry in found if not is_left_alone(entry.name)]
    except OSError:
        return []
