"""Readers of single values: text as it came → the value as it is kept. Pure; each refusal says why and what to do.

How values are kept, in JSON: a date is ISO text, an amount decimal text in 万元, a capital an object of `amount`
(decimal text in 万元) and `currency` (ISO 4217), an enumeration the code of its list, names a list.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from credit_records.catalogue import CodeList
from credit_records.codes import LENGTH, fold_code, is_code_like, is_valid, likely_meant, passes_quickly
from credit_records.folding import fold
from credit_records.privacy import is_identity_number

EARLIEST: Final = date(1850, 1, 1)
LATEST: Final = date(2100, 12, 31)
OPEN_END: Final = "2099-12-31"  # what the national 双公示 format writes for 长期
MOST_DIGITS: Final = 15  # before the decimal point; a larger amount of 万元 is a slip

_DATE: Final = re.compile(
    r"(?P<year>\d{4})(?:[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?|(?P<month2>\d\d)(?P<day2>\d\d))"
    r"(?:[T ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_WITHOUT_END: Final = frozenset({"长期", "永久", "长期有效", "无固定期限", "永久有效", "9999-12-31"})
_AMOUNT: Final = re.compile(
    r"(?P<before>[^\d.(+-]{0,8}?)(?P<number>[+-]?\d+(?:\.\d*)?|\.\d+)\(?(?P<scale>亿|千万|百万|万|千)?(?P<unit>[^\d()]*)\)?"
)
_SCALES: Final = {
    "亿": Decimal(10_000),
    "千万": Decimal(1000),
    "百万": Decimal(100),
    "万": Decimal(1),
    "千": Decimal("0.1"),
}
_FORMER_LENGTHS: Final = frozenset({9, 10, 13, 15})  # organisation codes and business registration numbers
# Registered with market regulation, as nearly all are; no identity number begins so, though one in 31 passes the check.
_COMMONEST: Final = "9"
_YUAN: Final = Decimal("0.0001")
_VALUE_SEPARATORS: Final = re.compile(r"([、，,；;|｜/\n]+)")
_AFTER_LABEL: Final = frozenset("-—–_:(（：")


class ValueRefusedError(ValueError):
    """A value that can't be read: the rule it breaks, the reason, and what would mend it, in Chinese."""

    def __init__(self, rule: str, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}。{remedy}。")
        self.rule = rule
        self.reason = reason
        self.remedy = remedy


def read_date(text: str, *, open_ended: bool = False) -> str:
    """A civil date in any usual way of writing, with or without a time of day, as ISO text."""
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    if open_ended and folded in _WITHOUT_END:
        return OPEN_END
    found = _DATE.fullmatch(folded)
    if found is None:
        serial = folded.isdigit() and len(folded) == 5
        reason = "像是 Excel 的日期序号，不是日期" if serial else "不是可以识别的日期"
        raise ValueRefusedError("date", reason, "请写成 2019-04-30 这样的年-月-日")
    try:
        day = date(int(found["year"]), int(found["month"] or found["month2"]), int(found["day"] or found["day2"]))
    except ValueError:
        raise ValueRefusedError("date", "日历上没有这一天", "请核对年、月、日") from None
    if not EARLIEST <= day <= LATEST:
        raise ValueRefusedError("date", f"日期不在 {EARLIEST.year} 年至 {LATEST.year} 年之间", "请核对年份")
    return day.isoformat()


def read_code(text: str) -> str:
    """A 统一社会信用代码, folded. One whose check character is wrong is kept, for real ones have such."""
    if text.startswith(_COMMONEST) and passes_quickly(text):
        return text
    return _read_unusual_code(text)


@lru_cache(maxsize=5_000)  # of a few authorities, which stand in nearly every record
def _read_unusual_code(text: str) -> str:
    code = fold_code(text)
    if is_identity_number(code):
        raise ValueRefusedError("identity_number", "填的是公民身份号码", "请填统一社会信用代码；自然人不按身份号码收录")
    if is_valid(code):
        return code
    if len(code) != LENGTH:
        reason = f"统一社会信用代码应为 {LENGTH} 位，这里是 {len(code)} 位"
        remedy = (
            "旧的注册号、组织机构代码请换成统一社会信用代码" if len(code) in {9, 10, 13, 15} else "请核对是否漏填或多填"
        )
        raise ValueRefusedError("code_length", reason, remedy)
    if not is_code_like(code):
        meant = likely_meant(code)
        remedy = f"疑为 {meant}，请核对" if meant else "代码只用数字和 I、O、S、V、Z 以外的大写字母，请核对"
        raise ValueRefusedError("code_characters", "含有统一社会信用代码不用的字符", remedy)
    return code


def read_integer(text: str) -> int:
    """A whole number, with or without thousands separators."""
    folded = _plain_number(text)
    try:
        number = Decimal(folded)
    except InvalidOperation:
        raise ValueRefusedError("integer", "不是数字", "请只填阿拉伯数字") from None
    if not number.is_finite() or number.adjusted() >= MOST_DIGITS or number != number.to_integral_value():
        raise ValueRefusedError("integer", "不是整数", "请填不带小数的数字")
    return int(number)


def read_amount(text: str, currencies: CodeList) -> str:
    """An amount in 万元; a number without a unit is in 万元 already, one in 元 is converted."""
    amount, currency = _read_money(text, currencies)
    if currency != "CNY":
        raise ValueRefusedError("amount", "金额不是人民币", "请折算为人民币万元")
    return amount


def read_capital(text: str, currencies: CodeList) -> dict[str, str]:
    """An amount with its currency: `10,000(万元人民币)`, `52万人民币`, `100万美元`, `500000元`, `300`."""
    amount, currency = _read_money(text, currencies)
    return {"amount": amount, "currency": currency}


def _read_money(text: str, currencies: CodeList) -> tuple[str, str]:
    found = _AMOUNT.fullmatch(_plain_number(text))
    if found is None:
        raise ValueRefusedError("amount", "不是可以识别的金额", "请写成 100 万元人民币 这样的数字加单位")
    words = fold(found["before"].strip(":") or found["unit"])
    currency = _currency(words, currencies)
    if currency is None:
        raise ValueRefusedError("amount", f"不认识的货币单位“{_showable(words[:20])}”", "请写明币种，如 人民币、美元")
    number = Decimal(found["number"])
    if number < 0 or number.adjusted() >= MOST_DIGITS:
        raise ValueRefusedError("amount", "金额为负或大得不合理", "请核对金额，以及单位是元还是万元")
    if found["scale"]:
        number *= _SCALES[found["scale"]]
    elif words:
        number *= _YUAN
    return f"{number.normalize():f}", currency


def _currency(words: str, currencies: CodeList) -> str | None:
    """The currency in words such as 元人民币, 元美元, 万 left out; 人民币 where there are none."""
    for word in (
        words,
        words.removeprefix("元"),
        words.removesuffix("元"),
        words.removeprefix("元").removesuffix("元"),
    ):
        if word in {"", "元", "元整"}:
            return "CNY"
        if word in currencies.words:
            return currencies.words[word]
    return None


def read_enumeration(text: str, code_list: CodeList) -> str:
    """The code of a value of the list, by its code, its label or an alias."""
    code = code_list.words.get(fold(text)) or _open_code(text, code_list)
    if code is None:
        accepted = "、".join(entry.zh for entry in code_list.codes[:12])
        raise ValueRefusedError("enumeration", f"不是{code_list.title}中的值", f"可填：{accepted}")
    return code


def read_enumerations(text: str, code_list: CodeList) -> list[str]:
    """The codes of all values in the text, from light to heavy where the list weighs them, each once.

    A value may itself hold a separator, so the longest run of parts that the list knows is one value.
    """
    parts = _VALUE_SEPARATORS.split(text.strip())
    found: dict[str, None] = {}
    start = 0
    while start < len(parts):
        end = next(
            (end for end in range(len(parts), start, -1) if fold("".join(parts[start:end])) in code_list.words),
            start + 1,
        )
        if value := "".join(parts[start:end]).strip():
            found[read_enumeration(value, code_list)] = None
        start = end + 1
    return sorted(found, key=lambda code: code_list.by_code[code].weight or 0)


def _open_code(text: str, code_list: CodeList) -> str | None:
    """The code of a value that goes on after its label, 其他-备案, where the list lets it."""
    folded = fold(text)
    for code in code_list.codes:
        label = fold(code.zh)
        if code.open and folded.startswith(label) and folded[len(label)] in _AFTER_LABEL:
            return code.code
    return None


def _showable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _plain_number(text: str) -> str:
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    return folded.replace(",", "").replace("，", "")
