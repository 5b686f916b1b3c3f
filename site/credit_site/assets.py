"""Static files: read and compressed once at start, served from memory under an address that holds their hash.

The address changes when the content does, so a browser may keep an answer for ever.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

SERVED = frozenset({".css", ".js", ".svg", ".txt"})
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    address: str
    media_type: str
    body: bytes
    gzipped: bytes
    digest: str


class Assets:
    """Every static file by name (`site.css`, `vendor/htmx-2.0.11.min.js`) and by address."""

    def __init__(self, root: Path) -> None:
        files = sorted(path for path in root.rglob("*") if path.suffix in SERVED)
        self._by_name: Mapping[str, Asset] = {str(path.relative_to(root)): _read(root, path) for path in files}
        self._by_address = {asset.address: asset for asset in self._by_name.values()}

    def address(self, name: str) -> str:
        return self._by_name[name].address

    def named(self, name: str) -> Asset:
        return self._by_name[name]

    async def serve(self, request: Request) -> Response:
        asset = self._by_address.get(request.url.path)
        if asset is None:
            raise HTTPException(404)
        return answer(request, asset, FOR_EVER)


def answer(request: Request, asset: Asset, cache_control: str) -> Response:
    headers = {"Cache-Control": cache_control, "ETag": f'"{asset.digest}"', "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.gzipped, media_type=asset.media_type, headers=headers)
    return Response(asset.body, media_type=asset.media_type, headers=headers)


def _read(root: Path, path: Path) -> Asset:
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:12]
    name = path.relative_to(root).with_suffix("")
    media_type = mimetypes.guess_type(path.name)[0] or "text/plain"
    return Asset(
        address=f"/static/{name}.{digest}{path.suffix}",
        media_type=media_type,
        body=body,
        gzipped=gzip.compress(body, 9, mtime=0),
        digest=digest,
    )
