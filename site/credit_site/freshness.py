"""How much the site holds and how new it is: said on the home page, and looked up at most once a minute."""

import time
from dataclasses import dataclass

from credit_records.deliveries import Delivery, last_deliveries
from credit_search.protocol import EngineUnavailableError, IndexReader

from credit_site.database import Database

SECONDS = 60
DELIVERIES = 5


@dataclass(frozen=True, slots=True)
class Freshness:
    """`subjects` is None where the search engine rests."""

    subjects: int | None
    deliveries: list[Delivery]


class FreshnessClock:
    def __init__(self, database: Database, reader: IndexReader) -> None:
        self._database = database
        self._reader = reader
        self._known: Freshness | None = None
        self._until = 0.0

    async def now(self) -> Freshness:
        if self._known is None or time.monotonic() > self._until:
            self._known = Freshness(await self._size(), await self._database.read(last_deliveries, DELIVERIES))
            self._until = time.monotonic() + SECONDS
        return self._known

    async def _size(self) -> int | None:
        try:
            return await self._reader.size()
        except EngineUnavailableError:
            return None
