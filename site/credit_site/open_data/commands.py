"""`chengxin publish-data`: the files of open data, made before anybody asks for them."""

import asyncio
from typing import Annotated

import typer
from credit_records.catalogue import Kind
from credit_records.database import DatabaseUnavailableError
from credit_search.protocol import EngineUnavailableError

from credit_site.application import open_site
from credit_site.open_data.copies import Copies, copies_of
from credit_site.open_data.data_pages import given_kinds
from credit_site.settings import SiteSettings

UNREADABLE = 2


def publish_data(
    kind: Annotated[list[str] | None, typer.Option(help="只做这一类，可以写几次；不写就做全部。")] = None,
) -> None:
    """按类别和月份生成开放数据文件：缺的、已经过时的才重做，放在数据目录的 open-data 里。"""
    try:
        asyncio.run(_publish(kind or []))
    except (DatabaseUnavailableError, EngineUnavailableError) as problem:
        typer.echo(f"没有完成：{problem}", err=True)
        raise typer.Exit(UNREADABLE) from problem


async def _publish(names: list[str]) -> None:
    site = open_site(SiteSettings())
    try:
        kinds = given_kinds(site)
        unknown = [name for name in names if name not in kinds]
        if unknown:
            typer.echo(f"没有可以开放的类别 {'、'.join(unknown)}。可用的有：{'、'.join(kinds)}。", err=True)
            raise typer.Exit(UNREADABLE)
        copies = copies_of(site)
        for kind in [kinds[name] for name in names or kinds]:
            await _publish_kind(copies, kind)
    finally:
        await site.close()


async def _publish_kind(copies: Copies, kind: Kind) -> None:
    months = [month for month, _ in await copies.months(kind)]
    standing = copies.standing(kind)
    made = [await copies.current(kind, month) for month in months]
    copies.forget(kind, months)
    if made:
        new = sum(month not in standing for month in months)
        rows, size = sum(copy.rows for copy in made), sum(copy.bytes for copy in made)
        typer.echo(f"{kind.title}：{len(made)} 个月，{rows:,} 条，{size:,} 字节，其中新做 {new} 个月。")
