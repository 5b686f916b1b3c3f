"""The default engine: tantivy in the process, its files in the data folder. One machine with it serves a city."""

from pathlib import Path

from credit_records.settings import Settings

from credit_search.engines.embedded.generations import Generations
from credit_search.engines.embedded.reader import EmbeddedReader
from credit_search.engines.embedded.width import WIDE
from credit_search.engines.embedded.writer import EmbeddedWriter
from credit_search.schema import IndexSchema

FOLDER = "index"


class EmbeddedEngine:
    """An `Engine` over the folder `root`. `wide_from` as in `EmbeddedReader`."""

    def __init__(self, root: Path, *, wide_from: int = WIDE) -> None:
        self._root = root
        self._wide_from = wide_from

    def reader(self, schema: IndexSchema) -> EmbeddedReader:
        return EmbeddedReader(self._generations(schema), schema, wide_from=self._wide_from)

    async def writer(self, schema: IndexSchema, generation: str | None = None) -> EmbeddedWriter:
        generations = self._generations(schema)
        name = generation or generations.live()
        if name is None:
            name = generations.create()
            writer = EmbeddedWriter(generations.path(name), schema)
            generations.promote(name)
            return writer
        return EmbeddedWriter(generations.path(name), schema)

    async def create(self, schema: IndexSchema) -> str:
        return self._generations(schema).create()

    async def promote(self, schema: IndexSchema, generation: str) -> None:
        self._generations(schema).promote(generation)

    async def live(self, schema: IndexSchema) -> str | None:
        """The live generation, if it was built for this schema."""
        generations = self._generations(schema)
        live = generations.live()
        return live if live and generations.is_current(live) else None

    async def generations(self, schema: IndexSchema) -> list[str]:
        return self._generations(schema).all()

    async def drop(self, schema: IndexSchema, generation: str) -> None:
        self._generations(schema).drop(generation)

    async def close(self) -> None:
        """Nothing is held open."""

    def _generations(self, schema: IndexSchema) -> Generations:
        return Generations(self._root, schema)


def open_engine(settings: Settings) -> EmbeddedEngine:
    return EmbeddedEngine(settings.data_dir / FOLDER)
