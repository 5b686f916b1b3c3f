import pytest
from credit_records.codes import ALPHABET, LENGTH, fold_code, is_code_like, is_valid, likely_meant, passes_quickly
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from tests.records.registering import code

VALID = code(7)

any_code = st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH)
right_codes = st.builds(
    lambda start, rest: (body := start + rest) + uscc.calc_check_digit(body),
    st.text("0123456789", min_size=8, max_size=8),
    st.text(ALPHABET, min_size=9, max_size=9),
)


@given(st.one_of(any_code, right_codes, st.text(max_size=20)))
def test_the_quick_way_judges_as_the_library_does(text):
    if fold_code(text) == text:
        assert passes_quickly(text) == bool(uscc.is_valid(text))


@given(right_codes, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(right, place, other):
    wrong = right[:place] + other + right[place + 1 :]
    assert is_valid(right)
    assert is_valid(wrong) == (wrong == right)


@pytest.mark.parametrize(
    "typed",
    [
        VALID.lower(),
        f" {VALID[:2]} {VALID[2:8]}\t{VALID[8:17]} {VALID[17]} ",
        f"{VALID[:8]}-{VALID[8:]}",
        f"{VALID[:8]}－{VALID[8:]}",
        "".join(chr(ord(character) + 0xFEE0) for character in VALID),
        f"{VALID[:6]}\u3000{VALID[6:]}",
        f"{VALID}\u00a0",
    ],
)
def test_a_code_in_any_dress_folds_to_one(typed):
    assert fold_code(typed) == VALID


def test_departments_that_the_standard_writes_as_letters_are_judged_by_their_check_character():
    body = "N2629901MF0000001"
    right = body + uscc.calc_check_digit(body)
    assert is_valid(right)
    assert not is_valid(right[:-1] + ("0" if right[-1] != "0" else "1"))


@pytest.mark.parametrize(
    ("text", "likely"), [("91629901000000001", False), ("9162990100000000O1", False), (VALID, True)]
)
def test_length_and_alphabet_decide_what_can_be_a_code(text, likely):
    assert is_code_like(text) is likely


def test_a_code_with_misread_letters_suggests_the_one_that_was_meant():
    assert likely_meant(VALID.replace("0", "O", 1)) == VALID
    assert likely_meant("O" * LENGTH) in (None, "0" * LENGTH)
    assert likely_meant(VALID) is None
