"""What a clerk does in the provider's room, and the receiver behind it."""

import csv
import re
import threading
from io import StringIO
from pathlib import Path

import httpx
from credit_indexer.receiving import Receiver
from credit_records.catalogue import catalogue

from tests.site.pushing import KIND, Pushing, row


def token_of(page: httpx.Response) -> str:
    return re.findall(r'name="form_token" value="([0-9a-f]{64})"', page.text)[0]


async def enter(water: Pushing, **typed: str) -> httpx.Response:
    page = await water.client.get("/provider/sign-in")
    data = {"form_token": token_of(page), "name": water.name, "next": "/provider", **typed}
    return await water.client.post("/provider/sign-in", data=data)


async def upload(clerk: Pushing, content: bytes, name: str = "行政处罚.csv", kind: str = KIND.name, **headers: str):
    page = await clerk.client.get("/provider/upload")
    data = {"form_token": token_of(page), "kind": kind}
    files = {"file": (name, content)} if name else None
    return await clerk.client.post("/provider/upload", data=data, files=files, headers=headers)


def sheet() -> bytes:
    pushed = row()
    text = StringIO()
    writer = csv.DictWriter(text, list(pushed))
    writer.writeheader()
    writer.writerow(pushed)
    return text.getvalue().encode()


def waiting(inbox: Path) -> list[Path]:
    return sorted((inbox / "uploads" / KIND.name).glob("*"))


def receive(clerk: Pushing, inbox: Path) -> None:
    """As `chengxin receive --once` does."""
    receiver = Receiver(clerk.database, inbox, catalogue().kinds, on_event=lambda _: None)
    while (look := receiver.round()).settling or not look.received:
        threading.Event().wait(0.05)
