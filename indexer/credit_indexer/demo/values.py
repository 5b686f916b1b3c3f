"""Values of the vocabulary, made ready: each becomes a function that gives its text for one record."""

import string
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from credit_records.calendar import add_months
from credit_records.catalogue import CodeList, FieldSpec, FieldType

from credit_indexer.demo.circumstances import CIRCUMSTANCES, Circumstances, Row
from credit_indexer.demo.kind_vocabulary import Number, Span, Value
from credit_indexer.demo.working_days import iso

Produce = Callable[[Row, Circumstances], str]
"""The text of a value, from those of the record that were made before it."""

OPEN_END = "长期"
_PLAIN_AMOUNT = Number(low=0.1, high=20, skew=3)
_PLAIN_COUNT = Number(low=1, high=90, places=0)
_PLAIN_SPAN = Span(years=(1, 3, 5))


class UnknownNameError(Exception):
    """A template names what is neither a value, nor a circumstance, nor a list of words."""


def names_in(value: Value) -> frozenset[str]:
    """What must be made before the value can be."""
    if isinstance(value, str):
        return frozenset(name for _, name, _, _ in string.Formatter().parse(value) if name)
    if isinstance(value, tuple):
        return frozenset().union(*map(names_in, value))
    return frozenset()


def compile_value(value: Value) -> Produce:
    if isinstance(value, str):
        return _template(value)
    if isinstance(value, tuple):
        return _pick(value)
    return _number(value) if isinstance(value, Number) else _day(value)


def circumstance(name: str) -> Produce:
    """Raises UnknownNameError."""
    find = CIRCUMSTANCES.get(name)
    if find is None:
        message = f"{{{name}}} is neither a value, nor a circumstance, nor a list of words"
        raise UnknownNameError(message)
    return find


def plain_value(spec: FieldSpec, lists: Mapping[str, CodeList]) -> Value:
    """A value that the field accepts, from its type alone."""
    if spec.type is FieldType.ENUMERATION:
        return tuple(code.zh for code in lists[str(spec.code_list)].codes if not code.open)
    if spec.type is FieldType.DATE:
        return "{decision_date}" if spec.not_future else _PLAIN_SPAN
    if spec.type is FieldType.CODE:
        return "{authority_code}"
    if spec.type in (FieldType.AMOUNT, FieldType.CAPITAL):
        return _PLAIN_AMOUNT
    return _PLAIN_COUNT if spec.type is FieldType.INTEGER else f"{spec.title}（示例{{serial}}）"[: spec.max_length]


def _template(text: str) -> Produce:
    names = names_in(text)
    if not names:
        constant = text.format()
        return lambda _, __: constant
    name = next(iter(names))
    if text == f"{{{name}}}":
        return lambda row, _: row[name]
    return lambda row, _: text.format_map(row)


def _pick(values: Sequence[str]) -> Produce:
    options = [_template(value) for value in values]
    count = len(options)
    return lambda row, c: options[int(c.random.random() * count)](row, c)


def _number(value: Number) -> Produce:
    low, width, skew, places = value.low, value.high - value.low, value.skew, value.places

    def produce(_: Row, c: Circumstances) -> str:
        return f"{low + width * c.random.random() ** skew:.{places}f}"

    return produce


def _day(value: Span) -> Produce:
    if value.until_now:
        return lambda _, c: iso(c.passed)
    if value.years:
        return _after_years(value)
    first, width = value.days[0], value.days[1] - value.days[0] + 1
    return lambda _, c: iso(c.decided + first + int(c.random.random() * width))


def _after_years(value: Span) -> Produce:
    years, count, is_open = value.years, len(value.years), value.open

    def produce(_: Row, c: Circumstances) -> str:
        drawn = c.random.random()
        if drawn < is_open:
            return OPEN_END
        return _years_later(c.decided, years[int(drawn * 1000) % count])

    return produce


@lru_cache(maxsize=20_000)
def _years_later(ordinal: int, years: int) -> str:
    """The day before the same day so many years later."""
    return iso(add_months(date.fromordinal(ordinal), 12 * years).toordinal() - 1)
