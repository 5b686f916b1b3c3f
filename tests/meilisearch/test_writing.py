"""What is sent to Meilisearch, in which order, and what becomes of what it does not take."""

import json
from pathlib import Path
from typing import Any

import pytest
from credit_search.engines.meilisearch import outgoing
from credit_search.engines.meilisearch.engine import MeilisearchEngine
from credit_search.protocol import EngineRestingError, EngineUnavailableError, NoIndexError, WriterBusyError

from tests.contract.small_index import SMALL, document, filled
from tests.meilisearch.recording_server import Recording

STATE = "chengxin_state"
UNFIT = {
    "message": "Document identifier `虚构市张三` is invalid.",
    "code": "invalid_document_id",
    "type": "invalid_request",
}
NO_ROOM = {"message": "no space left on device", "code": "no_space_left_on_device", "type": "system"}


def held(server: Recording) -> list[int]:
    """The keys of the documents of the one generation."""
    return sorted(key for uid, found in server.documents.items() if uid != STATE for key in found)


def cursors(server: Recording) -> list[int]:
    return [kept["cursor"] for kept in server.documents[STATE].values() if "cursor" in kept]


def written_down(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.refused.jsonl"))


def ledger(folder: Path) -> list[tuple[int, str]]:
    entries = [json.loads(line) for line in written_down(folder).splitlines()]
    return [(entry["key"], entry["type"]) for entry in entries]


def refusing(key: int) -> Any:
    return lambda found: UNFIT if found["id"] == key else None


async def test_the_live_generation_is_sent_nothing_before_the_commit(
    engine: MeilisearchEngine, server: Recording
) -> None:
    await filled(engine, document(1, "ab"))
    writer = await engine.writer(SMALL)
    before = len(server.requests)
    await writer.write([document(2, "cd")], [1], 7)
    assert len(server.requests) == before
    await writer.commit(7)
    await writer.close()
    came = [path.rsplit("/", 1)[1] for _, path, _ in server.requests[before:] if not path.endswith("/fetch")]
    assert came == ["delete", "documents", "documents"], "deletions, documents, and the cursor after both"
    assert server.requests[-1][1] == f"/indexes/{STATE}/documents"
    assert cursors(server) == [7]


async def test_a_generation_that_is_built_beside_is_sent_whole_requests_meanwhile(
    engine: MeilisearchEngine, server: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "MOST_BYTES", 1)
    writer = await engine.writer(SMALL, await engine.create(SMALL))
    await writer.write([document(n, "ab") for n in range(1, 5)], ())
    await writer.write([document(5, "ab")], ())
    assert held(server)[:3] == [1, 2, 3]
    await writer.commit(1)
    await writer.close()
    assert held(server) == [1, 2, 3, 4, 5]


async def test_a_document_that_is_refused_holds_up_no_other_and_is_in_the_ledger_until_it_is_taken(
    engine: MeilisearchEngine, server: Recording, tmp_path: Path
) -> None:
    server.refuse = refusing(3)
    writer = await engine.writer(SMALL)
    await writer.write([document(n, "ab") for n in range(1, 6)], ())
    await writer.commit(1)
    await writer.close()
    assert held(server) == [1, 2, 4, 5]
    assert ledger(tmp_path) == [(3, "invalid_document_id")]
    assert "张三" not in written_down(tmp_path), "what the server quotes may be the document"
    server.refuse = lambda _: None
    again = await engine.writer(SMALL)
    assert await again.refused() == 1
    await again.write([document(3, "cd", version=2)], ())
    await again.commit(2)
    assert await again.refused() == 0
    await again.close()
    assert held(server) == [1, 2, 3, 4, 5]


async def test_a_full_disk_is_no_fault_of_any_document(
    engine: MeilisearchEngine, server: Recording, tmp_path: Path
) -> None:
    writer = await engine.writer(SMALL)
    await writer.write([document(1, "ab"), document(2, "cd")], ())
    server.fail = NO_ROOM
    with pytest.raises(EngineRestingError, match="no space"):
        await writer.commit(5)
    await writer.close()
    assert (held(server), cursors(server), ledger(tmp_path)) == ([], [0], [])
    server.fail = None
    again = await engine.writer(SMALL)
    assert await again.cursor() == 0
    await again.close()


async def test_what_the_server_refuses_for_the_request_s_sake_puts_no_document_in_the_ledger(
    engine: MeilisearchEngine, server: Recording, tmp_path: Path
) -> None:
    writer = await engine.writer(SMALL)
    await writer.write([document(1, "ab")], ())
    server.refuse = lambda _: {"message": "?", "code": "invalid_index_primary_key", "type": "invalid_request"}
    with pytest.raises(EngineUnavailableError):
        await writer.commit(1)
    await writer.close()
    assert ledger(tmp_path) == []


async def test_a_writer_that_another_has_overtaken_writes_nothing(engine: MeilisearchEngine, server: Recording) -> None:
    await filled(engine, document(1, "ab"), cursor=3)
    writer = await engine.writer(SMALL)
    await writer.write([document(1, "older")], ())
    generation = await engine.live(SMALL)
    server.documents[STATE][generation]["cursor"] = 9
    before = server.documents.copy()
    with pytest.raises(WriterBusyError, match="9"):
        await writer.commit(4)
    await writer.close()
    assert server.documents == before
    assert cursors(server) == [9]


async def test_an_index_that_is_remade_behind_our_back_is_not_taken_for_ours(
    engine: MeilisearchEngine, server: Recording
) -> None:
    await filled(engine, document(1, "ab"))
    writer = await engine.writer(SMALL)
    await writer.write([document(2, "cd")], ())
    server.make_anew(next(uid for uid in server.indexes if uid != STATE))
    with pytest.raises(NoIndexError):
        await writer.commit(2)
    await writer.close()
    assert await engine.live(SMALL) is None
    with pytest.raises(NoIndexError):
        await engine.writer(SMALL, (await engine.generations(SMALL))[0])


async def test_a_server_that_is_too_old_is_told_by_its_version(engine: MeilisearchEngine, server: Recording) -> None:
    server.version = "1.16.0"
    with pytest.raises(EngineUnavailableError, match=r"1\.16\.0 太旧.*1\.18"):
        await engine.create(SMALL)
    assert server.indexes == {}


async def test_what_the_writer_before_left_queued_is_waited_for(engine: MeilisearchEngine, server: Recording) -> None:
    await filled(engine, document(1, "ab"))
    server.queued = [2, 1, 0, 5]
    writer = await engine.writer(SMALL)
    await writer.close()
    assert server.queued == [5], "asked until nothing was left"
