"""Fixture strategy.

Nothing that runs here is replaced by a double: tests use real SQLite files, real tantivy indexes, a real server and a
real Chromium. What is costly is made once per session in the folder whose tests need it (`tests/browser/conftest.py`
serves one fictional city) and is only read; whatever a test changes lies under its own `tmp_path`.

- tests/records, search, indexer, site, demo, docs: one folder per room, each with the fixtures of that room.
- tests/contract: one suite that every engine passes; an engine is a fixture parameter.
- tests/faults: commands in processes of their own, killed, without room, locked out, started twice.
- tests/fuzz: real files of each format, damaged at random; FUZZ_EXAMPLES asks for more of them.
- tests/real_input: the real registrations. `real_data` is where they lie.
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
settings.load_profile("unhurried")

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real registrations: `CHENGXIN_REAL_DATA`, else `../shared/data` beside the repository."""
    folder = Path(os.environ.get("CHENGXIN_REAL_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        reason = f"the real files are not at {folder}; CHENGXIN_REAL_DATA says where they are"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(autouse=True)
def _settings_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the settings of whoever runs it."""
    for name in [name for name in os.environ if name.startswith("CHENGXIN_") and name != "CHENGXIN_REAL_DATA"]:
        monkeypatch.delenv(name)
