"""The inbox of folders: where providers put files, what a file's place says of it, and where it goes from there.

inbox/{provider}/{kind}/FILE            kind is its name or its title
inbox/{provider}/FILE                   whose name begins with a kind's name or title
inbox/{provider}/uploads/{kind}/FILE    sent in the browser
inbox/{provider}/taking/{way}/{kind}/   what is being recorded
inbox/{provider}/done/, refused/        what was, with its receipt
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from credit_records.catalogue import Kind
from credit_records.folding import fold

UPLOADS: Final = "uploads"
TAKING: Final = "taking"
DONE: Final = "done"
REFUSED_FILES: Final = "refused"
PART: Final = ".part"

# What programs that transfer or edit files call one that is not whole yet.
_UNFINISHED: Final = (PART, ".tmp", ".filepart", ".crdownload")
_HIDDEN: Final = (".", "~$")
_SEPARATORS: Final = frozenset('/\\:*?"<>|')
# File systems allow 255 bytes, of which the number, the time and the ending of a receipt take some.
_LONGEST_NAME: Final = 150


def provider_folder(inbox: Path, provider: str) -> Path:
    """Where this provider's files lie."""
    return inbox / provider


def make_folders(inbox: Path, provider: str) -> Path:
    """The provider's folder, made with what it holds where it is not there yet."""
    folder = provider_folder(inbox, provider)
    for name in (DONE, REFUSED_FILES, TAKING):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return folder


def is_left_alone(name: str) -> bool:
    """Whether the name says that the file is hidden, or still on its way."""
    return name.startswith(_HIDDEN) or name.casefold().endswith(_UNFINISHED)


def kind_of_folder(name: str, kinds: Mapping[str, Kind]) -> Kind | None:
    """The kind whose name or title this is."""
    wanted = fold(name)
    return next((kind for kind in kinds.values() if wanted in (kind.name, fold(kind.title))), None)


def kind_of_file(name: str, kinds: Mapping[str, Kind]) -> Kind | None:
    """The kind with whose name or title the file's name begins, the longest of several."""
    folded = fold(name)
    words = ((word, kind) for kind in kinds.values() for word in (kind.name, fold(kind.title)))
    found = [(len(word), kind) for word, kind in words if folded.startswith(word)]
    return max(found, key=lambda pair: pair[0], default=(0, None))[1]


def new_upload(inbox: Path, provider: str, kind: Kind, file_name: str) -> Path:
    """Where to put a file sent in the browser: a safe name that no other file has, in a folder that is there.

    Write it under the name with PART added and rename it, so that it is never taken half written.
    """
    folder = provider_folder(inbox, provider) / UPLOADS / kind.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{secrets.token_hex(4)}_{safe_name(file_name)}"


def safe_name(file_name: str, longest: int = _LONGEST_NAME) -> str:
    """The name without folders and what no file system takes, of at most so many bytes; its ending stays."""
    shown = "".join("_" if c in _SEPARATORS or not c.isprintable() else c for c in file_name).strip(" .")
    stem, dot, ending = (shown or "file").rpartition(".")
    if not dot or len(ending) > 12:
        stem, dot, ending = shown or "file", "", ""
    room = longest - len(f"{dot}{ending}".encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + ending
