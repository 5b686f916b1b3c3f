"""Documents and deletions on their way to the server: in their order, in requests of a fair size, one at a time.

The server works off its queue one task after another, so more requests at once would only wait there, and what a
refused document holds up could be overtaken by what was written after it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from credit_search.engines.meilisearch.connection import Connection, RefusedError, TooLargeError
from credit_search.engines.patience import Patience
from credit_search.engines.refusals import Refusals
from credit_search.protocol import EngineRestingError

MOST_BYTES = 20_000_000  # of the 100 MB that the server takes at once as it is delivered
MOST_DELETIONS = 10_000
LINES = "application/x-ndjson"
# What the server says of a document that it can't take, rather than of the request or of itself.
OF_A_DOCUMENT = frozenset(
    {
        "malformed_payload",
        "invalid_document_id",
        "missing_document_id",
        "invalid_document_fields",
        "max_fields_limit_exceeded",
        "document_fields_limit_reached",
    }
)


class Operation(NamedTuple):
    """One document as a line of JSON; a deletion of its key where there is none."""

    key: int
    version: int
    line: bytes | None


@dataclass(slots=True)
class _Request:
    """Operations of one kind, which are sent together."""

    deletes: bool
    operations: list[Operation] = field(default_factory=list)
    size: int = 0

    def takes(self, operation: Operation) -> bool:
        if self.deletes:
            return operation.line is None and len(self.operations) < MOST_DELETIONS
        return operation.line is not None and self.size + len(operation.line) <= MOST_BYTES

    def add(self, operation: Operation) -> None:
        self.operations.append(operation)
        self.size += len(operation.line or b"")


class Outgoing:
    """Sends operations to one index. What fails is told by the next call; then the writer is of no more use."""

    def __init__(self, connection: Connection, index: str, key: str, refusals: Refusals, patience: Patience) -> None:
        self._connection = connection
        self._index = index
        self._key = key
        self._refusals = refusals
        self._patience = patience
        self._waiting: list[_Request] = []
        self._under_way: asyncio.Task[None] | None = None

    def add(self, operations: Sequence[Operation]) -> None:
        """Put these behind all others; nothing is sent yet."""
        for operation in operations:
            if not self._waiting or not self._waiting[-1].takes(operation):
                self._waiting.append(_Request(deletes=operation.line is None))
            self._waiting[-1].add(operation)

    async def send_full(self) -> None:
        """Send what makes whole requests; returns when the last of them is under way."""
        while len(self._waiting) > 1:
            await self._hand_over()

    async def finish(self) -> None:
        """Send the rest, and wait until all is indexed."""
        while self._waiting:
            await self._hand_over()
        await self._settled()

    async def abandon(self) -> None:
        """Let go of what is under way; it comes again from the change log."""
        task, self._under_way = self._under_way, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _hand_over(self) -> None:
        await self._settled()
        request = self._waiting.pop(0)
        self._under_way = asyncio.create_task(self._deliver(request.operations, deletes=request.deletes))

    async def _settled(self) -> None:
        task, self._under_way = self._under_way, None
        if task is not None:
            await task

    async def _deliver(self, operations: Sequence[Operation], *, deletes: bool) -> None:
        for tried in range(self._patience.tries):
            try:
                await self._ask(operations, deletes=deletes)
            except EngineRestingError:
                if tried + 1 == self._patience.tries:
                    raise
                await asyncio.sleep(self._patience.pause(tried))
            except TooLargeError as error:
                return await self._deliver_halves(operations, {"code": "too_large", "message": str(error)})
            except RefusedError as error:
                if error.error.get("code") not in OF_A_DOCUMENT:
                    raise
                return await self._deliver_halves(operations, error.error)
            else:
                for operation in operations:
                    self._refusals.taken(operation.key)
                return None
        return None

    async def _deliver_halves(self, operations: Sequence[Operation], error: dict[str, str]) -> None:
        """The server refuses all of a request for one document: find it, so that the others are taken."""
        if len(operations) == 1:
            only = operations[0]
            reason = error.get("message", "").split("`", 1)[0]  # what it quotes may be the document
            told = {"type": error.get("code", ""), "reason": reason}
            self._refusals.refused(only.key, only.version, told)
            return
        middle = len(operations) // 2
        for half in (operations[:middle], operations[middle:]):
            await self._deliver(half, deletes=False)

    async def _ask(self, operations: Sequence[Operation], *, deletes: bool) -> None:
        if deletes:
            gone = f"{self._key} IN [{','.join(str(operation.key) for operation in operations)}]"
            await self._connection.done(lambda client: client.index(self._index).delete_documents(filter=gone))
            return
        lines = b"".join(operation.line or b"" for operation in operations)
        await self._connection.done(lambda client: client.index(self._index).add_documents_raw(lines, self._key, LINES))
