from datetime import date
from decimal import Decimal

import pytest
from credit_records.catalogue import FieldSpec, FieldType, catalogue
from credit_records.field_types import FIELD_TYPES, reader_for
from credit_records.field_values import (
    OPEN_END,
    ValueRefusedError,
    read_amount,
    read_capital,
    read_code,
    read_date,
    read_enumeration,
    read_integer,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.records.registering import code

LISTS = catalogue().lists
CURRENCIES = LISTS["currency"]

DATE_STYLES = (
    "{0:%Y-%m-%d}",
    "{0:%Y/%m/%d}",
    "{0:%Y.%m.%d}",
    "{0:%Y%m%d}",
    "{0.year}年{0.month}月{0.day}日",
    "{0.year}-{0.month}-{0.day}",
    "{0.year}/{0.month}/{0.day} 0:00:00",
    "{0:%Y-%m-%d} 00:00:00",
    "{0:%Y-%m-%d}T08:30:00+08:00",
    " {0.year} 年 {0.month} 月 {0.day} 日 ",
)


@given(st.dates(date(1850, 1, 1), date(2100, 12, 31)), st.sampled_from(DATE_STYLES))
def test_a_date_in_any_usual_style_is_read(day, style):
    assert read_date(style.format(day)) == day.isoformat()


def test_full_width_digits_are_digits():
    assert read_date("２０１９年４月３０日") == "2019-04-30"


@pytest.mark.parametrize(
    "text", ["2019-02-30", "2019-13-01", "19-4-30", "43585", "2019", "昨天", "1066-10-14", "201904301"]
)
def test_what_is_no_date_is_refused_with_a_remedy(text):
    with pytest.raises(ValueRefusedError) as refused:
        read_date(text)
    assert refused.value.rule == "date"
    assert refused.value.reason
    assert refused.value.remedy


def test_only_a_field_that_may_stay_open_takes_long_term():
    assert read_date("长期", open_ended=True) == OPEN_END
    with pytest.raises(ValueRefusedError):
        read_date("长期")


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("10,000(万元人民币)", "10000", "CNY"),
        ("1,234.5(万元人民币)", "1234.5", "CNY"),
        ("50()", "50", "CNY"),
        ("100万元人民币", "100", "CNY"),
        ("23.2万人民币", "23.2", "CNY"),
        ("52万人民币元", "52", "CNY"),
        ("3(万元人民币元)", "3", "CNY"),
        ("8(万元美元)", "8", "USD"),
        ("200(万美元)", "200", "USD"),
        ("100万美元", "100", "USD"),
        ("5(万元香港元)", "5", "HKD"),
        ("1,500(万日元)", "1500", "JPY"),
        ("9(万)", "9", "CNY"),
        ("1000万元", "1000", "CNY"),
        ("500000元", "50", "CNY"),
        ("1元人民币", "0.0001", "CNY"),
        ("￥30000", "3", "CNY"),
        ("人民币100万元", "100", "CNY"),
        ("1.2亿元", "12000", "CNY"),
        ("2千万元人民币", "2000", "CNY"),
        ("３００", "300", "CNY"),
        ("100 万欧元", "100", "EUR"),
        ("USD 20万", "20", "USD"),
        ("0.000001万元", "0.000001", "CNY"),
    ],
)
def test_capital_as_registers_write_it(text, amount, currency):
    assert read_capital(text, CURRENCIES) == {"amount": amount, "currency": currency}


@given(st.decimals(0, 10**9, places=6), st.sampled_from(["{}", "{}()", "{}万元", "{:,}(万元人民币)", "{}万人民币"]))
def test_any_amount_of_ten_thousands_keeps_its_exact_value(amount, style):
    read = read_capital(style.format(amount), CURRENCIES)
    assert Decimal(read["amount"]) == amount
    assert "E" not in read["amount"]


@pytest.mark.parametrize("text", ["壹佰万", "abc", "1.2.3", "100比特币", "-5万元", "1" * 20, "万元", "(100)"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueRefusedError):
        read_capital(text, CURRENCIES)


def test_an_amount_must_be_in_renminbi():
    assert read_amount("3.5万元", CURRENCIES) == "3.5"
    with pytest.raises(ValueRefusedError, match="人民币"):
        read_amount("3万美元", CURRENCIES)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "code_length"),
        ("620100200012345", "code_length"),
        ("91629901O0000000I5", "code_characters"),
        ("测试" * 9, "code_characters"),
    ],
)
def test_what_can_be_no_code_is_refused(text, rule):
    with pytest.raises(ValueRefusedError) as refused:
        read_code(text)
    assert refused.value.rule == rule


def test_a_code_whose_check_character_is_wrong_is_kept():
    right = code(5)
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    assert read_code(f" {wrong.lower()} ") == wrong


def test_a_misread_code_is_refused_with_the_one_that_was_probably_meant():
    right = code(5)
    with pytest.raises(ValueRefusedError) as refused:
        read_code(right.replace("0", "O", 1))
    assert right in refused.value.remedy


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("存续（在营、开业、在册）", "active"),
        ("存续(在营、开业、在册)", "active"),
        (" 在业 ", "active"),
        ("吊销，未注销", "revoked"),
        ("注销", "closed"),
    ],
)
def test_a_list_is_read_by_what_providers_write(text, status):
    assert read_enumeration(text, LISTS["subject_status"]) == status


def test_a_value_outside_the_list_is_refused_with_what_may_be_written():
    with pytest.raises(ValueRefusedError) as refused:
        read_enumeration("不详", LISTS["subject_status"])
    assert "存续" in refused.value.remedy


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("1,200", 1200), ("３", 3), ("5.0", 5)])
def test_integers(text, number):
    assert read_integer(text) == number


@pytest.mark.parametrize("text", ["1.5", "十", "1e99999999", "nan", "", "9" * 40])
def test_what_is_no_integer_is_refused(text):
    with pytest.raises(ValueRefusedError):
        read_integer(text)


def spec(field_type: FieldType) -> FieldSpec:
    code_list = "subject_status" if field_type is FieldType.ENUMERATION else None
    return FieldSpec(name="field", title="字段", title_en="Field", type=field_type, max_length=50, code_list=code_list)


def test_every_type_of_the_catalogue_has_a_reader():
    assert set(FIELD_TYPES) == set(FieldType)


@given(st.sampled_from(FieldType), st.text(st.characters()))
def test_any_text_is_read_or_refused_in_words(field_type, text):
    try:
        told = str(reader_for(spec(field_type), LISTS)(text))
    except ValueRefusedError as refused:
        told = f"{refused.reason}。{refused.remedy}"
    told.encode("utf-8")
    assert "\n" not in told
    assert "\x00" not in told


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  云上\t商行\n", "云上 商行"),
        ("云\u200b上\u202e商行\ufeff", "云上商行"),
        ("云上\u3000商行", "云上 商行"),
        ("云上\x00商行", "云上 商行"),
        ("620102\u200b198001011239", "620*************39"),
        ("云上\ud800商行", "云上?商行"),
    ],
)
def test_text_is_kept_as_it_is_seen(text, kept):
    assert reader_for(spec(FieldType.TEXT), LISTS)(text) == kept


def test_text_longer_than_its_field_is_refused():
    with pytest.raises(ValueRefusedError, match="最多 50 个"):
        reader_for(spec(FieldType.TEXT), LISTS)("长" * 51)


def test_several_names_in_one_cell_are_several():
    read = reader_for(spec(FieldType.NAMES), LISTS)
    assert read("甲商行、乙商行；甲商行；无") == ["甲商行", "乙商行"]
