"""The one way to the server: every call has a time limit, and every failure is told as the protocol tells it."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, TypeVar

from meilisearch import Client
from meilisearch.errors import (
    MeilisearchApiError,
    MeilisearchCommunicationError,
    MeilisearchTimeoutError,
)
from meilisearch.models.task import Task, TaskInfo

from credit_search.engines.breaker import Breaker
from credit_search.engines.meilisearch.settings import MeilisearchSettings
from credit_search.protocol import EngineRestingError, EngineUnavailableError, NoIndexError

T = TypeVar("T")
Call = Callable[[Client], T]

WRITING_SECONDS = 60
MANAGING_SECONDS = 30
TASK_SECONDS = 600.0  # within which what was sent is indexed, behind all that was sent before
SHORTEST_LOOK, LONGEST_LOOK = 0.005, 0.25  # seconds between two looks at a task
THREADS = 32
BUSY_STATUSES = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
ITS_OWN_FAULT = frozenset({"internal", "system"})  # types of error of a full disk, say, for which no document can help
NO_INDEX = "index_not_found"


class TooLargeError(EngineUnavailableError):
    """One request held more than the server takes at once."""


class RefusedError(EngineUnavailableError):
    """The server will not do what it was asked. `error` is what it says of that: `code`, `message`, `type`."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"Meilisearch 拒绝了请求（{error.get('message') or error.get('code')}）")
        self.error = error


class Connection:
    """Calls the server. Its client is not made for several threads, so each call has one of its own."""

    def __init__(self, settings: MeilisearchSettings) -> None:
        self._settings = settings
        self._breaker = Breaker()
        self._threads: ThreadPoolExecutor | None = None

    async def search(self, call: Call[T]) -> T:
        """For whoever waits at a screen: a short limit, and no waiting at all while the engine is known to be down."""
        return await self._breaker.through(lambda: self._call(call, self._settings.meilisearch_timeout))

    async def manage(self, call: Call[T]) -> T:
        """For indexes, tasks and all that is rare."""
        return await self._call(call, MANAGING_SECONDS)

    async def write(self, call: Call[TaskInfo]) -> int:
        """Send something to be indexed; the number of its task, which is only queued yet."""
        return (await self._call(call, WRITING_SECONDS)).task_uid

    async def done(self, call: Call[TaskInfo]) -> None:
        """Ask for a change, and wait until it is made."""
        await self.finished(await self.write(call))

    async def finished(self, task: int) -> None:
        """Wait for a task.

        Raises:
            RefusedError: it failed, for what it was asked to do.
            EngineRestingError: it failed, or is not done yet, for the server's own reasons.
        """
        look = SHORTEST_LOOK
        try:
            async with asyncio.timeout(TASK_SECONDS):
                while (found := await self.manage(lambda client: client.get_task(task))).status in _UNDER_WAY:
                    await asyncio.sleep(look)
                    look = min(look * 2, LONGEST_LOOK)
        except TimeoutError as error:
            raise EngineRestingError(f"Meilisearch 的任务 {task} 迟迟没有完成") from error
        _raise_failure(found)

    async def worked_off(self, index: str) -> None:
        """Wait for whatever was sent to an index before, so that nothing of it comes after what is sent from now on."""
        asked = {"indexUids": index, "statuses": ",".join(_UNDER_WAY), "limit": 1}
        look = SHORTEST_LOOK
        while await self.manage(lambda client: client.get_tasks(dict(asked)).total):
            await asyncio.sleep(look)
            look = min(look * 2, LONGEST_LOOK)

    async def close(self) -> None:
        threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)

    async def _call(self, call: Call[T], seconds: int) -> T:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="meilisearch")
        client = Client(self._settings.meilisearch_url, self._settings.key, timeout=seconds)
        with _telling(seconds):
            async with asyncio.timeout(seconds):  # the client's own limit is of each wait, not of all together
                return await asyncio.get_running_loop().run_in_executor(self._threads, call, client)


_UNDER_WAY = ("enqueued", "processing")


def _raise_failure(task: Task) -> None:
    if task.status == "succeeded":
        return
    error = task.error or {"code": task.status, "message": f"task {task.uid}: {task.status}", "type": "system"}
    if error.get("type") in ITS_OWN_FAULT:
        raise EngineRestingError(f"Meilisearch 没能完成任务（{error.get('message')}）")
    raise _of_error(error)


@contextmanager
def _telling(seconds: float) -> Iterator[None]:
    try:
        yield
    except (MeilisearchTimeoutError, TimeoutError) as error:
        raise EngineRestingError(f"Meilisearch 在 {seconds:g} 秒内没有应答") from error
    except MeilisearchCommunicationError as error:
        raise EngineRestingError(f"连不上 Meilisearch（{error.message}）") from error
    except MeilisearchApiError as error:
        raise _of_answer(error) from error
    except OSError as error:
        raise EngineRestingError(f"与 Meilisearch 的连接断了（{error}）") from error
    except (ValueError, LookupError, TypeError) as error:  # JSON of another shape, or none
        raise EngineUnavailableError(f"Meilisearch 的应答读不懂，请检查 CHENGXIN_MEILISEARCH_URL（{error}）") from error


def _of_answer(error: MeilisearchApiError) -> EngineUnavailableError:
    if error.status_code in BUSY_STATUSES:
        return EngineRestingError(f"Meilisearch 暂时忙不过来（{error.status_code} {error.message}）")
    if error.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return EngineUnavailableError(f"Meilisearch 不接受所设的密钥或权限不足（{error.message}）")
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return TooLargeError(error.message)
    return _of_error({"code": error.code, "message": error.message, "type": error.type})


def _of_error(error: dict[str, Any]) -> EngineUnavailableError:
    if error.get("code") == NO_INDEX:
        return NoIndexError(str(error.get("message")))
    return RefusedError(error)
