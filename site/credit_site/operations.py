"""For those who run the site: is it alive, is it ready, what does it count, and what may robots read."""

from typing import Any

import orjson
from credit_records.database import is_current
from credit_search.protocol import EngineUnavailableError
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from credit_site.assets import answer
from credit_site.site import Site, site_of

A_DAY = "public, max-age=86400"


async def healthz(_: Request) -> Response:
    """The process answers."""
    return _state(200, {"status": "ok"})


async def readyz(request: Request) -> Response:
    """Database and index can be read, so pages will be whole."""
    site = site_of(request)
    checks = {"database": await _database(site), "index": await _index(site)}
    ready = all(each["ready"] for each in checks.values())
    return _state(200 if ready else 503, {"status": "ok" if ready else "not ready", **checks})


async def _database(site: Site) -> dict[str, Any]:
    try:
        ready = await run_in_threadpool(is_current, site.database.engine)
    except SQLAlchemyError as error:
        return {"ready": False, "reason": type(error).__name__}
    return {"ready": True} if ready else {"ready": False, "reason": "the schema is not current"}


async def _index(site: Site) -> dict[str, Any]:
    try:
        return {"ready": True, "generation": await site.reader.generation(), "documents": await site.reader.size()}
    except EngineUnavailableError as error:
        return {"ready": False, "reason": type(error).__name__}


async def metrics(request: Request) -> Response:
    """What was answered by all workers, and what the indexer, the receiver and the disk look like now."""
    site = site_of(request)
    exposition = site.metrics.exposition() + await site.vital_signs.exposition()
    return Response(exposition, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})


async def robots(request: Request) -> Response:
    """Profiles are for finding; result pages have no end, so robots stay out of them."""
    base_url = site_of(request).base_url(request)
    lines = (
        "User-agent: *",
        "Disallow: /search",
        "Disallow: /api/v1/",
        "Disallow: /provider",
        "Disallow: /desk",
        f"Sitemap: {base_url}/sitemap.xml",
    )
    return PlainTextResponse("\n".join(lines) + "\n", headers={"Cache-Control": A_DAY})


async def favicon(request: Request) -> Response:
    return answer(request, site_of(request).assets.named("icon.svg"), A_DAY)


def _state(status: int, document: dict[str, Any]) -> Response:
    return Response(
        orjson.dumps(document),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


routes = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", metrics),
    Route("/robots.txt", robots),
    Route("/favicon.ico", favicon),
]
