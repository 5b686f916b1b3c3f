"""Writes `data-dictionary.md` from the catalogue: `make dictionary`, after a kind or a code list was changed."""

from collections.abc import Iterator
from pathlib import Path

from credit_records.catalogue import Catalogue, CodeList, FieldSpec, Kind, catalogue
from credit_records.field_guidance import type_title

PAGE = Path(__file__).with_name("data-dictionary.md")
HEAD = """# 数据字典

由目录（`records/credit_records/catalogue/`）生成，不要手改：改目录文件，再执行 `make dictionary`。报送的要求见
[数据提供单位](providers.md)。
"""


def dictionary(of: Catalogue) -> str:
    """The whole page."""
    used = {field.code_list for kind in of.kinds.values() for field in kind.fields if field.code_list}
    kinds = (line for kind in of.kinds.values() for line in _kind(kind, of))
    lists = (line for name in of.lists if name in used for line in _list(of.lists[name]))
    return "\n".join([HEAD, "## 数据种类", "", *kinds, "## 代码表", "", *lists])


def _kind(kind: Kind, of: Catalogue) -> Iterator[str]:
    yield f"### {kind.title}（`{kind.name}`）"
    yield ""
    yield f"{kind.authority}。依据：{kind.source}。"
    yield ""
    yield "| 标准列名 | 代号 | 必填 | 类型 | 最长 | 也认得的列名 |"
    yield "| --- | --- | --- | --- | ---: | --- |"
    for field in kind.fields:
        cells = (field.title, f"`{field.name}`", _needed(field), type_title(field, of), field.max_length or "")
        yield f"| {' | '.join(map(str, cells))} | {'、'.join(field.aliases)} |"
    yield ""


def _needed(field: FieldSpec) -> str:
    if field.required:
        return "必填"
    return "视情况" if field.required_when else ""


def _list(codes: CodeList) -> Iterator[str]:
    yield f"### {codes.title}（`{codes.name}`）"
    yield ""
    yield f"依据：{codes.source}。"
    yield ""
    yield "| 值 | 名称 | 也认得的写法 |"
    yield "| --- | --- | --- |"
    for code in codes.codes:
        yield f"| `{code.code}` | {code.zh} | {'、'.join(code.aliases)} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(dictionary(catalogue()), encoding="utf-8")
