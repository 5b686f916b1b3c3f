"""`chengxin staff` as an operator gives it."""

import re
from pathlib import Path

import pytest
from credit_records.casework.audit import entries
from credit_records.database import open_database
from credit_records.providers import add_provider
from credit_records.settings import Settings
from credit_records.staff.accounts import account, accounts
from credit_site.staff_commands import staff
from typer.testing import CliRunner


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CHENGXIN_DATA_DIR", str(tmp_path))

    def given(*words: str, code: int = 0) -> str:
        found = CliRunner().invoke(staff, list(words))
        assert found.exit_code == code, found.output
        return found.output

    given("list")
    add_provider(open_database(Settings()), "water", "市水务局", "市水务局")
    return given


def known(login: str):
    with open_database(Settings()).connect() as connection:
        return account(connection, login)


def test_an_account_from_its_beginning_to_its_end(run):
    told = run("add", "anna", "--name", "张三", "--role", "clerk", "--unit", "water")
    first = re.search(r"初始密码：([a-z0-9]{20})", told)[1]
    assert "只显示这一次" in told
    assert "anna\t张三\t经办员\twater\t未绑定动态口令\t启用" in run("list")
    assert first not in run("password", "anna")
    run("role", "anna", "--role", "administrator")
    assert known("anna").officer.role == "administrator"
    run("unit", "anna", "water", code=2)  # the only administrator
    run("add", "boss", "--name", "李四", "--role", "administrator")
    run("unit", "anna", "water")
    run("disable", "anna")
    assert not known("anna").officer.active
    run("enable", "anna")
    run("unlock", "anna")
    run("reset-second-factor", "anna")
    assert "已结束 0 个会话" in run("sessions", "anna", "--revoke")
    run("sessions")
    with open_database(Settings()).connect() as connection:
        trail = entries(connection)
    assert all(each.actor.startswith("system:") for each in trail)
    assert len(trail) == 9


def test_what_can_t_be_done_is_told_in_a_sentence(run, monkeypatch):
    for words, told in (
        (("add", "Anna", "--name", "张三", "--role", "auditor"), "小写"),
        (("add", "anna", "--name", "张三", "--role", "emperor"), "没有“emperor”这个角色"),
        (("add", "anna", "--name", "张三", "--role", "clerk", "--unit", "nobody"), "nobody"),
        (("password", "nobody"), "没有登录名为 nobody 的账号"),
        (("sessions", "--revoke"), "谁的会话"),
        (("link", "anna", "--subject", "7"), "CHENGXIN_OIDC_ISSUER"),
    ):
        assert told in run(*words, code=2)
    with open_database(Settings()).connect() as connection:
        assert accounts(connection) == []
    run("add", "anna", "--name", "张三", "--role", "auditor")
    monkeypatch.setenv("CHENGXIN_OIDC_ISSUER", "https://id.example.cn")
    run("link", "anna", "--subject", "7")
    assert known("anna").identity == "https://id.example.cn 7"
    run("link", "anna")
    assert known("anna").identity is None
