"""Prometheus metrics of one process, or of all workers together where their folder is set."""

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

MULTIPROCESS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """What this process did: requests by route and status, how long each route took, what failed.

    Labels are routes and kinds, never addresses or what was searched for.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "chengxin_requests_total", "Requests answered", ("route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "chengxin_request_seconds", "Seconds to answer", ("route",), buckets=SECONDS, registry=self._registry
        )
        self._searches = Counter(
            "chengxin_searches_total", "Searches by how they were understood", ("understood",), registry=self._registry
        )
        self._failures = Counter(
            "chengxin_failures_total", "Answers that failed for a reason of ours", ("cause",), registry=self._registry
        )

    def answered(self, route: str, status: int, seconds: float) -> None:
        self._requests.labels(route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def searched(self, understood: str) -> None:
        self._searches.labels(understood).inc()

    def failed(self, cause: str) -> None:
        """`cause` is the kind of the problem: search-resting, database-resting, failure."""
        self._failures.labels(cause).inc()

    def exposition(self) -> bytes:
        if os.environ.get(MULTIPROCESS_FOLDER):
            together = CollectorRegistry()
            MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # the library has no annotation here
            return generate_latest(together)
        return generate_latest(self._registry)
