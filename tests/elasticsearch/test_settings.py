"""What an operator may set: an address that can be used, and a secret that lies in a file."""

import sys
from pathlib import Path

import pytest
from credit_records.command_line import main
from credit_records.settings import Settings
from credit_search.engines.elasticsearch.settings import ElasticsearchSettings
from pydantic import ValidationError


@pytest.mark.parametrize("url", ["search.example.cn:9200", "https://search.example.cn", "https://a:9200,b", ""])
def test_an_address_without_scheme_or_port_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ValidationError, match=r"https://search\.example\.cn:9200"):
        ElasticsearchSettings(elasticsearch_url=url)


def test_the_secret_is_read_from_its_file_and_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("chengxin:correct horse\n", encoding="utf-8")
    assert ElasticsearchSettings(elasticsearch_credentials_file=secret).credentials == "chengxin:correct horse"
    given = ElasticsearchSettings(elasticsearch_credentials="chengxin:correct horse")
    assert given.credentials == "chengxin:correct horse"
    assert "correct horse" not in repr(given)


def test_shared_settings_are_kept_and_its_own_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHENGXIN_ELASTICSEARCH_URL", "http://a:9200, http://b:9200")
    found = ElasticsearchSettings.of(Settings(data_dir=tmp_path))
    assert found.data_dir == tmp_path
    assert found.hosts == ["http://a:9200", "http://b:9200"]


@pytest.mark.parametrize(("command", "code"), [("serve", 2), ("rebuild", 4)])
def test_a_wrong_setting_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, code: int
) -> None:
    for name, value in (("DATA_DIR", tmp_path), ("ENGINE", "elasticsearch"), ("ELASTICSEARCH_URL", "search")):
        monkeypatch.setenv(f"CHENGXIN_{name}", str(value))
    monkeypatch.setattr(sys, "argv", ["chengxin", command])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == code
    assert "https://search.example.cn:9200" in told
    assert "Traceback" not in told
