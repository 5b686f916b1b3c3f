"""A field told to the person who fills it in: what it means, how it is written, when it must be there."""

from collections.abc import Iterator, Mapping
from typing import Final

from credit_records.catalogue import Catalogue, FieldSpec, FieldType, Kind
from credit_records.codes import LENGTH

TYPE_TITLES: Final[Mapping[FieldType, str]] = {
    FieldType.TEXT: "文本",
    FieldType.CODE: "统一社会信用代码",
    FieldType.DATE: "日期",
    FieldType.AMOUNT: "金额（万元）",
    FieldType.CAPITAL: "金额和币种",
    FieldType.INTEGER: "整数",
    FieldType.NAMES: "名称，可多个",
}
_WRITTEN: Final[Mapping[FieldType, str]] = {
    FieldType.CODE: f"{LENGTH} 位数字或大写字母",
    FieldType.DATE: "年-月-日",
    FieldType.AMOUNT: "只填数字，单位是万元",
    FieldType.CAPITAL: "数字，单位是万元；不是人民币的写明币种",
    FieldType.INTEGER: "不带小数的数字",
    FieldType.NAMES: "几个名称之间用分号",
}
# Of no real subject: its division is one where nobody can be registered.
EXAMPLE_CODE: Final = "91629901MA0000001N"
_EXAMPLES: Final[Mapping[FieldType, str]] = {
    FieldType.CODE: EXAMPLE_CODE,
    FieldType.DATE: "2026-05-06",
    FieldType.AMOUNT: "3.5",
    FieldType.CAPITAL: "1000",
    FieldType.INTEGER: "2026",
    FieldType.NAMES: "某某商行；某某商店",
}


def type_title(field: FieldSpec, declared: Catalogue) -> str:
    """Such as 日期, or 代码表：处罚类别."""
    return f"代码表：{declared.lists[field.code_list].title}" if field.code_list else TYPE_TITLES[field.type]


def labels(field: FieldSpec, declared: Catalogue) -> list[str]:
    """What may be chosen for the field, where that is a list."""
    return [code.zh for code in declared.lists[field.code_list].codes] if field.code_list else []


def needed(field: FieldSpec, kind: Kind, declared: Catalogue) -> str:
    """必填, 选填, or the condition under which it must be there."""
    if field.required:
        return "必填"
    condition = field.required_when
    if condition is None:
        return "选填"
    other = kind.by_name[condition.field]
    values = "、".join(declared.label(str(other.code_list), value) for value in condition.values)
    return f"{other.title}为{values}时必填"


def limits(field: FieldSpec, kind: Kind) -> str:
    """How its values are written and what they may not be."""
    return "；".join(_limits(field, kind))


def _limits(field: FieldSpec, kind: Kind) -> Iterator[str]:
    if field.type in _WRITTEN:
        yield _WRITTEN[field.type]
    if field.code_list:
        yield "可填几个值，之间用顿号" if field.several else "从下拉列表中选一个"
    if field.max_length is not None and not field.code_list:
        yield f"最多 {field.max_length} 个字"
    if field.maximum is not None:
        yield f"不超过 {field.maximum:f}"
    if field.open_ended:
        yield "没有截止日的填“长期”"
    if field.not_before:
        yield f"不早于{kind.by_name[field.not_before].title}"
    if field.not_future:
        yield "不晚于今天"


def meaning(field: FieldSpec, kind: Kind) -> str:
    """What becomes of the field."""
    return "；".join(_meaning(field, kind))


def _meaning(field: FieldSpec, kind: Kind) -> Iterator[str]:
    if field.name == kind.subject.code:
        yield "记在哪个主体名下，以它为准"
    if field.name == kind.subject.name:
        yield "主体的全称，应与登记的名称一致"
    if field.name in kind.key and len(kind.key) > 1:
        together = "、".join(kind.by_name[name].title for name in kind.key)
        yield f"{together}都相同的，是同一条记录"
    yield "公示" if field.public else "不公示，只用于核对"


def example(field: FieldSpec, declared: Catalogue) -> str:
    """A value that would be accepted, of nobody who exists."""
    if field.code_list:
        return labels(field, declared)[0]
    return _EXAMPLES.get(field.type) or f"某{field.title}"[: field.max_length]
