import json
from datetime import date

import pytest
from credit_records.codes import is_valid
from credit_records.privacy import is_identity_number, mask
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from tests.records.registering import check, code

PLACES = ("620102", "110105", "440305", "320583", "131121", "511102", "500103")


def number(place: str, born: date, serial: int) -> str:
    body = f"{place}{born:%Y%m%d}{serial:03d}"
    return body + ric.calc_check_digit(body + "0")


numbers = st.builds(
    number, st.sampled_from(PLACES), st.dates(date(1900, 1, 1), date(2025, 12, 31)), st.integers(0, 999)
)
dresses = st.sampled_from(
    [
        lambda text: text,
        lambda text: text.lower(),
        lambda text: f"{text[:6]} {text[6:14]} {text[14:]}",
        lambda text: f"{text[:6]}-{text[6:14]}-{text[14:]}",
        lambda text: "".join(chr(ord(character) + 0xFEE0) for character in text),
    ]
)
words = st.text(st.characters(categories=["Lo", "Po", "Zs"]), max_size=20)


@given(numbers, dresses, words, words)
def test_an_identity_number_anywhere_in_a_text_is_masked(identity, dress, before, after):
    dressed = dress(identity)
    masked = mask(f"{before}{dressed}{after}")
    hidden = dressed[3:-2]
    assert hidden not in masked
    assert masked.startswith(before)
    assert masked.endswith(after)
    assert "*" * 13 in masked


@given(numbers)
def test_one_digit_wrong_still_tells_who_is_meant_so_it_is_masked_too(identity):
    wrong = identity[:-1] + ("0" if identity[-1] != "0" else "1")
    assert wrong not in mask(f"当事人{wrong}。")


@given(numbers)
def test_masking_twice_is_masking_once(identity):
    once = mask(f"{identity}，{identity}")
    assert mask(once) == once
    assert once.count("*") == 26


@given(st.integers(0, 999_999_999), st.sampled_from(["620102", "110119", "629901", "440118"]))
def test_a_code_of_an_enterprise_is_not_masked(serial, division):
    enterprise = code(serial, division)
    assert is_valid(enterprise)
    assert mask(f"统一社会信用代码：{enterprise}") == f"统一社会信用代码：{enterprise}"


@pytest.mark.parametrize(
    "text",
    [
        "电话 0931-8888888",
        "账号 6222021234567890123",
        "2019-04-30 至 2099-12-31",
        "注册号 620100200012345",
        "第 123456789 号",
    ],
)
def test_other_long_numbers_are_left(text):
    assert mask(text) == text


def test_a_number_of_the_first_generation_is_masked_where_the_text_says_that_it_is_one():
    assert "620102800101123" not in mask("身份证号：620102800101123")


def test_a_person_born_on_no_day_has_no_such_number():
    assert not is_identity_number("620102198002301239")


def test_no_identity_number_passes_the_door_in_any_field(registration):
    identity = number("620102", date(1980, 1, 1), 123)
    assert identity not in mask(identity)
    row = {
        "name": f"云上商行（经营者 {identity}）",
        "uscc": code(1),
        "scope": f"由{identity}经营",
        "address": f"某路{identity}",
        "former_names": f"旧名{identity}、又名",
        "established": identity,
        "status": identity,
        "capital": identity,
    }
    checked = check(registration, [row, {"name": "某某", "uscc": identity}])
    assert len(checked.rows) == 1
    everything = json.dumps([*map(list, checked.rows), *map(list, checked.problems)], ensure_ascii=False)
    assert identity not in everything
    assert identity[6:14] not in everything.replace(code(1), "")
    assert {problem.rule for problem in checked.problems if problem.row == 3} == {"identity_number"}
