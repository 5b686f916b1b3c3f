"""`chengxin load` and `chengxin quarantine`."""

from pathlib import Path
from typing import Annotated

import typer
from credit_records.catalogue import Kind
from credit_records.corrections import QuarantinedValue, Scope, count_problems, export, read_problems
from credit_records.database import migrate, open_database
from credit_records.settings import Settings
from rich.console import Console
from rich.table import Table

from credit_indexer.failures import UNREADABLE, told_clearly
from credit_indexer.kind_names import kind_named
from credit_indexer.loading import Inspected, Loaded, Loader, inspect_file
from credit_indexer.memory import expect_bulk_work
from credit_indexer.sources.source import UnreadableFileError, shown_name
from credit_indexer.terminal import complain, meter, say

SHOWN_VALUE = 40  # characters of a value in the list; the export holds all


def load(
    files: Annotated[
        list[Path], typer.Argument(help="要装载的文件：CSV、TSV（可加 gzip）、XLSX、JSON Lines、Parquet。")
    ],
    kind: Annotated[str, typer.Option(help="数据种类，即目录中的名称。")] = "registration",
    source: Annotated[str, typer.Option(help="提供数据的单位；不写时取目录中该种类的主管部门。")] = "",
) -> None:
    """装载文件：逐行检查，合格的入库，不合格的进隔离区；同一文件装两遍不会重复。"""
    with told_clearly():
        found = kind_named(kind)
        inspected = [each for each in (_inspect(path, found) for path in files) if each is not None]
        if inspected:
            database = open_database(Settings())
            migrate(database)
            expect_bulk_work()
            loader = Loader(database, found, source or found.authority)
            for each in inspected:
                with meter(shown_name(each.path)) as shown:
                    loaded = loader.load(each, shown.show)
                say(summary(loaded))
        if len(inspected) < len(files):
            raise typer.Exit(UNREADABLE)


def _inspect(path: Path, kind: Kind) -> Inspected | None:
    try:
        return inspect_file(path, kind)
    except UnreadableFileError as error:
        complain(str(error))
        return None


def summary(loaded: Loaded) -> str:
    """What became of a file, in a few lines."""
    delivery = loaded.delivery
    lines = [
        f"{delivery.file_name}（{loaded.description}）：{delivery.rows:,} 行，用时 {loaded.seconds:.1f} 秒，"
        f"每秒 {delivery.rows / max(loaded.seconds, 0.001):,.0f} 行",
        f"  新增 {delivery.new:,}，更新 {delivery.changed:,}，未变 {delivery.unchanged:,}，"
        f"退回 {delivery.refused:,}，提示 {delivery.noted:,}",
    ]
    if loaded.ignored:
        lines.append(f"  没有用到的列：{'、'.join(loaded.ignored)}")
    if delivery.refused or delivery.noted:
        lines.append(
            f"  查看：chengxin quarantine --delivery {delivery.id}；"
            f"导出后退回：chengxin quarantine export --delivery {delivery.id} 退回.csv"
        )
    return "\n".join(lines)


quarantine = typer.Typer(help="隔离区：被退回的行和没有采用的值，及其原因和改正办法。", invoke_without_command=True)

DeliveryOption = Annotated[int | None, typer.Option("--delivery", help="只看这一次装载（编号见装载后的提示）。")]
FileOption = Annotated[str | None, typer.Option("--file", help="只看文件名中含有这几个字的。")]


@quarantine.callback()
def listing(
    context: typer.Context,
    delivery: DeliveryOption = None,
    file: FileOption = None,
    limit: Annotated[int, typer.Option(min=1, help="最多列出多少条。")] = 50,
) -> None:
    """列出隔离区里的行：文件、行号、字段、原值、原因、改正办法。"""
    if context.invoked_subcommand is not None:
        return
    with told_clearly():
        database = open_database(Settings())
        migrate(database)
        scope = Scope(delivery, file)
        with database.connect() as connection:
            total = count_problems(connection, scope)
            problems = list(read_problems(connection, scope, limit))
    if not problems:
        say("隔离区里没有这样的行。")
        return
    _show(problems)
    if total > len(problems):
        say(f"共 {total:,} 条，列出了前 {len(problems):,} 条；--limit 可看更多，chengxin quarantine export 导出全部。")


def _show(problems: list[QuarantinedValue]) -> None:
    console = Console()
    if not console.is_terminal:
        for problem in problems:
            say("\t".join(_cells(problem)))
        return
    table = Table("文件", "行", "处理", "字段", "原值", "原因", "改正办法", highlight=False)
    for problem in problems:
        table.add_row(*(cell.replace("[", r"\[") for cell in _cells(problem)))
    console.print(table)


def _cells(problem: QuarantinedValue) -> list[str]:
    value = problem.value if len(problem.value) <= SHOWN_VALUE else f"{problem.value[:SHOWN_VALUE]}……"
    cells = (
        problem.file_name,
        str(problem.row),
        problem.treatment,
        problem.field,
        value,
        problem.reason,
        problem.remedy,
    )
    return ["".join(c if c.isprintable() else " " for c in cell) for cell in cells]


@quarantine.command("export")
def export_command(
    path: Annotated[Path, typer.Argument(help="要写出的 CSV 文件。")],
    delivery: DeliveryOption = None,
    file: FileOption = None,
) -> None:
    """导出为 CSV（UTF-8 带 BOM，Excel 可直接打开）：改正后可原样重新装载。"""
    with told_clearly():
        database = open_database(Settings())
        migrate(database)
        with database.connect() as connection:
            count = export(connection, Scope(delivery, file), path)
    say(f"已导出 {count:,} 行到 {path}。改正后用 chengxin load 重新装载该文件即可。")
