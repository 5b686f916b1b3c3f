"""Keeps a site quick while its search engine is not: after a few failures in a row nobody waits for it any more."""

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from credit_search.protocol import EngineRestingError

T = TypeVar("T")

FAILURES = 3
SECONDS_BETWEEN_TRIES = 1.0


class Breaker:
    """Counts failures. Once open, one call in every second is let through to see whether the engine is back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._next_try = 0.0
        self._reason = ""

    async def through(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call, unless the engine is known to be down.

        Raises:
            EngineRestingError: it does not answer, or did not just now.
        """
        self.admit()
        try:
            answer = await call()
        except EngineRestingError as error:
            self.failed(str(error))
            raise
        self.succeeded()
        return answer

    def admit(self) -> None:
        """Let a call through.

        Raises:
            EngineRestingError: the engine failed just now, and it is not yet time to try again.
        """
        if self._failures < FAILURES:
            return
        now = self._clock()
        if now < self._next_try:
            raise EngineRestingError(self._reason)
        self._next_try = now + SECONDS_BETWEEN_TRIES

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, reason: str) -> None:
        self._failures += 1
        self._reason = reason
        self._next_try = self._clock() + SECONDS_BETWEEN_TRIES
