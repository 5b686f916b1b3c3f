"""Answers to the questions of a form: cleaned, or refused in a sentence that stands beside the field."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from credit_records.calendar import today
from credit_records.casework.procedures import Question, Step
from credit_records.codes import LENGTH, fold_code, is_code_like
from credit_records.field_values import ValueRefusedError, read_date
from credit_records.privacy import is_identity_number, mask

CHECKED: Final = "yes"
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs"})
_TICKS: Final = frozenset({"yes", "on", "true", "1"})
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL: Final = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}")
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_SEPARATORS: Final = re.compile(r"[\s()\-]")


class AnswerRefusedError(Exception):
    """The answer can't be taken; the message says why, in Chinese."""


def check_answers(step: Step, given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The step's answers: those that are right, cleaned, and for the others a sentence each, by question.

    A question that is not answered counts as answered with nothing; names that are no question's are passed over.
    """
    cleaned: dict[str, str] = {}
    faults: dict[str, str] = {}
    for question in step.questions:
        try:
            cleaned[question.name] = read_answer(question, given.get(question.name, ""))
        except AnswerRefusedError as fault:
            faults[question.name] = str(fault)
    return cleaned, faults


def read_answer(question: Question, text: str) -> str:
    """The answer as it is kept; empty where an optional question is not answered.

    Raises:
        AnswerRefusedError: it is missing or can't be right.
    """
    text = _lines(text) if question.type == "longtext" else " ".join(_visible(text).split())
    if not text:
        if question.required:
            raise AnswerRefusedError(_MISSING.get(question.type, "请填写“%s”") % question.title)
        return ""
    if len(text) > question.max_length:
        message = f"“{question.title}”最多 {question.max_length} 字，现在是 {len(text)} 字，请精简"
        raise AnswerRefusedError(message)
    return _READERS[question.type](question, text)


_MISSING: Final = {
    "choice": "请选择“%s”",
    "checkbox": "请阅读并勾选“%s”",
    "date": "请填写“%s”",
}


def _visible(text: str) -> str:
    """Without what can't be seen: marks that turn text around would hide what is said. Private characters stay, for
    rare names are written with them.
    """
    text = unicodedata.normalize("NFC", text)
    return "".join(each for each in text if each.isspace() or unicodedata.category(each) not in _UNSEEN)


def _lines(text: str) -> str:
    return "\n".join(line.strip() for line in _visible(text).strip().splitlines())


def _text(question: Question, text: str) -> str:
    """A short answer has no place for an identity number, so one in it is a slip."""
    if mask(text) != text or is_identity_number(text):
        message = f"“{question.title}”里请不要填写身份证号码"
        raise AnswerRefusedError(message)
    return text


def _longtext(_: Question, text: str) -> str:
    return mask(text)


def _email(_: Question, text: str) -> str:
    if not _EMAIL.fullmatch(text):
        message = "电子邮箱写得不对，应当像 zhang@example.com"
        raise AnswerRefusedError(message)
    return text


def _mobile(_: Question, text: str) -> str:
    number = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).removeprefix("+86")
    if not _MOBILE.fullmatch(number):
        message = "手机号码应当是 1 开头的 11 位数字"
        raise AnswerRefusedError(message)
    return number


def _uscc(_: Question, text: str) -> str:
    """A real code in 20,000 fails its check character, so only its form is asked for here."""
    if is_identity_number(text):
        message = "这是身份证号码，请不要填写；没有统一社会信用代码的不填"
        raise AnswerRefusedError(message)
    code = fold_code(text)
    if not is_code_like(code):
        message = f"统一社会信用代码是 {LENGTH} 位数字和大写字母（不用 I、O、S、V、Z），请核对"
        raise AnswerRefusedError(message)
    return code


def _choice(question: Question, text: str) -> str:
    if text not in {choice.code for choice in question.choices}:
        message = f"请在所列各项中选择“{question.title}”"
        raise AnswerRefusedError(message)
    return text


def _date(question: Question, text: str) -> str:
    try:
        day = date.fromisoformat(read_date(text))
    except (ValueRefusedError, ValueError) as fault:
        message = f"“{question.title}”应当是日期，例如 2026-05-20"
        raise AnswerRefusedError(message) from fault
    if day > today():
        message = f"“{question.title}”不能晚于今天"
        raise AnswerRefusedError(message)
    return day.isoformat()


def _checkbox(question: Question, text: str) -> str:
    if text.lower() not in _TICKS:
        message = f"请阅读并勾选“{question.title}”"
        raise AnswerRefusedError(message)
    return CHECKED


_READERS: Final[Mapping[str, Callable[[Question, str], str]]] = {
    "text": _text,
    "longtext": _longtext,
    "email": _email,
    "mobile": _mobile,
    "uscc": _uscc,
    "choice": _choice,
    "date": _date,
    "checkbox": _checkbox,
}
