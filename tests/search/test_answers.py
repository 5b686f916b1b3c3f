"""Pages, facets, filters and the type-ahead, and queries that nobody should send."""

import pytest
from credit_search.answers import MAX_RESULTS, SubjectQuery
from credit_search.facets import SUBJECT_FACETS
from credit_search.schema import SUBJECTS
from credit_search.subject_search import SORT_NAMES, SubjectSearch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.search.conftest import golden_rows

EVERY = len(golden_rows())
HOSTILE = [
    "'; DROP TABLE subject; --",
    "<script>alert(1)</script>",
    "(",
    "[",
    "\\",
    "*",
    "^$.|?+{}",
    'name:"a" AND (b OR',
    "\x00\x01\x1f",
    "\ud800",
    "龘" * 10_000,
    "a" * 10_000,
    "9" * 10_000,
    "霁川 " * 3_000,
    "🏮",
    "\u202eabc",
    "e\u0301" * 50,
    "有", "有限", "限公司", "公司", "有限公司", "有限责任公司", "^霁", "司$", "\ue000", "xi'an", "1e308", "-1", "NaN",
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE, ids=[ascii(q[:24]) for q in HOSTILE])
async def test_no_query_breaks_the_search_or_the_type_ahead(search: SubjectSearch, hostile: str) -> None:
    answer = await search.search(SubjectQuery(hostile))
    assert answer.total >= len(answer.items)
    assert answer.cut == (len(hostile) > 200)
    for suggestion in await search.suggest(hostile):
        assert "".join(text for text, _ in suggestion.highlight) == suggestion.name


@given(
    q=st.text(max_size=40), page=st.integers(-5, 10**9), size=st.integers(-5, 10**6), sort=st.sampled_from(SORT_NAMES)
)
@settings(max_examples=150, deadline=None)
async def test_any_text_page_and_size_are_answered(
    search: SubjectSearch, q: str, page: int, size: int, sort: str
) -> None:
    answer = await search.search(SubjectQuery(q, page=page, size=size, sort=sort))
    assert len(answer.items) <= 100
    for item in answer.items:
        assert "".join(text for text, _ in item.highlight) == item.name
        assert "".join(text for text, _ in item.code_highlight) == item.uscc


@pytest.mark.parametrize("sort", SORT_NAMES)
@pytest.mark.parametrize("q", ["", "霁川", "公司"])
async def test_pages_show_every_match_once(search: SubjectSearch, q: str, sort: str) -> None:
    first = await search.search(SubjectQuery(q, size=7, sort=sort))
    seen = [item.id for item in first.items]
    for page in range(2, 10):
        seen += [item.id for item in (await search.search(SubjectQuery(q, page=page, size=7, sort=sort))).items]
    assert len(seen) == len(set(seen)) == first.total


@pytest.mark.parametrize("q", ["霁川", "有限公司", "xin", "霁川 科技"])
async def test_the_order_is_the_same_whatever_the_size_of_a_page(search: SubjectSearch, q: str) -> None:
    whole = [item.id for item in (await search.search(SubjectQuery(q, size=100))).items]
    for size in (3, 10, 15, 20, 30):
        pages = range(1, len(whole) // size + 2)
        found = [item.id for p in pages for item in (await search.search(SubjectQuery(q, page=p, size=size))).items]
        assert found == whole


async def test_the_oldest_and_the_newest_come_first_when_asked(search: SubjectSearch) -> None:
    newest = [item.established or "" for item in (await search.search(SubjectQuery(sort="newest", size=100))).items]
    assert newest == sorted(newest, reverse=True)
    oldest = await search.search(SubjectQuery(sort="oldest", size=100))
    known = [item.established for item in oldest.items if item.established]
    assert known == sorted(known)


async def test_a_page_far_out_is_empty_but_counts(search: SubjectSearch) -> None:
    answer = await search.search(SubjectQuery("霁川", page=10**9))
    assert answer.items == []
    assert 0 < answer.total < MAX_RESULTS


async def test_facets_count_what_matches_and_filters_narrow_to_it(search: SubjectSearch) -> None:
    everything = await search.search(SubjectQuery())
    assert everything.total == EVERY
    assert set(everything.facets) == {facet.key for facet in SUBJECT_FACETS}
    for facet in SUBJECT_FACETS:
        for count in everything.facets[facet.key]:
            narrowed = await search.search(SubjectQuery(filters={facet.key: (str(count.value),)}))
            assert narrowed.total == count.count
            assert facet.label(str(count.value), "zh")
            assert facet.label(str(count.value), "en")


async def test_a_chosen_facet_still_offers_its_other_values(search: SubjectSearch) -> None:
    answer = await search.search(SubjectQuery(filters={"region": ("629901",)}))
    assert {count.value for count in answer.facets["region"]} == {"629901", "629902"}
    both = await search.search(SubjectQuery(filters={"region": ("629901", "629902")}))
    assert both.total == EVERY


async def test_a_left_over_filter_that_hides_the_hit_is_told(search: SubjectSearch) -> None:
    answer = await search.search(SubjectQuery("筠霆物流", filters={"industry": ("A",)}))
    assert (answer.total, answer.without_filters) == (0, 1)
    assert not answer.similar_only


async def test_values_that_cannot_be_are_no_filter_that_fails(search: SubjectSearch) -> None:
    answer = await search.search(SubjectQuery(filters={"year": ("abc", "-1", "²", "99999999999999999999")}))
    assert answer.total == EVERY


async def test_every_facet_is_declared_as_one_in_the_index() -> None:
    assert {facet.key for facet in SUBJECT_FACETS} == {field.name for field in SUBJECTS.fields if field.facet}


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("筠霆", "霁川筠霆物流有限公司"),
        ("霁川筠", "霁川筠霆物流有限公司"),
        ("yutongkej", "霁川聿桐科技有限公司"),
        ("霁川聿桐科技有", "霁川聿桐科技有限公司"),
        ("x", "鑫沅岚（霁川）实业集团有限公司"),
        ("zhu", "竹坞县岚谷种植农民专业合作社"),
        ("liudu", "柳渡县渡口加油站"),
        ("竹", "竹坞县岚谷种植农民专业合作社"),
        ("鑫元岚装", "霁川鑫沅岚装饰工程有限公司"),
        (golden_rows()[0][1][:9], golden_rows()[0][2]),
    ],
)
async def test_the_type_ahead_offers_what_is_being_typed(search: SubjectSearch, typed: str, wanted: str) -> None:
    assert wanted in [suggestion.name for suggestion in await search.suggest(typed)]


async def test_nothing_typed_offers_nothing(search: SubjectSearch) -> None:
    assert await search.suggest("  ") == []
    assert await search.suggest("((") == []


async def test_the_matched_part_is_marked(search: SubjectSearch) -> None:
    async def marked(q: str) -> str:
        item = (await search.search(SubjectQuery(q))).items[0]
        return "".join(f"[{text}]" if match else text for text, match in item.highlight)

    assert await marked("筠霆物流") == "霁川[筠霆物流]有限公司"
    assert await marked("物流 筠霆") == "霁川[筠霆物流]有限公司"
    assert await marked("yunting") == "霁川[筠霆]物流有限公司"
    assert await marked("鑫沅岚霁川实业") == "[鑫沅岚]（[霁川]）[实业]集团有限公司"
    assert await marked("霁川聿桐科技有限责任公司") == "[霁川聿桐科技有限公司]"
    assert await marked("abc") == "霁川[ABC]聿桐检测技术有限公司"


@pytest.mark.parametrize("q", ["", "有限公司", "霁川", "重工 长风", "longteng", "写错的名称公司", "91629901", "，。"])
async def test_a_scan_finds_every_subject_that_the_search_finds(search: SubjectSearch, q: str) -> None:
    for filters in ({}, {"region": ("629901",)}):
        scanned = [n async for several in search.scan(SubjectQuery(q, filters=filters)) for n in several]
        answer = await search.search(SubjectQuery(q, size=100, filters=filters))
        assert len(scanned) == len(set(scanned)) == answer.total
        assert {match.id for match in answer.items} <= set(scanned)
