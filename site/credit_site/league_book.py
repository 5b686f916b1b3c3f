"""The cells of the league table, kept for half a minute: a hundred thousand deliveries take a moment to add up."""

import time
from asyncio import Lock
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from credit_records.calendar import today
from credit_records.league import LeagueRow, league_cells

from credit_site.database import Database

SECONDS: Final = 30
MOST_RANGES: Final = 64  # of months that are remembered


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows of one unit and kind each, as they stood at `at`, UTC."""

    rows: list[LeagueRow]
    at: datetime


class LeagueBook:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[date, date], tuple[float, Cells]] = {}
        self._lock = Lock()

    async def cells(self, first: date, last: date) -> Cells:
        """The cells of the months from `first` to `last`. Whoever asks for the same at once waits for one answer."""
        async with self._lock:
            until, known = self._known.get((first, last), (0.0, None))
            if known is not None and time.monotonic() < until:
                return known
            rows = await self._database.read_aside(league_cells, first, last, on=today())
            if len(self._known) >= MOST_RANGES:
                self._known.clear()
            found = Cells(rows, datetime.now(UTC))
            self._known[first, last] = time.monotonic() + SECONDS, found
            return found
