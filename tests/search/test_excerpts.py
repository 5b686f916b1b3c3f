"""What is marked in a record's texts is what was asked for, and nothing of the text is changed by it."""

import pytest
from credit_search.excerpts import Excerpts
from credit_search.folding import fold
from credit_search.understanding import understand
from hypothesis import given
from hypothesis import strategies as st

TEXT = st.text(st.sampled_from("经查当事人发布虚假广告設設计計ＡａB（）() 　有限责任公司…1２"), max_size=60)


def asked(q: str) -> Excerpts:
    return Excerpts(understand(q))


def shown(pieces: list[tuple[str, bool]] | None) -> str | None:
    return None if pieces is None else "".join(f"[{text}]" if marked else text for text, marked in pieces)


@pytest.mark.parametrize(
    ("q", "text", "marked"),
    [
        ("广告", "发布虚假广告的广告主", "发布虚假[广告]的[广告]主"),
        ("廣告", "发布虚假广告", "发布虚假[广告]"),
        ("广告", "發布虛假廣告", "發布虛假[廣告]"),
        ("霁罚(2024)7号", "霁罚〔2024〕７号", "[霁罚〔2024〕７号]"),
        ("计量 器具", "使用计量器具", "使用[计量器具]"),
        ("某某有限公司", "当事人某某有限责任公司", "当事人[某某有限责任公司]"),
        ("abc", "ＡＢＣ公司", "[ＡＢＣ]公司"),
        ("没有", "发布虚假广告", "发布虚假广告"),
        ("", "发布虚假广告", "发布虚假广告"),
        ("((", "发布虚假((广告", "发布虚假((广告"),
    ],
)
def test_words_are_marked_as_the_text_writes_them(q, text, marked):
    assert shown(asked(q).marked(text)) == marked


def test_an_excerpt_begins_a_little_before_the_first_word_found():
    text = "前" * 100 + "虚假广告" + "后" * 100
    assert shown(asked("虚假广告").excerpt(text, 60)) == "…" + "前" * 24 + "[虚假广告]" + "后" * 32 + "…"
    assert shown(asked("虚假广告").excerpt("虚假广告", 60)) == "[虚假广告]"
    assert shown(asked("前前虚").excerpt(text, 60)).startswith("…")
    assert asked("没有").excerpt(text, 60) is None


def test_pairs_are_marked_only_where_asked_loosely():
    assert asked("发布广告").excerpt("发布虚假广告", 60) is None
    assert shown(asked("发布广告").excerpt("发布虚假广告", 60, loosely=True)) == "[发布]虚假[广告]"
    assert shown(asked("虚假广告").excerpt("虚假广告", 60, loosely=True)) == "[虚假广告]"


@given(q=TEXT, text=TEXT, length=st.integers(5, 60), loosely=st.booleans())
def test_pieces_are_the_text_and_marks_are_what_was_asked(q, text, length, loosely):
    excerpts = asked(q)
    pieces = excerpts.marked(text)
    assert "".join(piece for piece, _ in pieces) == text
    wanted = fold(q)
    for piece, marked in pieces:
        if marked and "有限" not in piece:
            assert set(fold(piece)) <= set(wanted)
    part = excerpts.excerpt(text, length, loosely=loosely)
    if part is not None:
        assert "".join(piece for piece, _ in part).strip("…") in text.strip("…") or "…" in text
        assert sum(len(piece) for piece, _ in part) <= length + 2
