"""Pages as a reader sees them."""

from html import unescape

import httpx


async def page(client: httpx.AsyncClient, path: str, status: int = 200, **headers: str) -> str:
    """The page at a path, its character references resolved."""
    answer = await client.get(path, headers=headers)
    assert answer.status_code == status, path
    return unescape(answer.text)
