"""One small index of made-up subjects, built once and only read."""

import asyncio
import csv
from pathlib import Path

import pytest
from credit_records.settings import Settings
from credit_search.documents import subject_document
from credit_search.engines import open_engine
from credit_search.protocol import Engine
from credit_search.schema import SUBJECTS
from credit_search.subject_search import SubjectSearch
from stdnum.cn import uscc

HERE = Path(__file__).parent


def code_of(number: int) -> str:
    """A code with right check digits in a division that nobody has."""
    body = f"9162990{number % 9 + 1}MA{number:06d}"
    organisation = body[8:16]
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    check = 11 - sum(w * alphabet.index(c) for w, c in zip(weights, organisation, strict=True)) % 11
    body += "X" if check == 10 else str(check % 11)
    return body + uscc.calc_check_digit(body)


def golden_rows() -> list[tuple[int, str, str, str]]:
    """Number, code, name and former name of each subject."""
    with (HERE / "golden_subjects.csv").open(encoding="utf-8", newline="") as file:
        return [(n, code_of(n * 7919), row["name"], row["former"]) for n, row in enumerate(csv.DictReader(file), 1)]


@pytest.fixture(scope="session")
def search(tmp_path_factory: pytest.TempPathFactory) -> SubjectSearch:
    engine = open_engine(Settings(data_dir=tmp_path_factory.mktemp("golden")))
    asyncio.run(_fill(engine))
    return SubjectSearch(engine, home="629900")


async def _fill(engine: Engine) -> None:
    writer = await engine.writer(SUBJECTS)
    documents = [
        subject_document(
            id=number,
            version=number,
            uscc=code,
            code_valid=True,
            name=name,
            former_names=(former,) if former else (),
            status="active",
            division="629901",
            region="629901" if number % 3 else "629902",
            entity_type="limited" if "有限" in name else None,
            industry="F" if number % 2 else None,
            established=f"20{number % 20:02d}-05-01" if number > 2 else None,
        )
        for number, code, name, former in golden_rows()
    ]
    await writer.write(documents, ())
    await writer.commit(1)
    await writer.close()
