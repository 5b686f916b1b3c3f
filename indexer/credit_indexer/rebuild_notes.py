"""How far a rebuild has come, noted beside the database, so that one that was cut off goes on from there."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class Note:
    """`start` is the change number from which to catch up, `last` the key up to which `generation` is filled."""

    generation: str
    start: int
    last: int = 0
    done: int = 0


class RebuildNotes:
    """The note of one index; there is none where no rebuild was cut off."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Note | None:
        try:
            return Note(**orjson.loads(self._path.read_bytes()))
        except (FileNotFoundError, orjson.JSONDecodeError, TypeError):
            return None

    def write(self, note: Note) -> None:
        beside = self._path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(orjson.dumps(asdict(note)))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)
