"""Meilisearch, for a small site that has it already: one setting chooses it, and nothing else changes."""

from pathlib import Path

from credit_records.settings import Settings

from credit_search.engines.file_locks import locked
from credit_search.engines.meilisearch.connection import Connection
from credit_search.engines.meilisearch.generations import Generations
from credit_search.engines.meilisearch.reader import MeilisearchReader
from credit_search.engines.meilisearch.settings import MeilisearchSettings
from credit_search.engines.meilisearch.writer import MeilisearchWriter
from credit_search.engines.patience import Patience
from credit_search.engines.refusals import Refusals
from credit_search.schema import IndexSchema

FOLDER = "meilisearch"


class MeilisearchEngine:
    """An `Engine` over a server. The indexer's locks and ledgers lie in its data folder."""

    def __init__(self, settings: MeilisearchSettings, patience: Patience = Patience()) -> None:  # noqa: B008  (frozen)
        self._settings = settings
        self._patience = patience
        self._connection = Connection(settings)
        self._folder = settings.data_dir / FOLDER

    def reader(self, schema: IndexSchema) -> MeilisearchReader:
        return MeilisearchReader(self._connection, self._generations(schema), schema)

    async def writer(self, schema: IndexSchema, generation: str | None = None) -> MeilisearchWriter:
        generations = self._generations(schema)
        live = await generations.live()
        name = generation or live
        if name is None:
            name = live = await generations.create()
            await generations.promote(name)
        index = generations.index(name)
        lock = locked(self._folder / f"{index}.lock")
        try:
            await self._connection.worked_off(index)
            return MeilisearchWriter(
                self._connection,
                generations,
                await generations.known(name),
                schema,
                is_live=name == live,
                refusals=Refusals(self._ledger(index)),
                patience=self._patience,
                lock=lock,
            )
        except BaseException:
            lock.close()
            raise

    async def create(self, schema: IndexSchema) -> str:
        return await self._generations(schema).create()

    async def promote(self, schema: IndexSchema, generation: str) -> None:
        await self._generations(schema).promote(generation)

    async def live(self, schema: IndexSchema) -> str | None:
        return await self._generations(schema).live()

    async def generations(self, schema: IndexSchema) -> list[str]:
        return await self._generations(schema).all()

    async def drop(self, schema: IndexSchema, generation: str) -> None:
        generations = self._generations(schema)
        await generations.drop(generation)
        index = generations.index(generation)
        (self._folder / f"{index}.lock").unlink(missing_ok=True)
        self._ledger(index).unlink(missing_ok=True)

    async def close(self) -> None:
        await self._connection.close()

    def _generations(self, schema: IndexSchema) -> Generations:
        return Generations(self._connection, self._settings, schema)

    def _ledger(self, index: str) -> Path:
        return self._folder / f"{index}.refused.jsonl"


def open_engine(settings: Settings) -> MeilisearchEngine:
    return MeilisearchEngine(MeilisearchSettings.of(settings))
