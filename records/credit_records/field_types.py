"""One reader for each field type of the catalogue: what checks use, whatever the kind."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from credit_records.catalogue import CodeList, FieldSpec, FieldType
from credit_records.field_values import (
    ValueRefusedError,
    read_amount,
    read_capital,
    read_code,
    read_date,
    read_enumeration,
    read_enumerations,
    read_integer,
)
from credit_records.names import split_names
from credit_records.privacy import SHORTEST_NUMBER, mask

Reader = Callable[[str], Any]
"""Text → the value as kept, as `credit_records.field_values` tells; raises ValueRefusedError."""

Lists = Mapping[str, CodeList]

_CONTROLS: Final = [*range(32), *range(127, 160), 0xFFFD]
# Marks without width: what they hide or turn around would be searched, and masked, as something else than is seen.
_INVISIBLE: Final = [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
_UNSHOWABLE: Final = {**dict.fromkeys(_CONTROLS, " "), **dict.fromkeys(_INVISIBLE, "")}


def reader_for(spec: FieldSpec, lists: Lists) -> Reader:
    """The reader for a field of a kind."""
    return FIELD_TYPES[spec.type](spec, lists)


def clean_text(text: str) -> str:
    """Text that can be stored and shown: no control characters, no halves of characters, no identity numbers."""
    if not text.isprintable():
        whole = text.encode("utf-8", "replace").decode("utf-8")
        text = " ".join(whole.translate(_UNSHOWABLE).split())
    return mask(text.strip())


def _text_reader(spec: FieldSpec, _: Lists) -> Reader:
    limit = spec.max_length

    def read(text: str) -> str:
        short = len(text) < SHORTEST_NUMBER and text.isprintable()
        kept = text.strip() if short else clean_text(text)
        if limit is not None and len(kept) > limit:
            reason = f"{spec.title}有 {len(kept)} 个字，最多 {limit} 个"
            raise ValueRefusedError("length", reason, "请删减，或核对是否错列")
        return kept

    return read


def _date_reader(spec: FieldSpec, _: Lists) -> Reader:
    return lambda text: read_date(text, open_ended=spec.open_ended)


def _enumeration_reader(spec: FieldSpec, lists: Lists) -> Reader:
    code_list = lists[str(spec.code_list)]
    read = read_enumerations if spec.several else read_enumeration
    return lambda text: read(text, code_list)


def _amount_reader(spec: FieldSpec, lists: Lists) -> Reader:
    currencies, largest = lists["currency"], spec.maximum

    def read(text: str) -> str:
        amount = read_amount(text, currencies)
        if largest is not None and Decimal(amount) > largest:
            reason = f"{spec.title}超过 {largest:f} 万元"
            raise ValueRefusedError("range", reason, "请核对金额，以及单位是元还是万元")
        return amount

    return read


def _names_reader(spec: FieldSpec, lists: Lists) -> Reader:
    read = _text_reader(spec, lists)
    return lambda text: list(split_names(read(text)))


FIELD_TYPES: Final[Mapping[FieldType, Callable[[FieldSpec, Lists], Reader]]] = {
    FieldType.TEXT: _text_reader,
    FieldType.CODE: lambda _, __: read_code,
    FieldType.DATE: _date_reader,
    FieldType.AMOUNT: _amount_reader,
    FieldType.CAPITAL: lambda _, lists: lambda text: read_capital(text, lists["currency"]),
    FieldType.INTEGER: lambda _, __: read_integer,
    FieldType.ENUMERATION: _enumeration_reader,
    FieldType.NAMES: _names_reader,
}
