"""Nobody waits for an engine that is known to be down, and its return is noticed."""

import pytest
from credit_search.engines.breaker import FAILURES, SECONDS_BETWEEN_TRIES, Breaker
from credit_search.protocol import EngineRestingError, NoIndexError


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_opens_after_failures_in_a_row_and_lets_one_call_in_a_while_try() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        breaker.admit()
        breaker.failed("no answer")
    with pytest.raises(EngineRestingError, match="no answer"):
        breaker.admit()
    clock.now += SECONDS_BETWEEN_TRIES
    breaker.admit()
    with pytest.raises(EngineRestingError):
        breaker.admit()
    breaker.succeeded()
    breaker.admit()
    breaker.admit()


def test_failures_that_are_not_in_a_row_leave_it_shut() -> None:
    breaker = Breaker(Clock())
    for _ in range(3 * FAILURES):
        breaker.failed("busy")
        breaker.succeeded()
        breaker.admit()


async def test_only_what_says_that_the_engine_rests_counts_as_a_failure() -> None:
    breaker = Breaker(Clock())

    async def ask(error: Exception) -> None:
        raise error

    for _ in range(2 * FAILURES):
        with pytest.raises(NoIndexError):
            await breaker.through(lambda: ask(NoIndexError("subjects")))
    for _ in range(FAILURES):
        with pytest.raises(EngineRestingError, match="no answer"):
            await breaker.through(lambda: ask(EngineRestingError("no answer")))
    with pytest.raises(EngineRestingError, match="no answer"):
        await breaker.through(lambda: ask(AssertionError("nobody is asked now")))
