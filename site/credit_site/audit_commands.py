"""`chengxin audit`: whether the trail of what was decided is whole, for whoever is to judge that."""

import re
from typing import Annotated

import typer
from credit_records.casework.audit import Anchor, Verdict
from credit_records.casework.audit import verify as verify_trail
from credit_records.database import DatabaseUnavailableError, migrate, open_database

from credit_site.settings import SiteSettings

BROKEN = 1
UNREADABLE = 2
NO_SERVICE = 4

_ANCHOR = re.compile(r"(\d{1,15}):([0-9a-f]{64})")

audit = typer.Typer(help="审计记录：核对是否完整、是否被改动。", no_args_is_help=True)


@audit.callback()
def trail() -> None:
    """审计记录：核对是否完整、是否被改动。"""


@audit.command()
def verify(
    *,
    anchor: Annotated[
        str, typer.Option(help="此前核对时记下的“编号:校验值”；用来发现整个被重写或从末尾截短的记录。")
    ] = "",
) -> None:
    """逐条核对审计记录的编号和校验值；有缺失、改动或重写时说出在哪里，退出码为 1。"""
    noted = _anchor(anchor)
    try:
        database = open_database(SiteSettings())
        migrate(database)
    except DatabaseUnavailableError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(NO_SERVICE) from problem
    with database.connect() as connection:
        verdict = verify_trail(connection, noted)
    database.dispose()
    _tell(verdict)


def _anchor(text: str) -> Anchor | None:
    if not text:
        return None
    found = _ANCHOR.fullmatch(text.strip())
    if found is None:
        typer.echo("--anchor 应当是“编号:校验值”，例如核对完成时显示的那一行。", err=True)
        raise typer.Exit(UNREADABLE)
    return Anchor(int(found[1]), found[2])


def _tell(verdict: Verdict) -> None:
    if not verdict.sound:
        typer.echo(
            f"审计记录不完整：第 {verdict.broken_at} 条起，{verdict.why}。前 {verdict.count:,} 条完好。", err=True
        )
        raise typer.Exit(BROKEN)
    typer.echo(f"审计记录完整：{verdict.count:,} 条，编号连续，校验值相符。")
    if verdict.newest is not None:
        typer.echo(f"请把这一行记在别处，下次用 --anchor 核对：{verdict.newest.seq}:{verdict.newest.hash}")
