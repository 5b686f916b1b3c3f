"""`chengxin export`: all that is public in one file that others can open, with what must be said of it beside."""

from pathlib import Path
from typing import Annotated, Final, NoReturn

import orjson
import typer
from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.changes import latest_seq
from credit_records.database import DatabaseUnavailableError, open_database
from credit_records.exporting.datasette_metadata import datasette_metadata
from credit_records.exporting.tidy_database import TidyTable, write_tidy_database
from credit_records.gazetteer import gazetteer
from credit_records.settings import Settings

UNREADABLE: Final = 2
LICENCE: Final = "可以免费使用、加工和转载，请注明来源、数据截至的时间和变更号；不得用于识别自然人的身份"


def export(
    sqlite: Annotated[Path, typer.Option(help="写成这个 SQLite 文件，用 Datasette 打开；旁边另写 .metadata.json。")],
    *,
    address: Annotated[str, typer.Option(help="网站的网址，写进每条记录的链接；不写，链接就从 / 起。")] = "",
    replace: Annotated[bool, typer.Option("--replace", help="文件已经有了，也重写。")] = False,
) -> None:
    """把公示中的全部记录和主体写成一个整理好的数据库，可以全文检索、按类计数。"""
    if sqlite.exists() and not replace:
        _end(f"{sqlite} 已经有了。换一个名字，或加上 --replace 重写。")
    if not sqlite.parent.is_dir():
        _end(f"没有 {sqlite.parent} 这个目录，请先建好。")
    settings = Settings()
    try:
        database = open_database(settings, read_only=True)
    except DatabaseUnavailableError as problem:
        _end(str(problem))
    try:
        with database.connect() as connection:
            change = latest_seq(connection)
        tables = write_tidy_database(
            database, sqlite, catalogue(), gazetteer(), base_url=address.rstrip("/"), told=_tell
        )
    finally:
        database.dispose()
    city = catalogue().city(settings.city)
    about = {
        "description": f"公示中的记录，{today()} 取得，变更号 {change}。记录会更正、修复或撤回，使用前请核对最新状态。",
        "source": city.title,
        "license": LICENCE,
        **({"source_url": address} if address else {}),
    }
    metadata = sqlite.with_name(f"{sqlite.stem}.metadata.json")
    content = datasette_metadata(sqlite.stem, tables, f"{city.title}：开放数据", about)
    metadata.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
    typer.echo(f"已写成 {sqlite}。打开它：datasette {sqlite} -m {metadata}")


def _tell(table: TidyTable, rows: int) -> None:
    typer.echo(f"{table.title}：{rows:,} 行")


def _end(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(UNREADABLE)
