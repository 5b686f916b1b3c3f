"""`chengxin provider` and `chengxin receive`, as the person who types them sees them."""

import re
from pathlib import Path

import pytest
import typer
from credit_indexer.locking import RECEIVING, FileLocks
from credit_indexer.provider_commands import provider
from credit_indexer.receiving_commands import receive
from credit_records.database import open_database
from credit_records.providers import verify_key
from credit_records.settings import Settings
from typer.testing import CliRunner, Result

from tests.indexer.receiving import table

ADD = ("provider", "add", "water", "--title", "市水务局", "--kind", "欠缴水费", "--kind", "registration")

ANY = ("--kind", "行政处罚")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Run":
    monkeypatch.chdir(tmp_path)
    return Run()


class Run:
    def __init__(self) -> None:
        self.app = typer.Typer()
        self.app.add_typer(provider, name="provider")
        self.app.command()(receive)

    def __call__(self, *arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(self.app, arguments)
        assert result.exit_code == code, result.output
        return result


def key_of(shown: Result) -> str:
    [key] = re.findall(r"密钥：(\S+)", shown.stdout)
    return str(key)


def accepts(key: str) -> bool:
    database = open_database(Settings())
    with database.connect() as connection:
        found = verify_key(connection, "water", key)
    database.dispose()
    return found is not None


def test_a_provider_gets_a_key_once_and_a_folder(run: Run) -> None:
    added = run(*ADD, "--district", "620102")
    assert accepts(key_of(added))
    assert Path("data/inbox/water/done").is_dir()
    listed = run("provider", "list").stdout
    assert "water\t市水务局\t市水务局\t城关区\t启用\t登记信息、欠缴水费" in listed
    assert key_of(added) not in listed


def test_a_key_is_rotated_and_a_provider_disabled_and_enabled(run: Run) -> None:
    first = key_of(run(*ADD))
    second = key_of(run("provider", "rotate", "water"))
    assert (accepts(first), accepts(second)) == (False, True)
    run("provider", "disable", "water")
    assert not accepts(second)
    assert "停用" in run("provider", "list").stdout
    run("provider", "enable", "water")
    assert accepts(second)


def test_what_a_provider_may_send_is_named_and_changed(run: Run) -> None:
    assert "可以报送：登记信息、欠缴水费。" in run(*ADD).stdout
    assert "可以报送：行政处罚。" in run("provider", "kinds", "water", "--kind", "行政处罚").stdout
    Path("data/inbox/water/登记信息.csv").write_bytes(table())
    run("receive", "--once")
    assert len(list(Path("data/inbox/water/refused").glob("*登记信息.csv"))) == 1
    run("provider", "kinds", "water", "--all-kinds")
    assert run("provider", "list").stdout.endswith("启用\t全部种类\n")
    Path("data/inbox/water/登记信息.csv").write_bytes(table())
    assert "新增 3" in run("receive", "--once").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("provider", "add", "Water!", "--title", "局", *ANY), "不合要求"),
        (("provider", "add", "gas", "--title", " ", *ANY), "--title"),
        (("provider", "add", "gas", "--title", "局", "--district", "999999", *ANY), "没有代码为 999999 的区县"),
        (("provider", "add", "gas", "--title", "市水务局", *ANY), "不能相同"),
        (("provider", "add", "water", "--title", "别的局", *ANY), "provider rotate water"),
        (("provider", "add", "gas", "--title", "局"), "--all-kinds"),
        (("provider", "add", "gas", "--title", "局", "--kind", "nothing"), "没有名为 nothing"),
        (("provider", "kinds", "water"), "--all-kinds"),
        (("provider", "kinds", "water", "--kind", "行政处罚", "--all-kinds"), "只写 --all-kinds"),
        (("provider", "kinds", "gas", "--all-kinds"), "没有名为 gas"),
        (("provider", "rotate", "gas"), "没有名为 gas"),
        (("provider", "disable", "gas"), "没有名为 gas"),
    ],
)
def test_what_cannot_be_is_one_sentence(arguments: tuple[str, ...], told: str, run: Run) -> None:
    run(*ADD)
    refused = run(*arguments, code=2)
    assert told in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_nobody_is_listed_at_first(run: Run) -> None:
    assert "provider add" in run("provider", "list").stdout


def test_receive_takes_what_is_there_and_stops(run: Run) -> None:
    run(*ADD)
    Path("data/inbox/water/登记信息.csv").write_bytes(table())
    shown = run("receive", "--once").stdout
    assert "市水务局：登记信息.csv（第 1 次报送）：收到登记信息 3 行：新增 3" in shown
    assert "收取完毕：1 个文件" in shown


def test_a_second_receiver_says_so_and_ends_with_3(run: Run) -> None:
    run(*ADD)
    with FileLocks(Path("data")).exclusive(RECEIVING):
        assert "另一个收取进程正在运行" in run("receive", "--once", code=3).stderr


def test_a_pull_of_a_kind_that_is_not_there_is_told(run: Run) -> None:
    pull = '[[pulls]]\nname="a"\nprovider="water"\nkind="nothing"\nurl="sqlite://"\ntable="t"\nmark="m"\nkey="k"\n'
    Path("chengxin.toml").write_text(pull, encoding="utf-8")
    assert "nothing 不在目录里" in run("receive", "--once", code=4).stderr
    Path("chengxin.toml").write_text(pull + 'colour="red"\n', encoding="utf-8")
    assert "设置有误" in run("receive", "--once", code=4).stderr
