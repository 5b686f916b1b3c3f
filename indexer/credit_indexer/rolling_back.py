"""Back to the generation of an index that was live before."""

from credit_search.protocol import Engine
from credit_search.schema import IndexSchema


class NoFormerGenerationError(Exception):
    """There is no generation to go back to that this version of the program can read."""


async def roll_back(engine: Engine, schema: IndexSchema) -> str:
    """Make the newest generation older than the live one live; its name. The indexer brings it up to date by itself.

    Raises:
        NoFormerGenerationError: there is none.
    """
    live = await engine.live(schema)
    readable = [name for name in await engine.generations(schema) if f"-{schema.digest}-" in name]
    former = readable[: readable.index(live)] if live in readable else readable
    if not former:
        raise NoFormerGenerationError(schema.name)
    await engine.promote(schema, former[-1])
    return former[-1]
