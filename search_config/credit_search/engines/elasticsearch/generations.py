"""The indexes of the cluster that are ours, and the aliases that say which is live.

<prefix>-<generation>                  an index; a generation is <index>-<digest>-<UTC time>
<prefix>-<generation>-writing          its alias for writers: a lost index is not made anew, unmapped, by the next write
<prefix>-<index>-live-<digest>         the alias of the live generation of one declaration
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from credit_search.engines.elasticsearch.connection import Connection
from credit_search.engines.elasticsearch.mapping import index_body, meta
from credit_search.engines.elasticsearch.settings import ElasticsearchSettings
from credit_search.protocol import NoIndexError
from credit_search.schema import IndexSchema


@dataclass(frozen=True, slots=True)
class Known:
    """What an index says of itself: `cursor` is the change-log number that it is complete up to."""

    generation: str
    cursor: int
    shards: int


class Generations:
    """The generations of one index in the cluster."""

    def __init__(self, connection: Connection, settings: ElasticsearchSettings, schema: IndexSchema) -> None:
        self._connection = connection
        self._settings = settings
        self._schema = schema
        self._prefix = f"{settings.elasticsearch_prefix}-"
        self._stem = f"{self._prefix}{schema.name}-"
        self.live_alias = f"{self._stem}live-{schema.digest}"

    def index(self, generation: str) -> str:
        return self._prefix + generation

    def writing_alias(self, generation: str) -> str:
        return f"{self._prefix}{generation}-writing"

    async def create(self) -> str:
        generation = f"{self._schema.name}-{self._schema.digest}-{datetime.now(UTC):%Y%m%dt%H%M%S%f}"
        index = self.index(generation)
        aliases: dict[str, dict[str, str]] = {self.writing_alias(generation): {}}
        body = index_body(self._schema, self._settings)
        await self._connection.manage(lambda client: client.indices.create(index=index, aliases=aliases, **body))
        return generation

    async def promote(self, generation: str) -> None:
        """Take the alias of every declaration from whatever has it, in the same step that gives it to this one."""
        every = {"index": f"{self._stem}*", "alias": f"{self._stem}live-*", "must_exist": False}
        this = {"index": self.index(generation), "alias": self.live_alias}
        actions: list[dict[str, Any]] = [{"remove": every}, {"add": this}]
        await self._connection.manage(lambda client: client.indices.update_aliases(actions=actions))

    async def live(self) -> str | None:
        """The live generation, if it was built for this schema."""
        try:
            return (await self.known(self.live_alias)).generation
        except NoIndexError:
            return None

    async def all(self) -> list[str]:
        return sorted(await self._with_aliases(), key=lambda generation: generation.rsplit("-", 1)[-1])

    async def drop(self, generation: str) -> None:
        aliases = (await self._with_aliases()).get(generation, set())
        if any(alias.startswith(f"{self._stem}live-") for alias in aliases):
            raise ValueError(f"{generation} is live")
        index = self.index(generation)
        await self._connection.manage(lambda client: client.indices.delete(index=index, ignore_unavailable=True))

    async def known(self, name: str, *, quickly: bool = False) -> Known:
        """What the index or alias of this name says of itself; `quickly` where a visitor waits.

        Raises:
            NoIndexError: there is none.
        """
        ask = self._connection.search if quickly else self._connection.manage
        answer = await ask(lambda client: client.indices.get_mapping(index=name, filter_path="*.mappings._meta"))
        found = [(index, content["mappings"]["_meta"]) for index, content in answer.items()]
        if not found:
            raise NoIndexError(f"{name} 不是本程序建立的索引")
        index, said = found[0]
        return Known(index.removeprefix(self._prefix), said["cursor"], said["shards"])

    async def set_cursor(self, generation: str, cursor: int, shards: int) -> None:
        index, said = self.index(generation), meta(cursor, shards)
        await self._connection.manage(lambda client: client.indices.put_mapping(index=index, meta=said))

    async def _with_aliases(self) -> dict[str, set[str]]:
        """Every generation of this index, of whatever declaration, with its aliases."""
        answer = await self._connection.manage(lambda client: client.indices.get_alias(index=f"{self._stem}*"))
        return {index.removeprefix(self._prefix): set(content["aliases"]) for index, content in answer.items()}
