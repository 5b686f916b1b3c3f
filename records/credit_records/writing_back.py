"""Kept fields as a sheet has them: what is given back to a sender, who sends it again once it is corrected."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from credit_records.catalogue import Catalogue, FieldSpec, FieldType, Kind
from credit_records.field_values import OPEN_END
from credit_records.terms import as_codes

BETWEEN_VALUES: Final = "、"
BETWEEN_NAMES: Final = "；"


def written_back(kind: Kind, fields: Mapping[str, Any], declared: Catalogue) -> dict[str, str]:
    """Title of a field → its value as text that is read as the same value again; fields without one left out."""
    return {
        spec.title: _WAYS.get(spec.type, _plain)(spec, value, declared)
        for spec in kind.fields
        if (value := fields.get(spec.name)) is not None
    }


def _plain(_: FieldSpec, value: object, __: Catalogue) -> str:
    return str(value)


def _date(spec: FieldSpec, value: str, _: Catalogue) -> str:
    return "长期" if spec.open_ended and value == OPEN_END else value


def _labels(spec: FieldSpec, value: object, declared: Catalogue) -> str:
    return BETWEEN_VALUES.join(declared.label(spec.code_list or "", code) for code in as_codes(value))


def _names(_: FieldSpec, value: list[str], __: Catalogue) -> str:
    return BETWEEN_NAMES.join(value)


def _capital(_: FieldSpec, value: Mapping[str, str], declared: Catalogue) -> str:
    return f"{value['amount']}万{declared.label('currency', value['currency'])}"


_WAYS: Final[Mapping[FieldType, Callable[[FieldSpec, Any, Catalogue], str]]] = {
    FieldType.DATE: _date,
    FieldType.ENUMERATION: _labels,
    FieldType.NAMES: _names,
    FieldType.CAPITAL: _capital,
}
