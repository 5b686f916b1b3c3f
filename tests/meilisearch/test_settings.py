"""What an operator may set: an address that can be used, and a secret that lies in a file."""

from pathlib import Path

import pytest
from credit_records.settings import Settings
from credit_search.engines import open_engine
from credit_search.engines.meilisearch.engine import MeilisearchEngine
from credit_search.engines.meilisearch.settings import MeilisearchSettings
from credit_search.protocol import EngineRestingError
from credit_search.schema import SUBJECTS
from pydantic import ValidationError


@pytest.mark.parametrize("url", ["search.example.cn:7700", "ftp://search.example.cn", ""])
def test_an_address_without_scheme_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ValidationError, match=r"https://search\.example\.cn:7700"):
        MeilisearchSettings(meilisearch_url=url)


def test_the_secret_is_read_from_its_file_and_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("correct horse\n", encoding="utf-8")
    assert MeilisearchSettings(meilisearch_key_file=secret).key == "correct horse"
    given = MeilisearchSettings(meilisearch_key="correct horse")
    assert given.key == "correct horse"
    assert "correct horse" not in repr(given)


async def test_one_setting_chooses_it_and_a_server_that_is_not_there_is_resting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHENGXIN_MEILISEARCH_URL", "http://127.0.0.1:9/")
    engine = open_engine(Settings(data_dir=tmp_path, engine="meilisearch"))
    assert isinstance(engine, MeilisearchEngine)
    with pytest.raises(EngineRestingError, match="连不上"):
        await engine.reader(SUBJECTS).size()
    await engine.close()
