"""The sitemap: an index, the pages of the site, and compressed files of at most 50,000 profiles each (sitemaps.org)."""

import zlib
from collections.abc import Iterator
from xml.sax.saxutils import escape

from credit_records.reading import sitemap_codes, sitemap_pages
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from credit_site.database import Database
from credit_site.site import site_of

BATCH = 2_000
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
AN_HOUR = "public, max-age=3600"
GZIP_WINDOW = 16 + zlib.MAX_WBITS  # zlib's way to write a gzip header


async def sitemap_index(request: Request) -> Response:
    site = site_of(request)
    base_url = escape(site.base_url(request))
    last = await site.database.read(sitemap_pages)
    names = ["pages.xml", *(f"{number}.xml.gz" for number in range(1, last + 1))]
    entries = "".join(f"<sitemap><loc>{base_url}/sitemaps/{name}</loc></sitemap>" for name in names)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{NAMESPACE}">{entries}</sitemapindex>\n'
    return Response(text, media_type="application/xml", headers={"Cache-Control": AN_HOUR})


async def pages_sitemap(request: Request) -> Response:
    """The pages that are no subject's: the front door, what explains the site, and every register."""
    site = site_of(request)
    base_url = escape(site.base_url(request))
    explained = (
        "/about",
        "/api",
        "/departments",
        "/data",
        "/repair",
        "/objection",
        "/guide/repair",
        "/guide/objection",
    )
    paths = ["/", *explained, *(register.path for register in site.registers.every())]
    entries = "".join(f"<url><loc>{base_url}{escape(path)}</loc></url>" for path in paths)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}">{entries}</urlset>\n'
    return Response(text, media_type="application/xml", headers={"Cache-Control": AN_HOUR})


async def sitemap(request: Request) -> Response:
    site = site_of(request)
    number = request.path_params["number"]
    if not 1 <= number <= await site.database.read(sitemap_pages):
        raise HTTPException(404)
    return StreamingResponse(
        _compressed(_addresses(site.database, site.base_url(request), number)),
        media_type="application/gzip",
        headers={"Cache-Control": AN_HOUR},
    )


def _addresses(database: Database, base_url: str, number: int) -> Iterator[str]:
    with database.engine.connect() as connection:
        codes = sitemap_codes(connection, number)
    start = f"<url><loc>{escape(base_url)}/credit/"
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}">'
    for first in range(0, len(codes), BATCH):
        yield "".join(f"{start}{code}</loc></url>" for code in codes[first : first + BATCH])
    yield "</urlset>\n"


def _compressed(texts: Iterator[str]) -> Iterator[bytes]:
    compressor = zlib.compressobj(6, zlib.DEFLATED, GZIP_WINDOW)
    for text in texts:
        if piece := compressor.compress(text.encode()):
            yield piece
    yield compressor.flush()


routes = [
    Route("/sitemap.xml", sitemap_index),
    Route("/sitemaps/pages.xml", pages_sitemap),
    Route("/sitemaps/{number:int}.xml.gz", sitemap),
]
