"""How a record's value is shown, by the type of its field."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import cast

from credit_records.catalogue import Catalogue, FieldSpec, FieldType, Locale
from credit_records.field_values import OPEN_END
from credit_records.terms import as_codes

NAMES_APART = "；"
TEN_THOUSAND = 10_000


def shown_value(catalogue: Catalogue, field: FieldSpec, value: object, locale: Locale) -> str:
    """The value as a person reads it; empty where there is none."""
    if value is None or value in ("", []):
        return ""
    return _SHOWN.get(field.type, _plain)(catalogue, field, value, locale)


def grouped(amount: Decimal) -> str:
    """`12345.600000` as `12,345.6`."""
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def capital_text(catalogue: Catalogue, amount: Decimal, currency: str, locale: Locale) -> str:
    """`1,000 万元人民币`, `10,000,000 yuan`: English counts by thousands."""
    if locale == "en":
        return f"{grouped(amount * TEN_THOUSAND)} {catalogue.label('currency', currency, locale)}"
    label = catalogue.label("currency", currency, locale)
    return f"{grouped(amount)} 万元{label}" if label.endswith("币") else f"{grouped(amount)} 万{label}"


def amount_text(amount: Decimal, locale: Locale) -> str:
    """`1,000.5 万元`, `10,005,000 yuan`."""
    return f"{grouped(amount * TEN_THOUSAND)} yuan" if locale == "en" else f"{grouped(amount)} 万元"


def _plain(_: Catalogue, __: FieldSpec, value: object, ___: Locale) -> str:
    return str(value)


def _enumeration(catalogue: Catalogue, field: FieldSpec, value: object, locale: Locale) -> str:
    apart = ", " if locale == "en" else "、"
    return apart.join(catalogue.label(field.code_list or "", code, locale) for code in as_codes(value))


def _date(_: Catalogue, field: FieldSpec, value: object, locale: Locale) -> str:
    if field.open_ended and value == OPEN_END:
        return "no end" if locale == "en" else "长期"
    return str(value)


def _names(_: Catalogue, __: FieldSpec, value: object, ___: Locale) -> str:
    return NAMES_APART.join(cast("list[str]", value))


def _amount(_: Catalogue, __: FieldSpec, value: object, locale: Locale) -> str:
    return amount_text(Decimal(str(value)), locale)


def _capital(catalogue: Catalogue, _: FieldSpec, value: object, locale: Locale) -> str:
    capital = cast("dict[str, str]", value)
    return capital_text(catalogue, Decimal(capital["amount"]), capital["currency"], locale)


_SHOWN: Mapping[FieldType, Callable[[Catalogue, FieldSpec, object, Locale], str]] = {
    FieldType.ENUMERATION: _enumeration,
    FieldType.DATE: _date,
    FieldType.NAMES: _names,
    FieldType.AMOUNT: _amount,
    FieldType.CAPITAL: _capital,
}
