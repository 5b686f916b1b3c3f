"""Files that applicants handed in, under the SHA-256 of their content, outside of anything that is served."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

FOLDER: Final = "materials"  # in the data folder
_TEMPORARY: Final = "incoming"
_CHUNK: Final = 1 << 16
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_PRIVATE_FILE: Final = 0o600
_PRIVATE_FOLDER: Final = 0o700
STALE_SECONDS: Final = 3600.0  # a file this old is nobody's unfinished upload


class Kept(NamedTuple):
    """The content's SHA-256, hexadecimal, and its size in bytes."""

    sha256: str
    size: int


class NoDigestError(ValueError):
    """What was given as the name of a content is none."""


class Store:
    """A folder of files named by their content. Safe for several processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes | BinaryIO | Iterable[bytes]) -> Kept:
        """Bring the content to the disk under its hash, whole or not at all.

        Raises:
            OSError: the disk is full, or failed.
        """
        incoming = self._make(self._folder / _TEMPORARY)
        temporary = incoming / secrets.token_hex(16)
        digest, size = hashlib.sha256(), 0
        try:
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE), "wb") as file:
                for chunk in _chunks(content):
                    digest.update(chunk)
                    size += len(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            final = self._path(digest.hexdigest())
            self._make(final.parent)
            temporary.replace(final)  # over the same content, where it was kept before; then its age begins anew
            _sync_folder(final.parent)
        finally:
            temporary.unlink(missing_ok=True)
        return Kept(digest.hexdigest(), size)

    def open(self, sha256: str) -> BinaryIO:
        """The content, to read.

        Raises:
            FileNotFoundError: it is not kept.
            NoDigestError: this is no SHA-256.
        """
        return self._path(sha256).open("rb")

    def drop(self, sha256: str) -> None:
        """Delete the content, where it is kept."""
        self._path(sha256).unlink(missing_ok=True)

    def sweep(self, known: Iterable[str], *, older_than: float) -> int:
        """Delete what is not known and was kept before the instant `older_than` (seconds since 1970); how many.

        What is younger may belong to a transaction that is not committed yet.
        """
        kept, swept = frozenset(known), 0
        for path in self._files():
            if path.parent.name + path.name in kept:
                continue
            try:
                if path.stat().st_mtime < older_than:
                    path.unlink()
                    swept += 1
            except FileNotFoundError:
                continue
        return swept

    def _files(self) -> Iterator[Path]:
        for folder in sorted(self._folder.glob("*/")):
            yield from sorted(folder.iterdir())

    def _path(self, sha256: str) -> Path:
        if not _DIGEST.fullmatch(sha256):
            raise NoDigestError
        return self._folder / sha256[:2] / sha256[2:]

    def _make(self, folder: Path) -> Path:
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        return folder


def _chunks(content: bytes | BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    elif hasattr(content, "read"):
        while chunk := content.read(_CHUNK):
            yield chunk
    else:
        yield from content


def _sync_folder(folder: Path) -> None:
    """A renamed file outlasts a power cut only once its folder is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
