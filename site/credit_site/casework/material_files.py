"""Files of an application as they are given out again: never under a name or a type that a browser would run."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final
from urllib.parse import quote

from credit_records.casework.materials import Material
from credit_records.casework.store import Store
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from credit_site.casework.holding import SECRETIVE
from credit_site.casework.material_content import PICTURES

PIECE: Final = 1 << 16
KILOBYTE: Final = 1024
SANDBOX: Final = "default-src 'none'; sandbox"


@dataclass(frozen=True, slots=True)
class MaterialView:
    """A file in a list. `preview` is the address of the picture itself, empty where it is none."""

    id: int
    name: str
    size: str
    paper: str
    address: str
    preview: str


def material_views(materials: Iterable[Material], papers: dict[str, str], address: str) -> list[MaterialView]:
    """`papers` is what each purpose is called; the addresses of files begin with `address`."""
    return [
        MaterialView(
            id=each.id,
            name=each.file_name,
            size=size_text(each.bytes),
            paper=papers.get(each.purpose, ""),
            address=f"{address}/{each.id}",
            preview=f"{address}/{each.id}?view=1" if each.media_type in PICTURES else "",
        )
        for each in materials
    ]


def size_text(size: int) -> str:
    if size < KILOBYTE:
        return f"{size} B"
    if size < KILOBYTE**2:
        return f"{size / KILOBYTE:.0f} KB"
    return f"{size / KILOBYTE**2:.1f} MB"


async def material_response(store: Store, material: Material, *, seen: bool) -> Response:
    """The file as a download, or, where it is a picture that was written anew and is to be `seen`, in its place."""
    try:
        file = await run_in_threadpool(store.open, material.sha256)
    except FileNotFoundError as error:
        raise HTTPException(404) from error
    shown = "inline" if seen and material.media_type in PICTURES else "attachment"
    headers = {
        **SECRETIVE,
        "Content-Disposition": f"{shown}; {_named(material.file_name)}",
        "Content-Length": str(material.bytes),
        "Content-Security-Policy": SANDBOX,
        "Content-Encoding": "identity",  # it is compressed already
    }
    return StreamingResponse(_pieces(file), media_type=material.media_type, headers=headers)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _named(name: str) -> str:
    """The name as headers have it (RFC 6266): for old programs in ASCII, for others as it is."""
    plain = "".join(each if each.isascii() and each.isprintable() and each not in '"\\' else "_" for each in name)
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
