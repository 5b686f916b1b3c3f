"""A file that was received, put away in `done` or `refused` under a name of its own, with its receipt beside it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from credit_records.calendar import SHANGHAI
from credit_records.corrections import Scope, export
from credit_records.inbox_layout import DONE, REFUSED_FILES, safe_name
from credit_records.receipts import Receipt, as_json
from sqlalchemy import Connection

from credit_indexer.loading import file_state
from credit_indexer.sources.source import shown_name

RECEIPT: Final = ".receipt.json"
CORRECTIONS: Final = ".receipt.csv"


def put_away(path: Path, folder: Path, receipt: Receipt, connection: Connection | None = None) -> Path:
    """Write the receipt, and with a connection what is to correct; then move the file. Where it lies now.

    Done again after it was cut off, it does the same again, for the name follows from the delivery.
    """
    place = folder / (DONE if receipt.accepted else REFUSED_FILES)
    place.mkdir(parents=True, exist_ok=True)
    target = place / _own_name(path, receipt)
    if connection is not None and receipt.delivery is not None and (receipt.refused or receipt.noted):
        scope = Scope(delivery=receipt.delivery)
        _whole(_beside(target, CORRECTIONS), lambda part: export(connection, scope, part))
    _whole(_beside(target, RECEIPT), lambda part: part.write_bytes(as_json(receipt)))
    path.rename(target)  # within one file system, never a copy
    return target


def _own_name(path: Path, receipt: Receipt) -> str:
    """When and as which delivery the file was received: nothing else ever has this name."""
    at = datetime.fromisoformat(receipt.finished_at or receipt.received_at).astimezone(SHANGHAI)
    number = receipt.delivery if receipt.delivery is not None else f"x{file_state(path)[1]}"
    return f"{at:%Y%m%dT%H%M%S}_{number}_{safe_name(shown_name(path))}"


def _beside(target: Path, ending: str) -> Path:
    return target.with_name(f"{target.name}{ending}")


def _whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file under a name that nobody looks at, so that it is there whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    write(part)
    part.replace(path)


class Marker:
    """Remembers, beside a file that is being taken, what we were at, should we be cut off before the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._marker = path.with_name(f".{file_state(path)[1]}.taking")

    def delivery(self) -> int | None:
        """The delivery that this very file became."""
        number = self._read().get("delivery")
        return int(number) if number is not None else None

    def write(self, delivery: int) -> None:
        """The file can be read, and became this delivery."""
        self._keep({**self._read(), "delivery": delivery})

    @contextmanager
    def reading(self) -> Iterator[int]:
        """Around the reading of the file: how many times that was begun, and ended by the death of the process."""
        begun = int(self._read().get("begun", 0))
        self._keep({**self._read(), "begun": begun + 1})
        try:
            yield begun
        finally:
            self._keep({**self._read(), "begun": 0})

    def remove(self) -> None:
        self._marker.unlink(missing_ok=True)

    def _keep(self, known: dict[str, Any]) -> None:
        written = json.dumps({**known, "state": file_state(self._path)})
        _whole(self._marker, lambda part: part.write_text(written, encoding="ascii"))

    def _read(self) -> dict[str, Any]:
        try:
            known: dict[str, Any] = json.loads(self._marker.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return {}
        return known if tuple(known["state"]) == file_state(self._path) else {}
