"""What the person who types the commands sees: sentences and exit codes."""

import asyncio
import gzip
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from credit_indexer import indexing_commands, loading_commands
from credit_indexer.locking import REBUILDING, FileLocks
from credit_search.schema import RECORDS, SUBJECTS, IndexSchema
from typer.testing import CliRunner, Result

from tests.indexer.dressed_tables import delimited

HEADER = ("企业名称", "统一社会信用代码")
ROWS = [("金城虚构茶馆", "92620199MA00000022"), ("金城虚构书店", "92620199MA00000033")]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Run":
    monkeypatch.chdir(tmp_path)
    return Run()


class Run:
    def __init__(self) -> None:
        self.app = typer.Typer()
        for command in (
            loading_commands.load,
            indexing_commands.index,
            indexing_commands.rebuild,
            indexing_commands.rollback,
            indexing_commands.compare,
        ):
            self.app.command()(command)
        self.app.add_typer(loading_commands.quarantine, name="quarantine")

    def __call__(self, *arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(self.app, arguments)
        assert result.exit_code == code, result.output
        return result


def table(name: str, rows: Sequence[Sequence[str]] = ROWS) -> str:
    Path(name).write_bytes(delimited((HEADER, rows)))
    return name


def recorded(sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect("data/chengxin.db")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_load_sums_up_and_says_where_the_refused_rows_are(run: Run) -> None:
    shown = run("load", table("名单.csv", [*ROWS, ("", "92620199MA00000044")])).stdout
    assert "名单.csv（CSV，UTF-8）：3 行" in shown
    assert "新增 2，更新 0，未变 0，退回 1，提示 0" in shown
    assert "chengxin quarantine --delivery 1" in shown
    assert "新增 0，更新 0，未变 2，退回 1，提示 0" in run("load", "名单.csv").stdout


def test_load_names_the_source_and_the_columns_not_used(run: Run) -> None:
    Path("a.csv").write_bytes(delimited((("备注", *HEADER), [("注", *ROWS[0])])))
    assert "没有用到的列：备注" in run("load", "a.csv", "--source", "虚构分局").stdout
    run("load", "a.csv")
    assert recorded("SELECT source FROM delivery") == [("虚构分局",), ("市场监督管理部门",)]


def test_an_unreadable_file_ends_with_2_and_leaves_no_trace(run: Run) -> None:
    Path("cut.csv.gz").write_bytes(gzip.compress(delimited((HEADER, ROWS * 500)))[:-20])
    refused = run("load", "cut.csv.gz", code=2)
    assert refused.stderr.count("\n") == 1
    assert "截断" in refused.stderr
    assert not refused.stdout
    assert not Path("data").exists()


def test_an_unreadable_file_does_not_keep_the_others_out(run: Run) -> None:
    Path("empty.csv").touch()
    result = run("load", table("a.csv"), "empty.csv", "missing.csv", table("b.csv", ROWS[:1]), code=2)
    assert result.stderr.count("无法读取") == 2
    assert recorded("SELECT file_name, rows FROM delivery") == [("a.csv", 2), ("b.csv", 1)]


def test_a_file_name_in_gbk_is_shown_and_recorded(run: Run) -> None:
    name = os.fsdecode("名单.csv".encode("gbk"))
    assert "名单.csv（CSV" in run("load", table(name)).stdout
    assert recorded("SELECT file_name FROM delivery") == [("名单.csv",)]
    Path(name).write_bytes(b"")
    assert "无法读取 名单.csv" in run("load", name, code=2).stderr


def test_an_unknown_kind_is_told_with_those_that_exist(run: Run) -> None:
    assert "registration（登记信息）" in run("load", table("a.csv"), "--kind", "nothing", code=2).stderr


def test_quarantine_lists_filters_and_exports(run: Run) -> None:
    assert "没有" in run("quarantine").stdout
    run("load", table("a.csv", [("", "92620199MA00000044"), ("金城虚构\x1b[31m店", "")]))
    listed = run("quarantine").stdout
    assert listed.count("\n") == 2
    assert "\x1b" not in listed
    assert "列出了前 1 条" in run("quarantine", "--limit", "1").stdout
    assert "没有" in run("quarantine", "--file", "b.csv").stdout
    assert "没有" in run("quarantine", "--delivery", "9").stdout
    assert "已导出 2 行" in run("quarantine", "export", "退回.csv").stdout
    assert "金城虚构" in Path("退回.csv").read_text(encoding="utf-8-sig")


def test_the_index_is_made_compared_and_mended(run: Run) -> None:
    assert "还没有可用的索引" in run("compare", code=4).stderr
    run("load", table("a.csv"))
    assert "2 个主体，0 条记录" in run("index", "--once").stdout
    assert run("compare").stdout.count("索引与数据库一致") == 2
    connection = sqlite3.connect("data/chengxin.db")
    connection.execute("UPDATE subject SET version = version + 1000 WHERE id = 1")
    connection.commit()
    connection.close()
    assert "索引里过时 1 个：主体 1" in run("compare", code=1).stdout
    assert "主体" not in run("compare", "--index", "records").stdout
    assert "已修复 1 个主体" in run("compare", "--repair").stdout
    assert "索引与数据库一致" in run("compare").stdout


def test_rebuild_says_what_it_did_and_that_another_is_running(run: Run) -> None:
    run("load", table("a.csv"))
    whole = run("rebuild").stdout
    assert "主体索引已重建并启用：2 个主体" in whole
    assert "记录索引已重建并启用：0 条记录" in whole
    assert "主体" not in run("rebuild", "--index", "records").stdout
    assert "subjects（主体）、records（记录）" in run("rebuild", "--index", "nothing", code=2).stderr
    with FileLocks(Path("data")).exclusive(REBUILDING):
        assert "另一个重建正在进行" in run("rebuild", code=3).stderr


def test_rollback_goes_back_to_the_index_before_and_says_where_there_is_none(run: Run) -> None:
    run("load", table("a.csv"))
    run("index", "--once")
    assert "没有可以退回的旧索引" in run("rollback", code=2).stderr
    run("rebuild")
    told = run("rollback").stdout
    assert "主体索引已换回 subjects-" in told
    assert "记录索引已换回 records-" in told
    assert "没有可以退回的旧索引" in run("rollback", code=2).stderr


@pytest.mark.parametrize("schema", [SUBJECTS, RECORDS])
def test_a_second_indexer_is_refused_with_a_sentence(schema: IndexSchema, run: Run) -> None:
    run("load", table("a.csv"))
    run("index", "--once")
    workplace = indexing_commands.open_workplace(indexing_commands.Settings())
    writer = asyncio.run(workplace.engine.writer(schema))
    assert "另一个索引进程正在运行" in run("index", "--once", code=3).stderr
    asyncio.run(writer.close())
    workplace.database.dispose()


def test_a_database_that_cannot_be_opened_is_told(run: Run) -> None:
    Path("data").write_text("a file where a folder should be")
    assert "CHENGXIN_DATA_DIR" in run("load", table("a.csv"), code=4).stderr
