"""The body of a push taken apart: JSON into rows whose values stand in the order of columns, as the checks want them.

Numbers stay the text that was sent, so that a long one loses no digit; a name that stands twice in one object is seen.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson
from credit_records.catalogue import FieldSpec, FieldType, Kind
from credit_records.checking import NOT_KEPT, SHOWN_RAW, SHOWN_VALUE
from credit_records.field_types import clean_text
from credit_records.headers import fold_header, names_of_fields
from credit_records.inbox_layout import kind_of_folder
from credit_records.rows import REFUSED, Problem

MOST_ROWS: Final = 10_000
MEMBERS: Final = ("kind", "rows")
WHOLE_ROW: Final = "整行"
SHOWN_NAMES: Final = 50  # names of members that are no field, told back
SHOWN_NAME: Final = 60
VALUES_APART: Final = "；"

_HALF_CHARACTER: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_ONLY_TEXT: Final = {str}


class MalformedBodyError(Exception):
    """The body is no JSON; the message says where it goes wrong."""


class UnfitBodyError(Exception):
    """JSON, but not a push: `faults` are (member, reason's short name, a sentence)."""

    def __init__(self, faults: Sequence[tuple[str, str, str]]) -> None:
        super().__init__("；".join(fault[2] for fault in faults))
        self.faults = list(faults)


@dataclass(frozen=True, slots=True)
class PushedRows:
    """What was pushed. Rows are numbered from 1 as sent; those in `problems` are not among `rows`."""

    kind: Kind
    columns: tuple[str, ...]
    numbers: list[int]
    rows: list[tuple[str, ...]]
    problems: list[Problem]
    ignored: tuple[str, ...]
    total: int


class _Doubled(dict[str, Any]):
    """An object in which a name stands twice."""


def read_rows(body: bytes, kinds: Mapping[str, Kind]) -> PushedRows:
    """The rows of a body.

    Raises:
        MalformedBodyError: it is no JSON in UTF-8.
        UnfitBodyError: it does not hold a kind that is known and rows, each an object.
    """
    asked = _parsed(body)
    kind, rows = _taken_apart(asked, kinds)
    return _Reading(kind).read(rows)


def _parsed(body: bytes) -> object:
    try:
        if _HALF_CHARACTER.search(body):
            orjson.loads(body)  # refuses halves of characters, which Python's own reader lets through
        return json.loads(
            body.decode("utf-8").removeprefix("\ufeff"),
            object_pairs_hook=_object,
            parse_int=str,
            parse_float=str,
            parse_constant=_refuse_constant,
        )
    except UnicodeDecodeError as error:
        message = f"第 {error.start + 1} 个字节不是 UTF-8"
        raise MalformedBodyError(message) from error
    except json.JSONDecodeError as error:  # which orjson's is, too
        message = f"第 {error.lineno} 行第 {error.colno} 个字符处不是有效的 JSON"
        raise MalformedBodyError(message) from error
    except RecursionError as error:
        message = "嵌套太深"
        raise MalformedBodyError(message) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Doubled(found)


def _refuse_constant(name: str) -> None:
    message = f"{name} 不是 JSON 的数"
    raise MalformedBodyError(message)


def _taken_apart(asked: object, kinds: Mapping[str, Kind]) -> tuple[Kind, list[dict[str, Any]]]:
    if not isinstance(asked, dict) or isinstance(asked, _Doubled):
        reason = "应是一个对象，有 kind 和 rows，各出现一次"
        raise UnfitBodyError([("", "object", reason)])
    faults = [
        (_shown_name(name), "unknown_parameter", f"没有名为“{_shown_name(name)}”的成员")
        for name in list(asked)[:SHOWN_NAMES]
        if name not in MEMBERS
    ]
    given, rows = asked.get("kind"), asked.get("rows")
    kind = kind_of_folder(given, kinds) if isinstance(given, str) else None
    if kind is None:
        faults.append(("kind", "unknown_value", f"kind 应是下列之一（代号或中文名）：{'、'.join(kinds)}"))
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS:
        faults.append(("rows", "out_of_range", f"rows 应是数组，1 到 {MOST_ROWS:,} 行；更多的请分几次报送"))
    else:
        strangers = [place for place, row in enumerate(rows, 1) if not isinstance(row, dict)]
        faults += [
            (f"rows[{place - 1}]", "object", f"第 {place} 行不是对象，应是 {{字段: 值}}")
            for place in strangers[:SHOWN_NAMES]
        ]
    if faults or kind is None or not isinstance(rows, list):
        raise UnfitBodyError(faults)
    return kind, rows


@dataclass(frozen=True, slots=True)
class _Layout:
    """Of rows with the same members in the same order: the member of each field, and fields named more than once."""

    member_of: dict[str, str]
    doubled: tuple[tuple[str, tuple[str, ...]], ...]
    ignored: tuple[str, ...]


class _Row(NamedTuple):
    number: int
    members: dict[str, Any]
    layout: _Layout


class _Reading:
    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._named = names_of_fields(kind)
        self._several = frozenset(spec.name for spec in kind.fields if spec.several or spec.type is FieldType.NAMES)
        self._problems: list[Problem] = []

    def read(self, rows: list[dict[str, Any]]) -> PushedRows:
        names = list(map(tuple, rows))
        layouts = {each: self._layout(each) for each in dict.fromkeys(names)}
        told = {field for layout in layouts.values() for field in layout.member_of}
        columns = tuple(spec.name for spec in self._kind.fields if spec.name in told)
        places = {each: [layout.member_of.get(name) for name in columns] for each, layout in layouts.items()}
        numbers: list[int] = []
        texts: list[tuple[str, ...]] = []
        for number, (each, row) in enumerate(zip(names, rows, strict=True), 1):
            layout = layouts[each]
            if (type(row) is not dict or layout.doubled) and self._contradicts_itself(_Row(number, row, layout)):
                continue
            values = ["" if member is None else row[member] for member in places[each]]
            if not _ONLY_TEXT.issuperset(map(type, values)):
                read = self._as_texts(_Row(number, row, layout), columns, values)
                if read is None:
                    continue
                values = read
            numbers.append(number)
            texts.append(tuple(values))
        ignored = dict.fromkeys(name for layout in layouts.values() for name in layout.ignored)
        shown = tuple(map(_shown_name, list(ignored)[:SHOWN_NAMES]))
        return PushedRows(self._kind, columns, numbers, texts, self._problems, shown, len(rows))

    def _layout(self, names: Iterable[str]) -> _Layout:
        named: dict[str, list[str]] = {}
        ignored: list[str] = []
        for name in names:
            field = self._named.get(fold_header(name))
            if field is None:
                ignored.append(name)
            else:
                named.setdefault(field, []).append(name)
        doubled = tuple((field, tuple(several)) for field, several in named.items() if len(several) > 1)
        return _Layout({field: several[0] for field, several in named.items()}, doubled, tuple(ignored))

    def _contradicts_itself(self, row: _Row) -> bool:
        if isinstance(row.members, _Doubled):
            reason = "同一个名称在这一行里出现了两次"
            self._refuse(row, WHOLE_ROW, "duplicate_member", reason, "每个字段只写一次，再报送这一行")
            return True
        for field, names in row.layout.doubled:
            if any(row.members[name] != row.members[names[0]] for name in names):
                title = self._kind.by_name[field].title
                reason = f"{'、'.join(map(_shown_name, names))}都是“{title}”，值却不同"
                self._refuse(row, title, "duplicate_member", reason, f"“{title}”只写一次，再报送这一行")
                return True
        return False

    def _as_texts(self, row: _Row, columns: Sequence[str], values: Sequence[Any]) -> list[str] | None:
        """The values as texts; None where one is neither text, number, null nor a list where several may stand."""
        texts = []
        for name, value in zip(columns, values, strict=True):
            if value is None:
                texts.append("")
            elif isinstance(value, str):
                texts.append(value)
            elif isinstance(value, list) and name in self._several and all(isinstance(each, str) for each in value):
                texts.append(VALUES_APART.join(value))
            else:
                spec = self._kind.by_name[name]
                reason = f"“{spec.title}”的值应是文本、数字或 null"
                shown = _shown(spec, value)[:SHOWN_VALUE]
                self._refuse(row, spec.title, "json_value", reason, "请改成文本后再报送这一行", value=shown)
                return None
        return texts

    def _refuse(self, row: _Row, field: str, rule: str, reason: str, remedy: str, *, value: str = "") -> None:
        specs = ((self._kind.by_name[name], row.members[member]) for name, member in row.layout.member_of.items())
        raw = orjson.dumps({spec.title: _shown(spec, told) for spec, told in specs}).decode()
        self._problems.append(Problem(row.number, REFUSED, field, value, rule, reason, remedy, raw))


def _shown(spec: FieldSpec, value: object) -> str:
    if value is None or value == "":
        return ""
    if spec.secret:
        return NOT_KEPT
    match value:
        case str():
            return clean_text(value)[:SHOWN_RAW]
        case bool():
            return str(value).lower()
        case dict():
            return "{…}"
    return "[…]"


def _shown_name(name: str) -> str:
    return clean_text(name)[:SHOWN_NAME]
