"""`chengxin withdraw`: what a provider published by mistake, out of public view at once."""

from typing import Annotated

import typer
from credit_records.database import migrate, open_database
from credit_records.deliveries import find_delivery
from credit_records.publication import Act
from credit_records.settings import Settings

from credit_indexer.failures import UNREADABLE, told_clearly
from credit_indexer.terminal import complain, meter, say
from credit_indexer.withdrawing import reinstate_delivery, withdraw_delivery


def withdraw(
    delivery: Annotated[int, typer.Option(help="报送的编号：见回执、日志和 chengxin quarantine")],
    reason: Annotated[str, typer.Option(help="理由，记在每条记录的历史里")],
    *,
    undo: Annotated[bool, typer.Option("--undo", help="不是撤回，而是恢复这次报送中已撤回的记录")] = False,
) -> None:
    """撤回一次报送所公示的全部记录（例如部门送错了文件），或用 --undo 恢复。"""
    with told_clearly():
        database = open_database(Settings())
        migrate(database)
        with database.connect() as connection:
            found = find_delivery(connection, delivery)
        if found is None or not reason.strip():
            complain(f"没有编号为 {delivery} 的报送。" if found is None else "请写明理由。")
            raise typer.Exit(UNREADABLE)
        verb, change = ("恢复", reinstate_delivery) if undo else ("撤回", withdraw_delivery)
        with meter(verb) as shown:
            count = change(database, delivery, Act("运维", reason.strip()), shown.show)
        say(f"{found.source} {found.file_name}（第 {delivery} 次报送）：已{verb} {count:,} 条记录。")
