"""Operations on their way to the cluster: in requests of a fair size, few at once, tried again where that can help."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from credit_search.engines.elasticsearch.connection import BUSY_STATUSES, Connection, TooLargeError
from credit_search.engines.patience import Patience
from credit_search.engines.refusals import Refusals
from credit_search.protocol import EngineRestingError, EngineUnavailableError, NoIndexError

MOST_OPERATIONS = 2_500
MOST_BYTES = 1_000_000  # what the client's library sends without holding up everything else
IN_FLIGHT = 2  # one is indexed while the next is on its way; more would only wait in the cluster's queue
UNFIT, GONE, OUTDATED = 400, 404, 409


class Operation(NamedTuple):
    """One line or two of a bulk request, which write a document or delete its key."""

    key: int
    version: int
    lines: bytes


class Bulk:
    """Sends operations to one index. What fails is told by the next call; then the writer is of no more use."""

    def __init__(self, connection: Connection, alias: str, refusals: Refusals, patience: Patience) -> None:
        self._connection = connection
        self._alias = alias
        self._refusals = refusals
        self._patience = patience
        self._places = asyncio.Semaphore(IN_FLIGHT)
        self._under_way: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None

    async def send(self, operations: Sequence[Operation]) -> None:
        """Start sending; returns when the last request has found its place, so that a slow cluster slows the caller."""
        for chunk in chunks(operations):
            await self._places.acquire()
            if self._failure is not None:
                self._places.release()
                break
            task = asyncio.create_task(self._deliver(chunk))
            self._under_way.add(task)
            task.add_done_callback(self._done)
        self._raise_failure()

    async def finish(self) -> None:
        """Wait until all is taken."""
        if self._under_way:
            await asyncio.wait(self._under_way)
        self._raise_failure()

    async def abandon(self) -> None:
        """Let go of what is under way; it comes again from the change log."""
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._places.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = self._failure or error

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    async def _deliver(self, operations: Sequence[Operation]) -> None:
        waiting = operations
        reason = ""
        for tried in range(self._patience.tries):
            try:
                waiting, reason = await self._ask(waiting)
            except TooLargeError:
                return await self._deliver_halves(waiting)
            except EngineRestingError as error:
                reason = str(error)
            if not waiting:
                return None
            await asyncio.sleep(self._patience.pause(tried))
        raise EngineRestingError(reason)

    async def _deliver_halves(self, operations: Sequence[Operation]) -> None:
        if len(operations) == 1:
            only = operations[0]
            size = {"type": "too_large", "reason": f"{len(only.lines):,} bytes"}
            self._refusals.refused(only.key, only.version, size)
            return
        middle = len(operations) // 2
        for half in (operations[:middle], operations[middle:]):
            await self._deliver(half)

    async def _ask(self, operations: Sequence[Operation]) -> tuple[Sequence[Operation], str]:
        """Send one request; what has to be sent again, and why."""
        body = [operation.lines for operation in operations]
        answer = await self._connection.write(
            lambda client: client.bulk(
                index=self._alias,
                require_alias=True,
                operations=body,  # type: ignore[arg-type]  # lines that are ready are passed on as they are
                filter_path=("errors", "items.*.status", "items.*.error"),
            )
        )
        if not answer["errors"] and not self._refusals.any():
            return (), ""
        again, reason = [], ""
        for operation, item in zip(operations, answer["items"], strict=True):
            outcome: dict[str, Any] = next(iter(item.values()))
            if outcome["status"] in BUSY_STATUSES:
                again.append(operation)
                reason = str(outcome["error"].get("reason", ""))
            else:
                self._settle(operation, outcome)
        return again, reason

    def _settle(self, operation: Operation, outcome: dict[str, Any]) -> None:
        error = outcome.get("error")
        if error is None or outcome["status"] == OUTDATED:
            self._refusals.taken(operation.key)
        elif outcome["status"] == UNFIT:
            self._refusals.refused(operation.key, operation.version, error)
        else:
            trouble = NoIndexError if outcome["status"] == GONE else EngineUnavailableError
            raise trouble(str(error.get("reason", "")))


def chunks(operations: Sequence[Operation]) -> Iterable[Sequence[Operation]]:
    """The operations in their order, in requests of at most so many and so many bytes."""
    start = size = 0
    for index, operation in enumerate(operations):
        if index > start and (index - start >= MOST_OPERATIONS or size + len(operation.lines) > MOST_BYTES):
            yield operations[start:index]
            start, size = index, 0
        size += len(operation.lines)
    if start < len(operations):
        yield operations[start:]
