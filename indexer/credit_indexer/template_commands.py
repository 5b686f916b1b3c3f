"""`chengxin template`."""

from pathlib import Path
from typing import Annotated

import typer
from credit_records.template_workbook import template_workbook

from credit_indexer.failures import told_clearly
from credit_indexer.kind_names import kind_named
from credit_indexer.terminal import say


def template(
    kind: Annotated[str, typer.Argument(help="数据种类的名称或中文标题，如 administrative_penalty 或 行政处罚。")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写到哪里；不写时为“标题.xlsx”。")] = None,
) -> None:
    """写出某个数据种类的空白报送表（XLSX）：带下拉列表和填写说明，填好后可直接报送。"""
    with told_clearly():
        found = kind_named(kind)
        path = output or Path(f"{found.title}.xlsx")
        path.write_bytes(template_workbook(found))
    say(f"已写出 {path}：第一张表填写，列名前有 * 的必填；怎样填见“填写说明”。")
