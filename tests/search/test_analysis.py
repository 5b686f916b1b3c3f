"""Text → what it is compared as, in tables; and what must hold of any text."""

import pytest
from credit_search.codes import LENGTH, PARTS, code_parts, fold_code, looks_like_code, near_misses
from credit_search.documents import subject_document
from credit_search.folding import LIMITED, fold, fold_limited, folded_positions
from credit_search.highlighting import Highlighter
from credit_search.name_parts import take_apart
from credit_search.readings import readings, syllables
from credit_search.schema import SUBJECTS, FieldType
from credit_search.syllables import spellings
from credit_search.understanding import Understood, understand
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＡＢＣ（蘭州）", "abc兰州"),
        ("霽川  鑫沅·嵐「裝飾」", "霁川鑫沅岚装饰"),
        ("㈱①²", "株12"),
        ("Ⅳ號", "iv号"),
        ("\x00\u200b\ufeff", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once_and_positions_fit(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    positions = folded_positions(text)
    assert len(positions) == len(folded)
    assert positions == sorted(positions)


def test_both_limited_forms_are_one() -> None:
    assert fold_limited("某有限责任公司") == fold_limited("某有限公司") == f"某{LIMITED}"


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("重庆火锅", "chong qing huo guo"),
        ("长沙银行", "chang sha yin hang"),
        ("行知", "xing zhi"),
        ("绿源", "lv yuan"),
        ("三a龘", "san a da"),
    ],
)
def test_readings(text: str, spelt: str) -> None:
    assert " ".join(syllables(text)) == spelt


@given(st.text())
def test_there_is_a_syllable_for_each_character(text: str) -> None:
    folded = fold(text)
    assert len(syllables(folded)) == len(folded)


@given(st.lists(st.sampled_from(sorted(readings().syllables)), min_size=1, max_size=12))
def test_spelt_syllables_are_read_back(spelt: list[str]) -> None:
    ways = spellings("".join(spelt))
    assert ways
    for way in ways:
        assert "".join(way.syllables) + way.unfinished == "".join(spelt)


def test_a_spelling_with_two_readings_gives_both() -> None:
    assert {way.syllables for way in spellings("xian")} == {("xian",), ("xi", "an")}
    assert spellings("xinyuanzh")[0].unfinished == "zh"
    assert spellings("bcdfg") == []


@pytest.mark.parametrize(
    ("name", "region", "core", "trade_name"),
    [
        ("霁川鑫沅岚装饰工程有限公司", "霁川", "鑫沅岚装饰工程", "鑫沅岚"),
        ("霁川市砚湖区老卢修车行", "霁川市砚湖区", "老卢修车", "老卢修车"),
        ("鑫沅岚（霁川）商贸有限责任公司", "", "鑫沅岚商贸", "鑫沅岚"),
        ("甘肃省兰州市鑫沅岚经营部", "甘肃省兰州市", "鑫沅岚", "鑫沅岚"),
        ("有限公司", "", LIMITED, LIMITED),
        ("霁川", "", "霁川", "霁川"),
        ("", "", "", ""),
    ],
)
def test_names_come_apart(name: str, region: str, core: str, trade_name: str) -> None:
    parts = take_apart(name)
    assert (parts.region, parts.core, parts.trade_name) == (region, core, trade_name)


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("", Understood.EVERYTHING),
        ("   ", Understood.EVERYTHING),
        ("（", Understood.NOTHING),
        ("91629901MA0000001X", Understood.CODE),
        ("ma0000001x", Understood.CODE_PART),
        ("629901", Understood.CODE_PART),
        ("MA0-0000-01", Understood.CODE_PART),
        ("xinyuanlan", Understood.PINYIN),
        ("xin yuan lan", Understood.PINYIN),
        ("jcxylzs", Understood.INITIALS),
        ("tcl", Understood.INITIALS),
        ("霁川xinyuan", Understood.NAME),
        ("三零六", Understood.NAME),
        ("360", Understood.NAME),
        ("3a科技", Understood.NAME),
    ],
)
def test_a_query_is_understood(query: str, kind: Understood) -> None:
    assert understand(query).kind is kind


CODES = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=LENGTH, max_size=LENGTH)


@given(code=CODES, at=st.integers(0, LENGTH - 1), other=st.sampled_from("0123456789ACDEFGHJKLMNPQRTUWXY"))
def test_any_single_slip_in_a_code_is_among_the_near_misses(code: str, at: int, other: str) -> None:
    code = fold_code(code)
    wrong = code[:at] + other + code[at + 1 :]
    for damaged in (wrong, code[:at] + code[at + 1 :], code[:at] + other + code[at:]):
        if damaged != code:
            assert code in near_misses(damaged)


@given(CODES)
def test_the_parts_of_a_code_are_those_that_are_declared(code: str) -> None:
    assert code_parts(code) == " ".join(place + code[start:end] for place, start, end in PARTS)


@given(CODES)
def test_a_code_with_a_digit_is_taken_for_one_however_it_is_typed(code: str) -> None:
    if any(c.isdigit() for c in code):
        assert looks_like_code(fold(f" {code[:9].lower()}　{code[9:]} "))


@given(name=st.text(min_size=1), former=st.lists(st.text(min_size=1), max_size=2), q=st.text())
def test_any_name_makes_a_document_of_the_declared_fields(name: str, former: list[str], q: str) -> None:
    made = subject_document(
        id=1, version=1, uscc="91629901MA0000001X", code_valid=False, name=_sendable(name),
        former_names=[_sendable(f) for f in former], status=None, division=None, region="", entity_type=None,
        industry=None, established=None,
    )  # fmt: skip
    fields = {field.name: field.type for field in SUBJECTS.fields}
    for field, value in made.items():
        expected = {FieldType.NUMBER: int, FieldType.TOKENS: str, FieldType.STORED: bytes}.get(
            fields[field], (str, list)
        )
        assert isinstance(value, expected)
    assert "".join(text for text, _ in Highlighter(understand(q)).name(name)) == name


def _sendable(text: str) -> str:
    """Text as a database holds it: halves of surrogates never get that far."""
    return text.encode("utf-8", "replace").decode()
