"""The indexes of the server that are ours, and the small index that says which is live and how far each has come.

<prefix>-<generation>      an index; a generation is <index>-<digest>-<UTC time>
<prefix>_state             a document for each generation: {id, made, cursor}, and one for each index: {id, live}
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from credit_search.engines.meilisearch.connection import Connection
from credit_search.engines.meilisearch.mapping import index_settings
from credit_search.engines.meilisearch.settings import MeilisearchSettings
from credit_search.protocol import EngineUnavailableError, NoIndexError
from credit_search.schema import IndexSchema

OLDEST = (1, 18)  # before 1.17 `STARTS WITH` is an experiment that has to be switched on
MOST_LISTED = 1_000  # generations; there are two or three of each index

State = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of a generation. `made`: when its index was, by the server's clock; `cursor` as everywhere."""

    generation: str
    made: str
    cursor: int


class Generations:
    """The generations of one index on the server."""

    def __init__(self, connection: Connection, settings: MeilisearchSettings, schema: IndexSchema) -> None:
        self._connection = connection
        self._schema = schema
        self._prefix = f"{settings.meilisearch_prefix}-"
        self._state_index = f"{settings.meilisearch_prefix}_state"
        self._live_key = f"{schema.name}-live"

    def index(self, generation: str) -> str:
        return self._prefix + generation

    async def create(self) -> str:
        await self._check_version()
        generation = f"{self._schema.name}-{self._schema.digest}-{datetime.now(UTC):%Y%m%dt%H%M%S%f}"
        index, connection = self.index(generation), self._connection
        await connection.done(lambda client: client.create_index(index, {"primaryKey": self._schema.key}))
        await connection.done(lambda client: client.index(index).update_settings(index_settings(self._schema)))
        await self._keep({"id": generation, "made": await self._made(index), "cursor": 0})
        return generation

    async def promote(self, generation: str) -> None:
        """One document is replaced by another: there is no moment without a live generation."""
        await self.known(generation)
        await self._keep({"id": self._live_key, "live": generation})

    async def live(self) -> str | None:
        """The live generation, if it was built for this schema and nobody has taken or remade its index since."""
        try:
            known = await self.live_known()
            made = await self._made(self.index(known.generation))
        except NoIndexError:
            return None
        return known.generation if made == known.made else None

    async def live_known(self, *, quickly: bool = False) -> Known:
        """What is kept of the live generation; `quickly` where a visitor waits.

        Raises:
            NoIndexError: none of this schema is live.
        """
        state = await self._state(quickly=quickly)
        live = state.get(self._live_key, {}).get("live")
        if live is None or not live.startswith(f"{self._schema.name}-{self._schema.digest}-"):
            raise NoIndexError(self._schema.name)
        return self._known(state, live)

    async def known(self, generation: str) -> Known:
        """What is kept of a generation whose index is still the one that was made for it.

        Raises:
            NoIndexError: there is none.
        """
        known = self._known(await self._state(), generation)
        if await self._made(self.index(generation)) != known.made:
            raise NoIndexError(f"{self.index(generation)} 不是本程序建立的索引")
        return known

    async def keep_cursor(self, known: Known, cursor: int) -> None:
        await self._keep({"id": known.generation, "made": known.made, "cursor": cursor})

    async def all(self) -> list[str]:
        stem = f"{self._prefix}{self._schema.name}-"
        asked = {"limit": MOST_LISTED}
        answer: Any = await self._connection.manage(lambda client: client.get_raw_indexes(asked))
        found = [
            index["uid"].removeprefix(self._prefix) for index in answer["results"] if index["uid"].startswith(stem)
        ]
        return sorted(found, key=lambda generation: generation.rsplit("-", 1)[-1])

    async def drop(self, generation: str) -> None:
        state = await self._state()
        if state.get(self._live_key, {}).get("live") == generation:
            raise ValueError(f"{generation} is live")
        index = self.index(generation)
        with suppress(NoIndexError):  # somebody was faster
            await self._connection.done(lambda client: client.delete_index(index))
        if generation in state:
            await self._connection.done(lambda client: client.index(self._state_index).delete_document(generation))

    async def _check_version(self) -> None:
        version = (await self._connection.manage(lambda client: client.get_version()))["pkgVersion"]
        if tuple(map(int, version.split(".")[:2])) < OLDEST:
            raise EngineUnavailableError(f"Meilisearch {version} 太旧，请升级到 {OLDEST[0]}.{OLDEST[1]} 或更新的版本")

    async def _state(self, *, quickly: bool = False) -> State:
        ask = self._connection.search if quickly else self._connection.manage
        try:
            found = await ask(lambda client: client.index(self._state_index).get_documents({"limit": MOST_LISTED}))
        except NoIndexError:
            return {}
        return {document.id: dict(document) for document in found.results}

    async def _keep(self, document: dict[str, Any]) -> None:
        await self._connection.done(lambda client: client.index(self._state_index).add_documents([document], "id"))

    async def _made(self, index: str) -> str:
        found = await self._connection.manage(lambda client: client.get_raw_index(index))
        return str(found["createdAt"])

    @staticmethod
    def _known(state: State, generation: str) -> Known:
        kept = state.get(generation)
        if kept is None:
            raise NoIndexError(f"没有名为 {generation} 的索引")
        return Known(generation, kept["made"], kept["cursor"])
