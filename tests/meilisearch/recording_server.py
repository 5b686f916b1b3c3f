"""Takes requests as Meilisearch does, holds each against the published API, and keeps what it was sent.

It finds nothing: what a search answers, the test says. It queues no task either: each is done, or failed, at once.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.meilisearch import published

NOW = "2026-01-02T03:04:05.678901Z"
JSON, LINES = "application/json", "application/x-ndjson"
Answer = tuple[int, Any]
Error = dict[str, str]


@dataclass
class Recording:
    """What came, and what is answered. `refuse` says of a document why it is not taken; `fail`, why no task is done.

    `queued`: how many tasks are found under way, one time after another; none after that.
    """

    url: str = ""
    requests: list[tuple[str, str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    indexes: dict[str, dict[str, Any]] = field(default_factory=dict)
    documents: dict[str, dict[Any, dict[str, Any]]] = field(default_factory=dict)
    tasks: list[Error | None] = field(default_factory=list)
    authorisations: set[str | None] = field(default_factory=set)
    refuse: Callable[[dict[str, Any]], Error | None] = lambda _: None
    fail: Error | None = None
    status: int | None = None
    version: str = "1.31.0"
    queued: list[int] = field(default_factory=list)
    found: Callable[[dict[str, Any]], dict[str, Any]] = lambda _: {"hits": []}
    awake: threading.Event = field(default_factory=threading.Event)

    def sent(self, method: str, ending: str) -> list[Any]:
        """The bodies of requests with this method, to paths that end so."""
        return [body for m, path, body in self.requests if m == method and path.endswith(ending)]

    def make_anew(self, uid: str) -> None:
        """What somebody else may do: the index of this name is another one now."""
        self.indexes[uid] = {**self.indexes[uid], "createdAt": "2027-01-01T00:00:00Z"}


@contextmanager
def recording() -> Iterator[Recording]:
    made = Recording()
    made.awake.set()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            made.awake.wait()
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.authorisations.add(self.headers.get("Authorization"))
            status, told = _answer(made, self.command, self.path, self.headers.get("Content-Type"), body)
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", JSON)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815  (the library's names)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        made.awake.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(made: Recording, method: str, target: str, kind: str | None, body: bytes) -> Answer:
    path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
    if made.status is not None:
        return made.status, _error("too_many_search_requests" if made.status == 503 else "invalid_api_key")
    for wanted, pattern, route in _ROUTES:
        matched = re.fullmatch(pattern, path)
        if wanted == method and matched:
            try:
                return route(made, matched, query, kind, body)
            except published.FAULTS as error:
                made.faults.append(f"{method} {target}: {error}")
                return 400, _error("bad_request")
    made.faults.append(f"{method} {target}: no such route")
    return 404, _error("not_found")


def _error(code: str, kind: str = "invalid_request") -> Error:
    return {"message": f"this is {code}", "code": code, "type": kind, "link": f"https://docs.meilisearch.com/{code}"}


def _json(made: Recording, matched: re.Match[str], kind: str | None, body: bytes, model: type[published.Body]) -> Any:
    if kind != JSON:
        made.faults.append(f"{matched[0]}: {kind} instead of {JSON}")
    found = json.loads(body)
    model.model_validate(found)
    made.requests.append(("POST", matched[0], found))
    return found


def _task(made: Recording, kind: str, error: Error | None = None) -> Answer:
    made.tasks.append(made.fail or error)
    number = len(made.tasks) - 1
    return 202, {"taskUid": number, "indexUid": None, "status": "enqueued", "type": kind, "enqueuedAt": NOW}


def _new_index(made: Recording, matched: re.Match[str], _: Any, kind: str | None, body: bytes) -> Answer:
    found = _json(made, matched, kind, body, published.NewIndex)
    uid = found["uid"]
    made.indexes[uid] = {"uid": uid, "createdAt": NOW, "updatedAt": NOW, "primaryKey": found["primaryKey"]}
    return _task(made, "indexCreation")


def _indexes(made: Recording, _: Any, query: Any, *__: Any) -> Answer:
    found = list(made.indexes.values())
    return 200, {"results": found, "offset": 0, "limit": int(query["limit"][0]), "total": len(found)}


def _index(made: Recording, matched: re.Match[str], *_: Any) -> Answer:
    found = made.indexes.get(matched["uid"])
    return (200, found) if found else (404, _error("index_not_found"))


def _drop(made: Recording, matched: re.Match[str], *_: Any) -> Answer:
    gone = made.indexes.pop(matched["uid"], None)
    made.documents.pop(matched["uid"], None)
    return _task(made, "indexDeletion", None if gone else _error("index_not_found"))


def _settings(made: Recording, matched: re.Match[str], _: Any, kind: str | None, body: bytes) -> Answer:
    _json(made, matched, kind, body, published.IndexSettings)
    return _task(made, "settingsUpdate")


def _add(made: Recording, matched: re.Match[str], query: Any, kind: str | None, body: bytes) -> Answer:
    uid = matched["uid"]
    if kind not in (JSON, LINES):
        made.faults.append(f"documents as {kind}")
    found = json.loads(body) if kind == JSON else [json.loads(line) for line in body.splitlines()]
    for document in found:
        published.StateDocument.model_validate(document)
    made.requests.append(("POST", matched[0], found))
    key = query["primaryKey"][0]
    made.indexes.setdefault(uid, {"uid": uid, "createdAt": NOW, "updatedAt": NOW, "primaryKey": key})
    error = next((error for document in found if (error := made.refuse(document))), None)
    if made.fail is None and error is None:
        made.documents.setdefault(uid, {}).update((document[key], document) for document in found)
    return _task(made, "documentAdditionOrUpdate", error)


def _fetch(made: Recording, matched: re.Match[str], _: Any, kind: str | None, body: bytes) -> Answer:
    asked = _json(made, matched, kind, body, published.Fetch)
    if matched["uid"] not in made.indexes:
        return 404, _error("index_not_found")
    found = list(made.documents.get(matched["uid"], {}).values())
    return 200, {"results": found[: asked["limit"]], "offset": 0, "limit": asked["limit"], "total": len(found)}


def _delete(made: Recording, matched: re.Match[str], _: Any, kind: str | None, body: bytes) -> Answer:
    _json(made, matched, kind, body, published.Deletion)
    return _task(made, "documentDeletion")


def _delete_one(made: Recording, matched: re.Match[str], *_: Any) -> Answer:
    made.documents.get(matched["uid"], {}).pop(matched["key"], None)
    return _task(made, "documentDeletion")


def _stats(made: Recording, matched: re.Match[str], *_: Any) -> Answer:
    count = len(made.documents.get(matched["uid"], {}))
    return 200, {"numberOfDocuments": count, "isIndexing": False, "fieldDistribution": {}}


def _one_task(made: Recording, matched: re.Match[str], *_: Any) -> Answer:
    error = made.tasks[int(matched["number"])]
    status = "failed" if error else "succeeded"
    return 200, {"uid": int(matched["number"]), "status": status, "type": "any", "error": error, "enqueuedAt": NOW}


def _tasks(made: Recording, _: Any, query: Any, *__: Any) -> Answer:
    if query["statuses"] != ["enqueued,processing"]:
        made.faults.append(f"tasks in {query['statuses']}")
    total = made.queued.pop(0) if made.queued else 0
    return 200, {"results": [], "total": total, "limit": int(query["limit"][0]), "from": None, "next": None}


def _version(made: Recording, *_: Any) -> Answer:
    return 200, {"commitSha": "0" * 40, "commitDate": NOW, "pkgVersion": made.version}


def _multi_search(made: Recording, matched: re.Match[str], _: Any, kind: str | None, body: bytes) -> Answer:
    queries = _json(made, matched, kind, body, published.MultiSearch)["queries"]
    if any(query["indexUid"] not in made.indexes for query in queries):
        return 404, _error("index_not_found")
    return 200, {"results": [{"indexUid": query["indexUid"], **made.found(query)} for query in queries]}


def _search(made: Recording, matched: re.Match[str], _: Any, kind: str | None, body: bytes) -> Answer:
    return 200, made.found(_json(made, matched, kind, body, published.Search))


Route = Callable[[Recording, re.Match[str], Any, str | None, bytes], Answer]
_INDEX = r"/indexes/(?P<uid>[A-Za-z0-9_-]+)"
_ROUTES: list[tuple[str, str, Route]] = [
    ("POST", "/indexes", _new_index),
    ("GET", "/indexes", _indexes),
    ("GET", _INDEX, _index),
    ("DELETE", _INDEX, _drop),
    ("PATCH", _INDEX + "/settings", _settings),
    ("POST", _INDEX + "/documents", _add),
    ("POST", _INDEX + "/documents/fetch", _fetch),
    ("POST", _INDEX + "/documents/delete", _delete),
    ("DELETE", _INDEX + r"/documents/(?P<key>[\w-]+)", _delete_one),
    ("GET", _INDEX + "/stats", _stats),
    ("POST", _INDEX + "/search", _search),
    ("GET", r"/tasks/(?P<number>\d+)", _one_task),
    ("GET", "/tasks", _tasks),
    ("GET", "/version", _version),
    ("POST", "/multi-search", _multi_search),
]
