"""Elasticsearch 8.19 or 9, for a site that outgrows one machine: one setting chooses it, and nothing else changes."""

from pathlib import Path

from credit_records.settings import Settings

from credit_search.engines.elasticsearch.connection import Connection
from credit_search.engines.elasticsearch.generations import Generations
from credit_search.engines.elasticsearch.reader import ElasticsearchReader
from credit_search.engines.elasticsearch.settings import ElasticsearchSettings
from credit_search.engines.elasticsearch.writer import ElasticsearchWriter
from credit_search.engines.file_locks import locked
from credit_search.engines.patience import Patience
from credit_search.engines.refusals import Refusals
from credit_search.schema import IndexSchema

FOLDER = "elasticsearch"


class ElasticsearchEngine:
    """An `Engine` over a cluster. The indexer's locks and ledgers lie in its data folder."""

    def __init__(self, settings: ElasticsearchSettings, patience: Patience = Patience()) -> None:  # noqa: B008  (frozen)
        self._settings = settings
        self._patience = patience
        self._connection = Connection(settings)
        self._folder = settings.data_dir / FOLDER

    def reader(self, schema: IndexSchema) -> ElasticsearchReader:
        return ElasticsearchReader(self._connection, self._generations(schema), schema)

    async def writer(self, schema: IndexSchema, generation: str | None = None) -> ElasticsearchWriter:
        generations = self._generations(schema)
        name = generation or await generations.live()
        if name is None:
            name = await generations.create()
            await generations.promote(name)
        index = generations.index(name)
        lock = locked(self._folder / f"{index}.lock")
        try:
            known = await generations.known(index)
            return ElasticsearchWriter(
                self._connection,
                generations,
                known,
                schema,
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


def open_engine(settings: Settings) -> ElasticsearchEngine:
    return ElasticsearchEngine(ElasticsearchSettings.of(settings))
