"""The ledger of documents that an engine will not take, such as one with a number beyond what a field holds.

A file beside the indexer, one for each generation, for a person to read: key, version and reason of each, never its
content. It is of the indexer's own making and goes with its generation, so it has no place in the database.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

LONGEST_REASON = 300


class Refusals:
    """What was refused and has not been taken since. Read from the file once, appended to from then on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys = self._read()

    def __len__(self) -> int:
        return len(self._keys)

    def refused(self, key: int, version: int, error: dict[str, Any]) -> None:
        self._keys.add(key)
        cause = error.get("caused_by", {}).get("type", "")
        reason = str(error.get("reason", ""))[:LONGEST_REASON]
        self._append({"key": key, "version": version, "type": error.get("type", ""), "cause": cause, "reason": reason})

    def taken(self, key: int) -> None:
        """It was written or deleted after all."""
        if key in self._keys:
            self._keys.remove(key)
            self._append({"key": key, "settled": True})

    def any(self) -> bool:
        return bool(self._keys)

    def _append(self, entry: dict[str, Any]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(orjson.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **entry}) + b"\n")

    def _read(self) -> set[int]:
        keys: set[int] = set()
        if not self._path.exists():
            return keys
        for line in self._path.read_bytes().splitlines():
            try:
                entry = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue  # the last line of a process that was killed as it wrote
            (keys.discard if entry.get("settled") else keys.add)(entry["key"])
        return keys
