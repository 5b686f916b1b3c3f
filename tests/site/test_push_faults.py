"""A push while something else goes wrong: nothing is lost or doubled, and the caller is told when to come again."""

import asyncio
import errno
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest
from credit_records.deliveries import last_deliveries
from credit_records.tables import idempotency, record
from credit_site import writing
from credit_site.settings import SiteSettings
from sqlalchemy import event, func, select, text

from tests.site.pushing import KIND, Pushing, pushing, row


@pytest.fixture
async def water(tmp_path, monkeypatch) -> AsyncIterator[Pushing]:
    monkeypatch.setattr(writing, "PATIENCE_MS", 300)  # for whoever else writes
    async with pushing(SiteSettings(data_dir=tmp_path, city="demo")) as found:
        yield found


def records(water: Pushing) -> int:
    with water.database.connect() as connection:
        return connection.execute(select(func.count()).select_from(record)).scalar_one()


@contextmanager
def locked(tmp_path) -> Iterator[None]:
    """Somebody else writes, as a load does, for as long as the block lasts."""
    connection = sqlite3.connect(tmp_path / "chengxin.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("ROLLBACK")
    connection.close()


async def test_a_database_that_stays_locked_is_said_with_when_to_come_again(water, tmp_path):
    rows = [row(), row()]
    with locked(tmp_path):
        answer = await water.push(*rows, key="k")
    assert answer.status_code == 503
    assert answer.json()["type"] == "/api#problem-busy"
    assert int(answer.headers["retry-after"]) > 0
    assert records(water) == 0
    assert (await water.push(*rows, key="k")).json()["new"] == 2


async def test_a_push_waits_for_a_batch_of_a_load(water, tmp_path):
    begun = threading.Event()

    def write_for_a_moment() -> None:
        with locked(tmp_path):
            begun.set()
            threading.Event().wait(0.1)

    writer = threading.Thread(target=write_for_a_moment)
    writer.start()
    begun.wait()
    answer = await water.push(row())
    writer.join()
    assert answer.json()["new"] == 1


async def test_a_full_disk_is_said_and_nothing_is_half_recorded(water):
    assert (await water.push(row())).status_code == 200
    engine = water.client._transport.app.state.site.desk.writing.engine
    full = True

    @event.listens_for(engine, "checkout")
    def fill(connection, *_) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0] if full else 2**31
        connection.execute(f"PRAGMA max_page_count={pages}")

    rows = [{**row(), "facts": f"事实{serial}" * 400} for serial in range(100)]
    answer = await water.push(*rows, key="k")
    assert answer.status_code == 503
    assert answer.json()["type"] == "/api#problem-storage"
    assert "磁盘" in answer.json()["detail"]
    assert records(water) == 1
    full = False
    assert (await water.push(*rows, key="k")).json()["new"] == 100
    assert records(water) == 101


async def test_what_is_answered_would_outlast_a_power_cut(water, monkeypatch):
    """The journal is brought to the disk when everything is committed, and the answer is given after that."""
    brought: list[tuple[str, int, int]] = []
    real = os.fsync

    def watched(descriptor: int) -> None:
        with water.database.connect() as connection:
            answers = connection.execute(select(func.count()).where(idempotency.c.answer != "")).scalar_one()
        brought.append((Path(f"/proc/self/fd/{descriptor}").readlink().name, records(water), answers))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    rows = [row(), row()]
    assert (await water.push(row())).status_code == 200
    assert (await water.push(*rows, key="k")).status_code == 200
    assert (await water.push(*rows, key="k")).headers["idempotency-replayed"] == "true"
    journal = "chengxin.db-wal"
    assert brought == [(journal, 1, 0), (journal, 3, 1), (journal, 3, 1)]


async def test_a_disk_that_fails_at_the_end_is_said_and_nothing_is_doubled(water, monkeypatch):
    rows = [row(), row()]

    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fail)
        answer = await water.push(*rows, key="k")
    assert answer.status_code == 503
    assert answer.json()["type"] == "/api#problem-storage"
    assert int(answer.headers["retry-after"]) > 0
    assert (await water.push(*rows, key="k")).json()["new"] == 2
    assert records(water) == 2


async def test_a_connection_that_is_cut_records_nothing(water):
    body = orjson.dumps({"kind": KIND.name, "rows": [row()]})
    messages = [{"type": "http.request", "body": body[:50], "more_body": True}, {"type": "http.disconnect"}]
    sent = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/api/v1/providers/water/records",
        "raw_path": b"/api/v1/providers/water/records",
        "query_string": b"",
        "root_path": "",
        "client": ("127.0.0.1", 1),
        "server": ("credit.test", 80),
        "headers": [
            (b"host", b"credit.test"),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"authorization", f"Bearer {water.key}".encode()),
            (b"idempotency-key", b"k"),
        ],
    }

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    await water.client._transport.app(scope, receive, send)
    assert sent[0]["status"] == 408
    with water.database.connect() as connection:
        assert last_deliveries(connection) == []
    assert (await water.send(body, {"idempotency-key": "k"})).json()["new"] == 1


async def test_of_two_calls_at_once_under_one_key_one_records(water):
    rows = [row() for _ in range(300)]
    answers = await asyncio.gather(*(water.push(*rows, key="k") for _ in range(4)))
    told = [answer.json() for answer in answers if answer.status_code == 200]
    assert len({orjson.dumps(each) for each in told}) == 1
    assert told[0]["new"] == 300
    assert {answer.status_code for answer in answers} <= {200, 409}
    with water.database.connect() as connection:
        assert len(last_deliveries(connection)) == 1


async def test_many_at_once_are_taken_in_turn_and_the_rest_told_to_come_again(water, tmp_path):
    pushed = [row() for _ in range(20)]
    with locked(tmp_path):
        waiting = [asyncio.ensure_future(water.push(each)) for each in pushed]
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    answers = await asyncio.gather(*waiting)
    assert done
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 503}
    assert 503 in statuses
    assert records(water) == statuses.count(200)


async def test_a_call_that_failed_on_our_side_may_be_made_again(water):
    pushed = row()
    with water.database.begin() as connection:
        connection.execute(text("ALTER TABLE change RENAME TO gone"))
    assert (await water.push(pushed, key="k")).status_code == 503
    with water.database.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO change"))
    assert (await water.push(pushed, key="k")).json()["new"] == 1
