"""Secrets come as files: in the folder that systemd names, or in that of a container."""

import pytest
from credit_records import settings as shared
from credit_records.settings import CREDENTIALS_FOLDER, Settings
from credit_search.engines.elasticsearch.settings import ElasticsearchSettings

URL = "postgresql+psycopg://chengxin:secret@postgres/chengxin"


@pytest.fixture
def credentials(tmp_path, monkeypatch):
    folder = tmp_path / "credentials"
    folder.mkdir()
    monkeypatch.setenv(CREDENTIALS_FOLDER, str(folder))
    return folder


def test_a_file_of_a_settings_name_is_that_setting(credentials):
    (credentials / "chengxin_database_url").write_text(f"{URL}\n")
    (credentials / "chengxin_elasticsearch_credentials").write_text("chengxin:secret\n")
    assert Settings().resolved_database_url == URL
    assert ElasticsearchSettings().credentials == "chengxin:secret"


def test_the_environment_wins_over_a_file(credentials, monkeypatch):
    (credentials / "chengxin_city").write_text("beijing")
    assert Settings().city == "beijing"
    monkeypatch.setenv("CHENGXIN_CITY", "demo")
    assert Settings().city == "demo"


def test_where_there_are_no_secrets_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(shared, "SECRETS_FOLDER", tmp_path / "missing")
    monkeypatch.delenv(CREDENTIALS_FOLDER, raising=False)
    assert Settings().database_url is None


def test_a_containers_secrets_are_read(tmp_path, monkeypatch):
    (tmp_path / "chengxin_database_url").write_text(URL)
    monkeypatch.setattr(shared, "SECRETS_FOLDER", tmp_path)
    monkeypatch.delenv(CREDENTIALS_FOLDER, raising=False)
    assert Settings().resolved_database_url == URL
