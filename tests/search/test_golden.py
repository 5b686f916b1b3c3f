"""What people mean comes first: each line of golden_queries.csv is a promise."""

import csv
from pathlib import Path

import pytest
from credit_search.answers import Nearness, SubjectQuery
from credit_search.subject_search import SubjectSearch

from tests.search.conftest import golden_rows

with (Path(__file__).parent / "golden_queries.csv").open(encoding="utf-8", newline="") as _file:
    GOLDEN = [(row["query"], row["first"], row["why"]) for row in csv.DictReader(_file)]
SUBJECTS = golden_rows()
CODE, NAME = SUBJECTS[0][1], SUBJECTS[0][2]


async def test_every_golden_query_names_a_subject_that_exists() -> None:
    assert {first for _, first, _ in GOLDEN} <= {name for _, _, name, _ in SUBJECTS}


@pytest.mark.parametrize(("query", "first", "why"), GOLDEN, ids=[query for query, _, _ in GOLDEN])
async def test_a_golden_query_finds_its_subject_first(search: SubjectSearch, query: str, first: str, why: str) -> None:
    answer = await search.search(SubjectQuery(query))
    assert [item.name for item in answer.items[:1]] == [first], why


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject[2])
async def test_every_subject_is_first_under_its_own_name_and_code(search: SubjectSearch, subject: tuple) -> None:
    _, code, name, _ = subject
    for query in (name, code):
        answer = await search.search(SubjectQuery(query))
        assert answer.items[0].uscc == code
        assert answer.items[0].nearness is Nearness.EXACT
        assert answer.direct == code


@pytest.mark.parametrize(
    "written",
    [
        CODE.lower(),
        f"{CODE[:6]} {CODE[6:10]}-{CODE[10:]}",
        "".join(chr(ord(c) + 0xFEE0) for c in CODE),
        CODE.translate(str.maketrans("0125", "OIZS")),
        CODE[-9:],
        CODE[8:17],
        f"{CODE[8:16]}-{CODE[16]}",
        CODE[-5:],
        CODE[:15],
    ],
)
async def test_a_code_is_found_in_every_dress_and_by_its_parts(search: SubjectSearch, written: str) -> None:
    answer = await search.search(SubjectQuery(written))
    assert answer.items[0].uscc == CODE
    assert not answer.similar_only


@pytest.mark.parametrize("at", range(18))
async def test_a_code_with_one_character_wrong_or_lost_is_offered_as_meant(search: SubjectSearch, at: int) -> None:
    for damaged in (
        CODE[:at] + ("7" if CODE[at] != "7" else "4") + CODE[at + 1 :],
        CODE[:at] + CODE[at + 1 :],
        CODE[:at] + CODE[at] + CODE[at:],
    ):
        answer = await search.search(SubjectQuery(damaged))
        assert answer.items[0].uscc == CODE, damaged
        if answer.items[0].nearness is not Nearness.EXACT:  # a doubled character may be lost without a trace
            assert answer.direct is None


async def test_similar_hits_are_marked_and_offered_as_what_was_meant(search: SubjectSearch) -> None:
    answer = await search.search(SubjectQuery("霁川筠廷物业服务有限公司"))
    assert answer.similar_only
    assert answer.did_you_mean[0].name == "霁川筠庭物业服务有限公司"
    assert {item.nearness for item in answer.items} == {Nearness.SIMILAR}
    assert answer.direct is None


async def test_what_resembles_nothing_finds_nothing(search: SubjectSearch) -> None:
    answer = await search.search(SubjectQuery("甲骨龟甲朕龘"))
    assert (answer.total, answer.items, answer.did_you_mean) == (0, [], [])


async def test_a_former_name_says_that_it_is_one(search: SubjectSearch) -> None:
    answer = await search.search(SubjectQuery("霁川衡如置业有限公司"))
    assert answer.items[0].former_name == "霁川衡如置业有限公司"
