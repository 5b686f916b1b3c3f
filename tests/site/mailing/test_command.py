"""`chengxin mail`, as an operator runs it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from credit_records.casework.outbox import queue_mail
from credit_records.database import writing
from credit_site.settings import SiteSettings
from pydantic import ValidationError

from tests.site.mailing.post_office import free_port
from tests.site.test_serving import PATIENCE, served

CHENGXIN = Path(sys.executable).with_name("chengxin")
URL = "https://credit.example"


def mail(folder: Path, *, port: int, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "CHENGXIN_DATA_DIR": str(folder),
        "CHENGXIN_CITY": "demo",
        "CHENGXIN_PUBLIC_URL": URL,
        "CHENGXIN_SMTP_HOST": "127.0.0.1",
        "CHENGXIN_SMTP_PORT": str(port),
        "CHENGXIN_SMTP_SECURITY": "none",
        "CHENGXIN_MAIL_FROM": "no-reply@credit.example",
        **settings,
    }
    return subprocess.run(
        [CHENGXIN, "mail", "--once"], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_what_waits_is_sent_and_neither_address_nor_text_is_logged(database, office, tmp_path):
    with writing(database) as connection:
        queue_mail(connection, "agent@example.com", "【信用修复】已提交", "链接 https://credit.example/x/SECRET")
    ran = mail(tmp_path, port=office.port)
    assert ran.returncode == 0, ran.stderr
    assert "发出 1 封" in ran.stdout
    assert office.recipients() == ["agent@example.com"]
    assert "agent@" not in ran.stdout + ran.stderr
    assert "SECRET" not in ran.stdout + ran.stderr


def test_a_server_that_is_away_is_said_in_a_sentence(database, tmp_path):
    with writing(database) as connection:
        queue_mail(connection, "agent@example.com", "x", "y")
    ran = mail(tmp_path, port=free_port())
    assert ran.returncode == 4
    assert "邮件还在，下次再发" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "agent@" not in ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ({"public_url": None}, "CHENGXIN_PUBLIC_URL"),
        ({"mail_from": None}, "发件地址"),
        ({"mail_from": "信用霁川"}, "发件地址"),
        ({"smtp_user": "chengxin"}, "密码存放的文件"),
    ],
)
def test_settings_that_would_not_do_are_refused_at_start(tmp_path, without, said):
    given = {"public_url": URL, "smtp_host": "mail.example", "mail_from": "no-reply@credit.example"} | without
    with pytest.raises(ValidationError, match=said):
        SiteSettings(data_dir=tmp_path, city="demo", **given)


def test_without_a_server_there_is_nothing_to_do(tmp_path):
    ran = mail(tmp_path, port=25, CHENGXIN_SMTP_HOST="")
    assert ran.returncode == 2
    assert "没有设置邮件服务器" in ran.stderr


def test_the_site_keeps_the_sender_beside_it_where_a_server_is_set(database, office, tmp_path, monkeypatch):
    with writing(database) as connection:
        queue_mail(connection, "agent@example.com", "x", "y")
    for name, value in {
        "PUBLIC_URL": URL,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(office.port),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "no-reply@credit.example",
    }.items():
        monkeypatch.setenv(f"CHENGXIN_{name}", value)
    with served(tmp_path, "--with-indexer") as (server, _):
        end = time.monotonic() + PATIENCE
        while not office.taken:
            assert server.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        server.send_signal(signal.SIGTERM)
        server.wait(PATIENCE)
    assert office.recipients() == ["agent@example.com"]
