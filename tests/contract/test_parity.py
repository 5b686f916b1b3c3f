"""What a person is told does not depend on the engine: the same first result, the same ten, the same counts."""

from collections.abc import AsyncIterator, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from credit_indexer.demo.delivery import make_subjects
from credit_indexer.demo.subjects import FictionalSubject
from credit_indexer.demo.town import fictional_town
from credit_records.catalogue import catalogue
from credit_records.settings import Settings
from credit_search.documents import subject_document
from credit_search.engines import open_engine
from credit_search.protocol import Document, Engine
from credit_search.record_documents import record_document
from credit_search.record_search import RecordQuery, RecordSearch
from credit_search.schema import RECORDS, SUBJECTS, IndexSchema
from credit_search.subject_search import SubjectSearch

from benchmarks.parity import compare, queries_of
from tests.contract.conftest import OPENED

MADE = 3_000
ASKED_FOR = 375  # one in so many is asked for in every way that a person may misremember it
REGIONS, INDUSTRIES = ("629901", "629902", "629903"), ("C", "F", "I", None)


def _document(number: int, subject: FictionalSubject) -> Document:
    return subject_document(
        id=number,
        version=number,
        uscc=subject.uscc,
        code_valid=True,
        name=subject.name,
        former_names=tuple(filter(None, subject.former_names.split("；"))),
        status="active" if number % 7 else "revoked",
        division=REGIONS[number % 3],
        region=REGIONS[number % 3],
        entity_type="limited" if "有限" in subject.name else None,
        industry=INDUSTRIES[number % 4],
        established=f"20{number % 25:02d}-05-01",
    )


async def _fill(engine: Engine, schema: IndexSchema, documents: Sequence[Document]) -> None:
    writer = await engine.writer(schema)
    try:
        await writer.write([dict(document) for document in documents], ())
        await writer.commit(len(documents))
    finally:
        await writer.close()


@pytest.fixture(params=["elasticsearch", "meilisearch"])
def other_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    opened = OPENED[request.param](request)
    yield next(opened)(tmp_path)
    assert list(opened) == []


@pytest.fixture
async def both(other_settings: Settings, tmp_path: Path) -> AsyncIterator[tuple[Engine, Engine]]:
    """The embedded engine, and each of the others."""
    other = open_engine(other_settings)
    yield open_engine(Settings(data_dir=tmp_path)), other
    await other.close()


async def test_both_engines_tell_a_person_the_same(both: tuple[Engine, Engine]) -> None:
    town = fictional_town(catalogue())
    subjects = [s for s in make_subjects(town, subjects=MADE, seed=8) if len(s.uscc) == 18]
    documents = [_document(number, subject) for number, subject in enumerate(subjects, 1)]
    for engine in both:
        await _fill(engine, SUBJECTS, documents)
    one, other = (SubjectSearch(engine, REGIONS[0]) for engine in both)
    queries = queries_of([(subject.name, subject.uscc) for subject in subjects[::ASKED_FOR]])
    parity = await compare(one, other, queries)
    assert parity.asked > 200
    assert parity.same_first >= 0.99 * parity.asked, parity.differing
    assert parity.same_ten >= 0.95 * parity.asked, parity.differing
    assert parity.counted > 100
    assert parity.same_facets == parity.counted


def _record(number: int) -> Document:
    """Every mixture of facts comes: the periods of the choices share no factor with one another, nearly."""
    return record_document(
        id=number,
        version=number,
        kind=("administrative_penalty", "administrative_licence")[number % 2],
        colour=(None, "red", "black")[number // 2 % 3],
        uscc=None,
        name=f"霁川{'筠聿衡'[number % 3]}{'庭桐霆'[number // 3 % 3]}物流有限公司",
        headline=("未按规定办理", "超标排放水污染物", "使用未经检定的计量器具")[number // 5 % 3],
        document_number=f"霁市监罚〔2024〕{number}号",
        authority=("霁川市生态环境局", "霁川市市场监督管理局")[number // 7 % 2],
        categories=(("罚款",), ("警告", "罚款"), (), ("没收违法所得",), ("警告",))[number % 5],
        violation=None,
        region=REGIONS[number // 4 % 3],
        industry=INDUSTRIES[number % 4],
        amount=(None, Decimal("0.05"), Decimal("12.345678"), Decimal("98765.4321"))[number // 3 % 4],
        confiscated=(None, Decimal("3.5"))[number // 11 % 2],
        decision_date=(None, "2023-12-31", "2024-03-05", "2025-07-01")[number % 4],
        texts=(),
    )


@pytest.mark.parametrize(
    "query",
    [
        RecordQuery(size=100),
        RecordQuery("水污染物", size=100),
        RecordQuery("霁市监罚〔2024〕7号", size=100),
        RecordQuery("筠庭 计量器具", size=100, sort="largest"),
        RecordQuery(size=100, filters={"category": ("罚款", "警告"), "year": ("2024",)}, since=20240101),
        RecordQuery("先进典型", size=100, filters={"region": REGIONS[:1]}),
    ],
    ids=lambda query: f"{query.q}{query.filters or ''}",
)
async def test_both_engines_find_count_and_sum_the_same_records(
    both: tuple[Engine, Engine], query: RecordQuery
) -> None:
    documents = [_record(number) for number in range(1, 91)]
    told = []
    for engine in both:
        await _fill(engine, RECORDS, documents)
        answer = await RecordSearch(engine).search(query)
        facets = {key: {(count.value, count.count) for count in counts} for key, counts in answer.facets.items()}
        ids = sorted(item.id for item in answer.items)
        told.append((answer.total, ids, facets, answer.sums, answer.by_month, answer.loosened))
    assert told[0] == told[1]
