"""What a writer keeps, and how generations change places."""

import pytest
from credit_search.clauses import Everything, Term
from credit_search.protocol import Engine, NoIndexError, WriterBusyError
from credit_search.schema import IndexSchema

from tests.contract.small_index import SMALL, document, filled


async def found(engine: Engine) -> dict[int, str]:
    page = await engine.reader(SMALL).search(Everything(), size=100)
    return {hit.key: hit.shown[1] for hit in page.hits}


async def test_nothing_is_seen_before_the_commit(engine: Engine) -> None:
    await filled(engine, document(1, "ab"))
    writer = await engine.writer(SMALL)
    await writer.write([document(2, "cd")], ())
    assert await found(engine) == {1: "ab"}
    await writer.commit(2)
    assert await found(engine) == {1: "ab", 2: "cd"}
    await writer.close()


async def test_a_document_of_the_same_key_replaces_the_former(engine: Engine) -> None:
    await filled(engine, document(1, "ab"), document(2, "cd"))
    await filled(engine, document(1, "ef"), cursor=2)
    assert await found(engine) == {1: "ef", 2: "cd"}
    assert (await engine.reader(SMALL).search(Term("grams", "ab"))).total == 0


async def test_the_same_batch_twice_leaves_the_same_index(engine: Engine) -> None:
    batch = [document(3, "ab"), document(1, "cd"), document(2, "ef")]
    writer = await engine.writer(SMALL)
    await writer.write(batch, ())
    await writer.write(batch, ())
    await writer.commit(1)
    await writer.write(batch, [2])
    await writer.write(batch, ())
    await writer.commit(1)
    await writer.close()
    assert await found(engine) == {1: "cd", 2: "ef", 3: "ab"}
    assert (await engine.reader(SMALL).search(Everything(), size=0)).total == 3


async def test_a_key_below_the_highest_that_was_never_written_arrives(engine: Engine) -> None:
    await filled(engine, document(10, "ab"))
    await filled(engine, document(4, "cd"), cursor=2)
    assert await found(engine) == {10: "ab", 4: "cd"}


async def test_a_deleted_key_is_gone_and_one_never_held_does_no_harm(engine: Engine) -> None:
    await filled(engine, document(1, "ab"), document(2, "cd"))
    writer = await engine.writer(SMALL)
    await writer.write((), [2, 77])
    await writer.commit(2)
    await writer.close()
    assert await found(engine) == {1: "ab"}


async def test_the_cursor_is_that_of_the_last_commit(engine: Engine) -> None:
    writer = await engine.writer(SMALL)
    assert await writer.cursor() == 0
    await writer.write([document(1, "ab")], ())
    await writer.commit(41)
    await writer.write([document(2, "ab")], ())
    await writer.close()
    again = await engine.writer(SMALL)
    assert await again.cursor() == 41
    await again.close()
    assert await found(engine) == {1: "ab"}


async def test_versions_tell_what_is_held(engine: Engine) -> None:
    await filled(engine, document(1, "ab", version=5), document(2_000_000, "cd", version=9))
    await filled(engine, document(1, "ab", version=12), cursor=12)
    writer = await engine.writer(SMALL)
    assert await writer.size() == 2
    assert {pair async for pair in writer.versions()} == {(1, 12), (2_000_000, 9)}
    await writer.close()


async def test_a_second_writer_is_refused_until_the_first_is_closed(engine: Engine) -> None:
    first = await engine.writer(SMALL)
    with pytest.raises(WriterBusyError):
        await engine.writer(SMALL)
    await first.close()
    second = await engine.writer(SMALL)
    await second.close()


async def test_an_open_reader_follows_a_promotion_and_the_former_stays(engine: Engine) -> None:
    await filled(engine, document(1, "ab"))
    reader = engine.reader(SMALL)
    assert (await reader.search(Everything())).total == 1
    before, former = await reader.generation(), await engine.live(SMALL)
    beside = await engine.create(SMALL)
    writer = await engine.writer(SMALL, beside)
    await writer.write([document(1, "cd"), document(2, "cd")], ())
    await writer.commit(2)
    await writer.close()
    assert await engine.live(SMALL) == former
    await engine.promote(SMALL, beside)
    assert await engine.live(SMALL) == beside
    assert await engine.generations(SMALL) == [former, beside]
    assert (await engine.reader(SMALL).search(Term("grams", "cd"))).total == 2
    while await reader.generation() == before:
        pass
    assert (await reader.search(Term("grams", "cd"))).total == 2


async def test_a_generation_can_be_dropped_unless_it_is_live(engine: Engine) -> None:
    await filled(engine, document(1, "ab"))
    live = await engine.live(SMALL)
    beside = await engine.create(SMALL)
    await engine.drop(SMALL, beside)
    assert await engine.generations(SMALL) == [live]
    with pytest.raises(ValueError, match="live"):
        await engine.drop(SMALL, str(live))
    assert await found(engine) == {1: "ab"}


async def test_an_index_of_another_schema_is_not_taken_for_this_one(engine: Engine) -> None:
    await filled(engine, document(1, "ab"))
    changed = IndexSchema(SMALL.name, SMALL.key, SMALL.fields[:-2] + SMALL.fields[-1:])
    assert await engine.live(changed) is None
    assert changed.digest != SMALL.digest


async def test_a_writer_whose_generation_was_dropped_is_told_that_it_is_gone(engine: Engine) -> None:
    beside = await engine.create(SMALL)
    writer = await engine.writer(SMALL, beside)
    await writer.write([document(1, "ab")], ())
    await engine.drop(SMALL, beside)
    with pytest.raises(NoIndexError):
        await writer.commit(1)
    await writer.close()
    assert await engine.generations(SMALL) == []
