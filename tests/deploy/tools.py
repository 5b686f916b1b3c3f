"""Programs that check what is shipped. In continuous integration a missing one is a failure, elsewhere a skip."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def tool(name: str, package: str) -> str:
    """Where the program is; `package` is Debian's."""
    found = shutil.which(name)
    if found is None:
        missing(f"{name} is missing: install Debian's {package}")
    return str(found)


def missing(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def output_of(*words: str | Path, environment: Mapping[str, str] | None = None, code: int = 0) -> str:
    """What the program says, run in the repository."""
    done = subprocess.run(
        words,
        cwd=REPOSITORY,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout
