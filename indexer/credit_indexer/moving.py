"""`chengxin move`: the database into another one, whatever sort each of them is."""

from collections.abc import Callable
from typing import Annotated

import typer
from credit_records.bulk import insert_rows, number_after
from credit_records.database import migrate, open_database, snapshot, writing
from credit_records.every_table import metadata
from credit_records.settings import Settings
from credit_records.tables import counter
from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy import Engine as Database

from credit_indexer.backups.dumping import holds_anything
from credit_indexer.failures import NO_SERVICE, told_clearly
from credit_indexer.terminal import complain, say

ROWS_AT_ONCE = 20_000

Told = Callable[[str, int], None]
"""Called with each table's name and how many rows it had."""


class MoveError(Exception):
    """Nothing was moved; the message says why and what to do, in Chinese."""


def move_database(source: Database, target: Database, told: Told = lambda *_: None) -> int:
    """Copy all rows, as of one moment, into a database that holds none; how many. All of it or nothing.

    Raises:
        MoveError: the target holds something already, or not what was sent.
    """
    migrate(target)
    if holds_anything(target):
        message = "那个数据库里已经有数据，没有动它。请给一个空的数据库"
        raise MoveError(message)
    rows = 0
    with snapshot(source) as read, writing(target) as write:
        write.execute(delete(counter))
        for table in metadata.sorted_tables:
            rows += _copy(read, write, table)
            told(table.name, _count(write, table))
    return rows


def _copy(read: Connection, write: Connection, table: Table) -> int:
    sent = 0
    with read.execute(select(table), execution_options={"yield_per": ROWS_AT_ONCE}) as found:
        for part in found.partitions():
            insert_rows(write, table, [tuple(row) for row in part])
            sent += len(part)
    number_after(write, table)
    if _count(write, table) != sent:
        message = f"表 {table.name} 读出 {sent:,} 行，写进 {_count(write, table):,} 行，没有搬。请重试"
        raise MoveError(message)
    return sent


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def move(
    address: Annotated[str, typer.Argument(help="新数据库的地址，如 postgresql://chengxin@db/chengxin，须是空的")],
) -> None:
    """把现用的数据库整个搬进另一个数据库，例如从 SQLite 换到 PostgreSQL；原来的只读不改。"""
    with told_clearly():
        source, target = open_database(Settings()), open_database(Settings(database_url=address))
        migrate(source)
        try:
            rows = move_database(source, target, lambda name, count: say(f"{name}：{count:,} 行"))
        except MoveError as error:
            complain(f"{error}。")
            raise typer.Exit(NO_SERVICE) from error
        finally:
            source.dispose()
            target.dispose()
        say(f"已搬完 {rows:,} 行。请把 CHENGXIN_DATABASE_URL 设为新地址，再启动各个程序；索引不用重建。")
