"""Kept fields of many records of one kind, taken apart at once, as columns of text."""

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any, Final

import orjson
import pyarrow as pa
from pyarrow import json as arrow_json

from credit_records.catalogue import Catalogue, FieldSpec, FieldType, Locale
from credit_records.exporting.arrow_compute import Values, compute
from credit_records.terms import as_codes

_CAPITAL: Final = pa.struct([("amount", pa.string()), ("currency", pa.string())])
_NAMES_APART: Final = "；"


class KeptFields:
    """Reads these fields of records, with what a person reads for a code. Safe to share between threads."""

    def __init__(self, fields: Sequence[FieldSpec], declared: Catalogue, locale: Locale) -> None:
        self._fields = tuple(fields)
        self._declared = declared
        self._locale = locale
        self._apart = ", " if locale == "en" else "、"
        self._parsed = pa.schema([(field.name, _kept_as(field)) for field in self._fields])
        self._showing: Mapping[FieldType, Callable[[FieldSpec, Values], Values]] = {
            FieldType.ENUMERATION: self._labels,
            FieldType.NAMES: lambda _, values: compute.binary_join(values, _NAMES_APART),
            FieldType.CAPITAL: self._capital,
        }

    def columns(self, texts: Sequence[str]) -> dict[str, Values]:
        """Field → its values in the records of these kept fields, JSON texts; null where there is none."""
        if not self._fields:
            return {}
        table = self._parse(texts)
        found = {}
        for field in self._fields:
            values = table[field.name].combine_chunks()
            show = self._showing.get(field.type)
            found[field.name] = show(field, values) if show else values
        return found

    def _parse(self, texts: Sequence[str]) -> pa.Table:
        try:
            return _parsed("\n".join(texts).encode(), self._parsed)
        except pa.ArrowInvalid:  # kept when the catalogue still declared a field otherwise: one value, or several
            rows = [orjson.dumps(self._as_declared(orjson.loads(text))) for text in texts]
            return _parsed(b"\n".join(rows), self._parsed)

    def _as_declared(self, kept: dict[str, Any]) -> dict[str, Any]:
        return {
            field.name: _as(self._parsed.field(field.name).type, value)
            for field in self._fields
            if (value := kept.get(field.name)) is not None
        }

    def _labels(self, field: FieldSpec, codes: Values) -> Values:
        if not field.several:
            return self._labelled(field, codes)
        labels = pa.ListArray.from_arrays(codes.offsets, self._labelled(field, codes.values), mask=codes.is_null())
        return compute.binary_join(labels, self._apart)

    def _labelled(self, field: FieldSpec, codes: Values) -> Values:
        return labelled(codes, lambda code: self._declared.label(field.code_list or "", code, self._locale))

    def _capital(self, _: FieldSpec, values: Values) -> Values:
        amount, code = compute.struct_field(values, "amount"), compute.struct_field(values, "currency")
        currency = labelled(code, lambda each: self._declared.label("currency", each, self._locale))
        return compute.binary_join_element_wise(amount, currency, " × 10,000 " if self._locale == "en" else " 万")


def labelled(codes: Values, label: Callable[[str], str | None]) -> Values:
    """The label of each code; each different code is asked for once."""
    encoded = codes.dictionary_encode()
    labels = pa.array([label(str(code)) for code in encoded.dictionary.to_pylist()], pa.string())
    return labels.take(encoded.indices)


def _kept_as(field: FieldSpec) -> pa.DataType:
    if field.type is FieldType.NAMES or field.several:
        return pa.list_(pa.string())
    return {FieldType.INTEGER: pa.int64(), FieldType.CAPITAL: _CAPITAL}.get(field.type, pa.string())


def _parsed(lines: bytes, schema: pa.Schema) -> pa.Table:
    return arrow_json.read_json(
        BytesIO(lines),
        read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(lines) + 1),
        parse_options=arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
    )


def _as(wanted: pa.DataType, value: object) -> object:
    if pa.types.is_list(wanted):
        return list(as_codes(value))
    if pa.types.is_struct(wanted):
        return value if isinstance(value, dict) else None
    if pa.types.is_integer(wanted):
        return value if isinstance(value, int) else None
    return value if isinstance(value, str) else "、".join(as_codes(value))
