import json

import pytest
from credit_records.checking import Checker
from hypothesis import given
from hypothesis import strategies as st

from tests.records.registering import check, code

GOOD = {"name": "云上商贸有限公司", "uscc": code(1)}


def problems(registration, *rows):
    return check(registration, list(rows)).problems


def test_a_row_without_a_required_value_is_refused_with_its_line_and_remedy(registration):
    checked = check(registration, [GOOD, {"name": "", "uscc": code(2)}, {"name": "云下厂", "uscc": "—"}])
    assert [row.name for row in checked.rows] == [GOOD["name"]]
    assert [(problem.row, problem.field, problem.severity, problem.rule) for problem in checked.problems] == [
        (3, "企业名称", "refused", "required"),
        (4, "统一社会信用代码", "refused", "required"),
    ]
    assert all("补填" in problem.remedy for problem in checked.problems)


def test_a_required_value_that_cannot_be_read_refuses_the_row_once(registration):
    (problem,) = problems(registration, {"name": "云上厂", "uscc": "12345"})
    assert (problem.severity, problem.rule, problem.value) == ("refused", "code_length", "12345")


def test_an_optional_value_that_cannot_be_read_is_dropped_and_the_row_kept(registration):
    checked = check(registration, [{**GOOD, "capital": "若干", "established": "2019-04-30"}])
    (row,) = checked.rows
    assert row.facts.established == "2019-04-30"
    assert row.facts.capital_amount is None
    assert [(problem.severity, problem.field, problem.value) for problem in checked.problems] == [
        ("noted", "注册资本", "若干")
    ]


def test_every_value_of_a_row_that_cannot_be_read_is_told(registration):
    found = problems(registration, {"name": "云上厂", "uscc": "1", "established": "x", "capital": "y", "status": "z"})
    assert {problem.field for problem in found} == {"统一社会信用代码", "成立日期", "注册资本", "登记状态"}


def test_the_row_goes_back_as_it_came(registration):
    (problem,) = problems(registration, {"name": "云上厂", "uscc": "12345", "scope": "零售"})
    assert json.loads(problem.raw) == {"企业名称": "云上厂", "统一社会信用代码": "12345", "经营范围": "零售"}


def test_a_code_that_fails_its_check_character_is_kept_and_flagged(registration):
    wrong = code(1)[:-1] + ("1" if code(1)[-1] != "1" else "2")
    checked = check(registration, [{**GOOD, "uscc": wrong}])
    assert [(row.uscc, row.code_valid) for row in checked.rows] == [(wrong, False)]
    assert not checked.problems


@pytest.mark.parametrize("nothing", ["", "-", "无", "NULL", "/"])
def test_marks_for_nothing_are_nothing(registration, nothing):
    checked = check(registration, [{**GOOD, "capital": nothing}])
    assert "capital" not in json.loads(checked.rows[0].fields)
    assert not checked.problems


def test_columns_may_stand_in_any_order(registration):
    one = Checker(registration, ["name", "uscc", "scope"]).check([2], [(GOOD["name"], GOOD["uscc"], "零售")])
    other = Checker(registration, ["scope", "uscc", "name"]).check([2], [("零售", GOOD["uscc"], GOOD["name"])])
    assert json.loads(one.rows[0].fields) == json.loads(other.rows[0].fields)
    assert one.rows[0].key == other.rows[0].key


@given(st.dictionaries(st.sampled_from(["name", "uscc", "scope", "capital", "status"]), st.text(max_size=40)))
def test_any_row_is_kept_or_sent_back(registration, row):
    checked = check(registration, [row])
    assert checked.rows or any(problem.severity == "refused" for problem in checked.problems)
    for problem in checked.problems:
        assert problem.reason
        assert problem.remedy
        json.loads(problem.raw)
