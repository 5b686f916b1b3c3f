"""What every answer carries: a request id, the security headers, a metric, and a page even when something breaks."""

import os
import time
from collections.abc import Awaitable, Callable, Mapping

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from credit_site.logs import where
from credit_site.metrics import Metrics

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = (
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
)
TRANSPORT_SECURITY = ("strict-transport-security", "max-age=31536000")

UNKNOWN_ROUTE = "unknown"

FailurePage = Callable[[Request, Exception], Awaitable[Response]]


class Envelope:
    """The outermost ASGI layer; plain ASGI, because a wrapper per request costs as much as the page.

    `routes` maps each endpoint to the path that metrics and logs know it by.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        failure_page: FailurePage,
        routes: Mapping[object, str],
        log_requests: bool,
        encrypted: bool,
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._failure_page = failure_page
        self._routes = routes
        self._log_requests = log_requests
        self._log = structlog.get_logger("site")
        headers = (*SECURITY_HEADERS, TRANSPORT_SECURITY) if encrypted else SECURITY_HEADERS
        self._headers = [(name.encode(), value.encode()) for name, value in headers]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = os.urandom(8).hex()
        scope["request_id"] = request_id
        extra = [*self._headers, (b"x-request-id", request_id.encode())]
        status = 0

        async def send_in_envelope(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = {name for name, _ in message["headers"]}  # a stricter policy of the page's own stands
                message["headers"] = [*message["headers"], *(each for each in extra if each[0] not in own)]
            await send(message)

        try:
            await self._app(scope, receive, send_in_envelope)
        except Exception as error:
            self._log.error("failed", request=request_id, error=type(error).__name__, where=where(error))
            if status:
                raise
            response = await self._failure_page(Request(scope, receive), error)
            await response(scope, receive, send_in_envelope)
        finally:
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        path = self._routes.get(scope.get("endpoint"), UNKNOWN_ROUTE)
        self._metrics.answered(path, status, seconds)
        if self._log_requests:
            self._log.info(
                "answered",
                request=scope["request_id"],
                method=scope["method"],
                route=path,
                status=status,
                milliseconds=round(seconds * 1000, 2),
            )
