"""Answers are cleaned or refused in a sentence, and no identity number gets past them."""

from contextlib import suppress
from datetime import timedelta

import pytest
from credit_records.calendar import today
from credit_records.casework.answers import AnswerRefusedError, check_answers, read_answer
from credit_records.casework.procedures import Question, Reason, procedure
from credit_records.privacy import mask
from hypothesis import given
from hypothesis import strategies as st

from tests.records.registering import code

IDENTITY = "110101199003070134"
CHOICES = (Reason(code="one", title="一", title_en="One"),)


def question(kind: str, **given) -> Question:
    choices = CHOICES if kind == "choice" else ()
    return Question(name="q", title="某项", title_en="Something", type=kind, choices=choices, **given)


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("text", "  张 三\u200b \n", "张 三"),
        ("longtext", "一\r\n\r\n  二 \u202e", "一\n\n二"),
        ("longtext", f"我的号码是{IDENTITY}", "我的号码是110*************34"),
        ("email", " someone.else+tag@mail.example.com ", "someone.else+tag@mail.example.com"),
        ("mobile", "+86 138-0000-0000", "13800000000"),
        ("mobile", "１３８００００００００", "13800000000"),
        ("uscc", f" {code(7).lower()} ", code(7)),
        ("uscc", code(7)[:-1] + ("0" if code(7)[-1] != "0" else "1"), None),
        ("choice", "one", "one"),
        ("date", "2026年5月2日", "2026-05-02"),
        ("checkbox", "on", "yes"),
    ],
)
def test_what_is_right_is_kept_clean(kind, text, kept):
    assert read_answer(question(kind), text) == (kept or text)


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("text", IDENTITY, "身份证"),
        ("text", f"张三 {IDENTITY}", "身份证"),
        ("text", "长" * 101, "最多 100 字，现在是 101 字"),
        ("email", "someone@nowhere", "example.com"),
        ("email", "a@b.cn\r\nBcc: c@d.cn", "example.com"),
        ("email", "a b@c.cn", "example.com"),
        ("mobile", "0931-8888888", "11 位"),
        ("mobile", "12345678901", "11 位"),
        ("uscc", IDENTITY, "身份证"),
        ("uscc", "91620100", "18 位"),
        ("choice", "two", "选择"),
        ("date", "昨天", "日期"),
        ("date", "2026-02-30", "日期"),
        ("date", (today() + timedelta(days=1)).isoformat(), "不能晚于今天"),
        ("checkbox", "no", "勾选"),
        ("text", " \u200b ", "请填写“某项”"),
        ("choice", "", "请选择“某项”"),
    ],
)
def test_what_cannot_be_right_is_told(kind, text, told):
    with pytest.raises(AnswerRefusedError, match=told):
        read_answer(question(kind), text)


@pytest.mark.parametrize("kind", ["text", "longtext", "email", "mobile", "uscc", "choice", "date", "checkbox"])
def test_an_optional_question_may_be_left_out(kind):
    assert read_answer(question(kind, required=False), "") == ""


def test_a_step_tells_each_fault_beside_its_question_and_keeps_the_rest():
    step = procedure("repair", today()).step("applicant")
    cleaned, faults = check_answers(step, {"agent_name": "赵某", "mobile": "138", "elsewhere": "x"})
    assert cleaned == {"agent_name": "赵某", "applicant_code": "", "email": ""}
    assert set(faults) == {"applicant_name", "mobile"}


@given(st.text(max_size=60), st.sampled_from(["text", "longtext", "email", "mobile", "uscc", "choice", "date"]))
def test_whatever_is_typed_is_answered_and_reading_it_again_changes_nothing(text, kind):
    with suppress(AnswerRefusedError):
        kept = read_answer(question(kind), text)
        assert read_answer(question(kind), kept) == kept


@given(st.text(alphabet="张三 年月0", max_size=12), st.text(alphabet="，,x ", max_size=5))
def test_no_identity_number_gets_past_any_text(before, after):
    text = f"{before[:12]}号{IDENTITY}{after}"
    for kind in ("text", "longtext", "uscc"):
        try:
            kept = read_answer(question(kind), text)
        except AnswerRefusedError:
            continue
        assert IDENTITY not in kept
        assert mask(kept) == kept
