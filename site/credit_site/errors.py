"""What went wrong, said once: RFC 9457 for programs, a page for people, by the path and the Accept header."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

PROBLEM_TYPE = "application/problem+json"
FOR_PROGRAMS = ("/healthz", "/readyz", "/metrics", "/openapi.json")


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. `title` is the sentence for the reader, `detail` the next step; both are in the reader's language.

    Attributes:
        kind: what kind it is; the API's page describes each under `#problem-{kind}`.
        errors: for a request that was not understood, one entry per parameter.
        query: what was searched for, where the page can offer to search for it again.
    """

    status: int
    kind: str
    title: str
    detail: str
    errors: list[dict[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    query: str = ""

    def document(self, request_id: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"/api#problem-{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": f"urn:request:{request_id}",
        }
        if self.errors:
            body["errors"] = self.errors
        return body


class ProblemError(Exception):
    """Ends the request with this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title)
        self.problem = problem


def wants_json(request: Request) -> bool:
    path = request.url.path
    if path.startswith("/api/") or path in FOR_PROGRAMS:
        return True
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def problem_response(problem: Problem, request_id: str) -> Response:
    return Response(
        orjson.dumps(problem.document(request_id)),
        status_code=problem.status,
        media_type=PROBLEM_TYPE,
        headers={"Cache-Control": "no-store", **problem.headers},
    )
