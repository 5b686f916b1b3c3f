"""What a backup says of itself, so that whoever restores it years later knows what it is and that it is whole."""

import hashlib
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

NAME: Final = "manifest.json"
FORMAT: Final = 1
_PIECE: Final = 1 << 20


class FileNote(BaseModel):
    """Of one file of the backup, by which it is checked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bytes: int
    sha256: str


class Manifest(BaseModel):
    """The first file of a backup.

    Attributes:
        program: version of the program that made it.
        schema_revision: of the database's tables.
        database: which database it comes from, as SQLAlchemy names it.
        changes: a change number up to which nothing is missing in it.
        dump: the file that holds the database.
        files: every file of the backup but this one, by its path in it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = FORMAT
    made_at: str
    program: str
    schema_revision: str
    database: str
    city: str
    changes: int
    dump: str
    files: dict[str, FileNote]


def note_of(path: Path) -> FileNote:
    """Reads the whole file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return FileNote(bytes=size, sha256=digest.hexdigest())
