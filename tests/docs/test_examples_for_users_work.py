"""Every example that the page for users gives finds, first, what the page says that it finds."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from credit_records.settings import Settings
from credit_search.answers import SubjectQuery
from credit_search.engines import open_engine
from credit_search.subject_search import SubjectSearch

PAGE = Path(__file__).parents[2] / "docs" / "users.md"
EXAMPLES = re.findall(r"^\| [^|]+ \| `([^`]+)` \| ([^|]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> SubjectSearch:
    folder = tmp_path_factory.mktemp("city")
    chengxin = Path(sys.executable).with_name("chengxin")
    environment = {**os.environ, "CHENGXIN_DATA_DIR": str(folder)}
    command = [chengxin, "demo", "--subjects", "3000", "--records", "0"]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return SubjectSearch(open_engine(Settings(data_dir=folder)))


def test_there_are_examples():
    assert len(EXAMPLES) > 12


@pytest.mark.parametrize(("query", "name"), EXAMPLES, ids=[query for query, _ in EXAMPLES])
def test_example_finds_what_it_says(city: SubjectSearch, query: str, name: str):
    answer = asyncio.run(city.search(SubjectQuery(query)))
    assert [item.name for item in answer.items[:1]] == [name]
