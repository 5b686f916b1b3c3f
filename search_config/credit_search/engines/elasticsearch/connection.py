"""The one way to the cluster: every call has a time limit, and every failure is told as the protocol tells it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from elasticsearch import (
    ApiError,
    AsyncElasticsearch,
    AuthenticationException,
    AuthorizationException,
    ConnectionTimeout,
    NotFoundError,
    OrjsonSerializer,
    SerializationError,
    TransportError,
    UnsupportedProductError,
)

from credit_search.engines.breaker import Breaker
from credit_search.engines.elasticsearch.settings import ElasticsearchSettings
from credit_search.protocol import EngineRestingError, EngineUnavailableError, NoIndexError

T = TypeVar("T")
Call = Callable[[AsyncElasticsearch], Awaitable[T]]

WRITING_SECONDS = 60.0
MANAGING_SECONDS = 30.0
CONNECTIONS = 32
TOO_LARGE = 413
BUSY_STATUSES = frozenset({429, 502, 503, 504})


class Connection:
    """Calls the cluster, through one client for the event loop that runs."""

    def __init__(self, settings: ElasticsearchSettings) -> None:
        self._settings = settings
        self._breaker = Breaker()
        self._client: AsyncElasticsearch | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._limited: dict[float, AsyncElasticsearch] = {}

    async def search(self, call: Call[T]) -> T:
        """For whoever waits at a screen: a short limit, and no waiting at all while the engine is known to be down."""
        return await self._breaker.through(lambda: self._call(call, self._settings.elasticsearch_timeout))

    async def manage(self, call: Call[T]) -> T:
        """For indexes, aliases and all that is rare."""
        return await self._call(call, MANAGING_SECONDS)

    async def write(self, call: Call[T]) -> T:
        """For documents in bulk."""
        return await self._call(call, WRITING_SECONDS)

    async def close(self) -> None:
        client, self._client = self._client, None
        self._limited.clear()
        if client is not None:
            await client.close()

    async def _call(self, call: Call[T], seconds: float) -> T:
        with _telling(seconds):
            return await call(self._within(seconds))

    def _within(self, seconds: float) -> AsyncElasticsearch:
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client, self._loop = self._opened(), loop
            self._limited.clear()
        if seconds not in self._limited:
            self._limited[seconds] = self._client.options(request_timeout=seconds)
        return self._limited[seconds]

    def _opened(self) -> AsyncElasticsearch:
        settings = self._settings
        options: dict[str, Any] = {}
        if settings.credentials:
            user, colon, password = settings.credentials.partition(":")
            options |= {"basic_auth": (user, password)} if colon else {"api_key": settings.credentials}
        if settings.elasticsearch_ca_file:
            options["ca_certs"] = str(settings.elasticsearch_ca_file)
        return AsyncElasticsearch(
            settings.hosts,
            serializer=OrjsonSerializer(),
            connections_per_node=CONNECTIONS,
            max_retries=len(settings.hosts) - 1,  # a node that refuses the connection is passed over for another
            retry_on_timeout=False,
            retry_on_status=(),
            **options,
        )


class TooLargeError(EngineUnavailableError):
    """One request held more than the cluster takes at once."""


@contextmanager
def _telling(seconds: float) -> Iterator[None]:
    try:
        yield
    except NotFoundError as error:
        raise NoIndexError(str(error)) from error
    except ConnectionTimeout as error:
        raise EngineRestingError(f"Elasticsearch 在 {seconds:g} 秒内没有应答") from error
    except (AuthenticationException, AuthorizationException) as error:
        raise EngineUnavailableError(f"Elasticsearch 不接受所设的凭据或权限不足（{error}）") from error
    except ApiError as error:
        raise _of_status(error) from error
    except SerializationError as error:
        raise EngineUnavailableError(f"Elasticsearch 的应答读不懂（{error}）") from error
    except UnsupportedProductError as error:
        raise EngineUnavailableError("所设地址上的不是 Elasticsearch，请检查 CHENGXIN_ELASTICSEARCH_URL") from error
    except TransportError as error:
        raise EngineRestingError(f"连不上 Elasticsearch（{error.message}）") from error


def _of_status(error: ApiError) -> EngineUnavailableError:
    if error.status_code in BUSY_STATUSES:
        return EngineRestingError(f"Elasticsearch 暂时忙不过来（{error.status_code} {error.message}）")
    if error.status_code == TOO_LARGE:
        return TooLargeError(str(error))
    return EngineUnavailableError(f"Elasticsearch 拒绝了请求（{error}）")
