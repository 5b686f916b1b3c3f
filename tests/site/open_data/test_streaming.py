"""What goes on while a table is sent: memory stays the same, nothing runs on without a reader, few run at once."""

import asyncio
import tracemalloc

import pyarrow as pa
import pytest
from credit_records.catalogue import catalogue
from credit_records.database import open_database, writing
from credit_records.exporting.record_sheets import RecordSheet
from credit_records.exporting.workbook import WorkbookWriter
from credit_records.exporting.writers import CsvWriter, JsonLinesWriter, ParquetWriter
from credit_records.tables import record
from credit_site.errors import ProblemError
from credit_site.open_data.downloads import begun
from credit_site.open_data.slots import AT_ONCE, OF_ONE_ADDRESS, Slots
from credit_site.open_data.streaming import BATCH, Streaming
from sqlalchemy import insert, select

KIND = catalogue().kinds["administrative_penalty"]
SHEET = RecordSheet([KIND], catalogue(), "zh", "http://credit.test")
FIRST, FEW, MANY = 1_000_000, 4 * BATCH, 52_000
SLACK = 24 * 2**20  # bytes: some batches more in flight on a busy machine; a table of the whole would be thrice as much
WRITERS = {
    "csv": lambda: CsvWriter(SHEET.columns, "zh"),
    "jsonl": JsonLinesWriter,
    "xlsx": lambda: WorkbookWriter(SHEET.columns, "zh", [("来源", "示例")]),
    "parquet": lambda: ParquetWriter(SHEET.columns, {"citation": "{}"}),
}


@pytest.fixture(scope="module")
def streaming(tmp_path_factory, place, register_city):
    """Over a database that holds one penalty of the city many times, each with a number of its own."""
    engine = open_database(place.copy(register_city, tmp_path_factory.mktemp("many")))
    with writing(engine) as connection:
        one = dict(connection.execute(select(record).where(record.c.kind == KIND.name)).mappings().first())
        for start in range(0, MANY, 13_000):
            numbers = range(FIRST + start, FIRST + start + 13_000)
            connection.execute(insert(record), [{**one, "id": n, "key": f"copy {n}", "version": n} for n in numbers])
    yield Streaming(engine)
    engine.dispose()


async def numbers_of(count):
    for start in range(0, count, 10_000):
        yield list(range(FIRST + start, FIRST + min(start + 10_000, count)))


async def sent(streaming, writer, count):
    """(bytes sent, most memory that Python and Arrow held at once)."""
    size = most = 0
    async for piece in streaming.pieces(numbers_of(count), SHEET, writer()):
        size += len(piece)
        most = max(most, pa.total_allocated_bytes())
    return size, most + tracemalloc.get_traced_memory()[1]


@pytest.mark.parametrize("form", WRITERS)
async def test_memory_does_not_grow_with_the_table(streaming, form):
    writer = WRITERS[form]
    await sent(streaming, writer, FEW)  # what is made once is there
    tracemalloc.start()
    few, at_few = await sent(streaming, writer, FEW)
    tracemalloc.reset_peak()
    many, at_many = await sent(streaming, writer, MANY)
    tracemalloc.stop()
    assert many > 2 * few
    assert at_many < at_few + SLACK, (at_few, at_many)


async def test_what_its_reader_leaves_is_read_no_further(streaming):
    asked = []

    async def watched():
        try:
            async for numbers in numbers_of(MANY):
                asked.append(numbers)
                yield numbers
        finally:
            asked.append("closed")

    pieces = streaming.pieces(watched(), SHEET, WRITERS["csv"]())
    for _ in range(3):
        await anext(pieces)
    await pieces.aclose()
    assert asked[-1] == "closed"
    assert len(asked) <= 3


async def test_a_reader_that_goes_away_gives_its_place_back(streaming):
    slots, closed = Slots(), asyncio.Event()

    async def watched():
        try:
            async for numbers in numbers_of(MANY):
                yield numbers
        finally:
            closed.set()

    slots.take("here", str)
    download = await begun(
        streaming.pieces(watched(), SHEET, WRITERS["csv"]()), "text/csv", {}, lambda: slots.give_back("here")
    )
    sent_so_far, enough = [], asyncio.Event()

    async def receive():
        await enough.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent_so_far.append(message)
        if len(sent_so_far) == 3:
            enough.set()
            await asyncio.Event().wait()  # as a connection does that takes no more

    await download({"type": "http", "asgi": {"spec_version": "2.3"}, "method": "GET"}, receive, send)
    assert closed.is_set()
    assert len(sent_so_far) == 3
    assert sent_so_far[-1]["more_body"]
    for _ in range(OF_ONE_ADDRESS):
        slots.take("here", str)


async def test_what_fails_before_the_first_row_is_told_and_gives_its_place_back(streaming):
    slots = Slots()

    async def failing():
        raise LookupError
        yield []

    slots.take("here", str)
    with pytest.raises(LookupError):
        await begun(
            streaming.pieces(failing(), SHEET, WRITERS["csv"]()), "text/csv", {}, lambda: slots.give_back("here")
        )
    for _ in range(OF_ONE_ADDRESS):
        slots.take("here", str)


def test_few_run_at_once_and_of_one_address_fewer():
    slots = Slots()
    for _ in range(OF_ONE_ADDRESS):
        slots.take("one", str)
    with pytest.raises(ProblemError) as refused:
        slots.take("one", str)
    assert refused.value.problem.status == 429
    assert refused.value.problem.headers["Retry-After"]
    for other in range(AT_ONCE - OF_ONE_ADDRESS):
        slots.take(f"other {other}", str)
    with pytest.raises(ProblemError):
        slots.take("new", str)
    slots.give_back("one")
    slots.take("new", str)


async def test_a_third_download_of_one_address_is_told_to_wait(client, register_app):
    """Two that nobody reads on hold their places; what is small is done before anybody can ask again."""
    workshop = next(
        cell.cell_contents
        for route in register_app.routes
        if getattr(route, "path", "") == "/penalties.{form:table}"
        for cell in route.endpoint.__closure__
        if hasattr(cell.cell_contents, "slots")
    )
    with workshop.slots.one("127.0.0.1", str), workshop.slots.one("127.0.0.1", str):
        answer = await client.get("/penalties.csv")
        assert answer.status_code == 429
        assert answer.headers["retry-after"]
        assert "下载" in answer.text
    assert (await client.get("/penalties.csv")).status_code == 200
