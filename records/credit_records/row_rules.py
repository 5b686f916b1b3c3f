"""Rules that need more than one value of a row: what must be there because of another, and dates in their order."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from credit_records.catalogue import Catalogue, FieldSpec, Kind
from credit_records.field_values import OPEN_END, ValueRefusedError


class Missing(NamedTuple):
    """A field that must be there because `because` has one of the values that `labels` names."""

    spec: FieldSpec
    because: FieldSpec
    labels: str


class _Needed(NamedTuple):
    name: str
    because: str
    values: frozenset[str]
    missing: Missing


class RowRules:
    """The rules of one kind; what `kind` requires without condition is not among them."""

    def __init__(self, kind: Kind, declared: Catalogue) -> None:
        self._needed = [
            _Needed(
                spec.name, because.name, frozenset(values), Missing(spec, because, _labels(because, values, declared))
            )
            for spec, because, values in _conditions(kind)
        ]
        self._orders = [(spec, kind.by_name[spec.not_before]) for spec in kind.fields if spec.not_before]
        self._not_future = [spec for spec in kind.fields if spec.not_future]
        self.is_empty: Final = not (self._needed or self._orders or self._not_future)

    def missing(self, fields: dict[str, Any]) -> list[Missing]:
        """What must be there and is not."""
        return [
            needed.missing
            for needed in self._needed
            if needed.name not in fields and _among(fields.get(needed.because), needed.values)
        ]

    def disordered(self, fields: dict[str, Any], now: str) -> Iterator[tuple[FieldSpec, ValueRefusedError]]:
        """Dates that stand before what they must follow, or after today, the ISO date `now`."""
        for spec, earlier in self._orders:
            day, other = fields.get(spec.name), fields.get(earlier.name)
            if day and other and day < other:
                reason = f"{spec.title}早于{earlier.title}（{other}）"
                yield spec, ValueRefusedError("date_order", reason, f"请核对{spec.title}和{earlier.title}")
        for spec in self._not_future:
            day = fields.get(spec.name)
            if day and day > now and day != OPEN_END:
                reason = f"{spec.title}晚于今天（{now}）"
                yield spec, ValueRefusedError("date_future", reason, f"请核对{spec.title}的年份")


def _conditions(kind: Kind) -> Iterator[tuple[FieldSpec, FieldSpec, tuple[str, ...]]]:
    for spec in kind.fields:
        if spec.required_when is not None:
            yield spec, kind.by_name[spec.required_when.field], spec.required_when.values


def _labels(spec: FieldSpec, values: tuple[str, ...], declared: Catalogue) -> str:
    return "、".join(declared.label(str(spec.code_list), value) for value in values)


def _among(value: object, values: frozenset[str]) -> bool:
    return not values.isdisjoint(value) if isinstance(value, list) else value in values
