"""The folders of an index: one a generation, and a small file that names the live one.

<root>/<index>/live                                  the name of the live generation
<root>/<index>/<index>-<digest>-<UTC time>/          a tantivy index
<root>/<index>/<index>-<digest>-<UTC time>/cursor    the change-log number it is complete up to
"""

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from credit_search.schema import IndexSchema

CURSOR = "cursor"
LIVE = "live"
DROPPED = ".dropped-"


def write_durably(path: Path, text: str) -> None:
    """Replace a small file in one step that survives a power cut."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Generations:
    """The generations of one index under `root`."""

    def __init__(self, root: Path, schema: IndexSchema) -> None:
        self.folder = root / schema.name
        self.live_file = self.folder / LIVE
        self._prefix = f"{schema.name}-"
        self._stem = f"{schema.name}-{schema.digest}-"

    def path(self, generation: str) -> Path:
        return self.folder / generation

    def create(self) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        stamp = datetime.now(UTC)
        while True:
            generation = f"{self._stem}{stamp:%Y%m%dT%H%M%S%f}"
            try:
                self.path(generation).mkdir()
            except FileExistsError:
                stamp = datetime.now(UTC)
            else:
                return generation

    def live(self) -> str | None:
        try:
            return self.live_file.read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def promote(self, generation: str) -> None:
        write_durably(self.live_file, generation)

    def cursor(self, generation: str) -> int:
        """The cursor of a generation's last commit; 0 before its first."""
        try:
            return int((self.path(generation) / CURSOR).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return 0

    def all(self) -> list[str]:
        if not self.folder.is_dir():
            return []
        found = [p.name for p in self.folder.iterdir() if p.is_dir() and p.name.startswith(self._prefix)]
        return sorted(found, key=lambda name: name.rsplit("-", 1)[-1])

    def is_current(self, generation: str) -> bool:
        """Whether it was built for the schema as it now is."""
        return generation.startswith(self._stem)

    def drop(self, generation: str) -> None:
        if generation == self.live():
            raise ValueError(f"{generation} is live")
        with suppress(FileNotFoundError):
            # In one step, so that a writer which is still at work there neither keeps half of it nor makes it anew.
            self.path(generation).rename(self.folder / f"{DROPPED}{generation}")
        for dropped in self.folder.glob(f"{DROPPED}*"):
            shutil.rmtree(dropped, ignore_errors=True)
