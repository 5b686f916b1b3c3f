"""What the image is made of. It can't be built where tests run, so its recipe is read."""

import re

import pytest

from tests.deploy.tools import REPOSITORY

RECIPES = [REPOSITORY / "Dockerfile", *sorted(REPOSITORY.glob("deploy/*/Dockerfile"))]


def instructions(text: str) -> list[tuple[str, str]]:
    """Name and argument of each, lines that were broken joined again."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in joined.splitlines() if line.strip()]


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.parent.name)
def test_an_image_is_pinned_and_not_of_root(path):
    found = instructions(path.read_text(encoding="utf-8"))
    for name, argument in found:
        if name == "FROM":
            assert re.match(r"\S+:v?\d+\.\d+\.\d+", argument), argument
    last = [argument for name, argument in found if name == "USER"][-1]
    assert int(last.split(":")[0]) > 0


def test_packages_are_those_of_the_lock_and_nothing_of_the_build_stays():
    found = instructions((REPOSITORY / "Dockerfile").read_text(encoding="utf-8"))
    installed = [argument for name, argument in found if name == "RUN" and "uv pip install" in argument]
    assert any("--require-hashes --requirement requirements.lock" in argument for argument in installed)
    assert all("--require-hashes" in argument or "--no-deps" in argument for argument in installed)
    assert [name for name, _ in found].count("FROM") == 2
    assert "HEALTHCHECK" in [name for name, _ in found]
    for name, argument in found:
        if name == "COPY" and "--from" not in argument:
            assert all((REPOSITORY / source).exists() for source in argument.split()[:-1])


def test_nothing_of_the_operators_gets_into_the_image():
    ignored = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".env", ".git", "data", "deploy", "tests"} <= set(ignored)
    needed = {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "records",
        "search_config",
        "indexer",
        "site",
        "templates",
        "static",
    }
    assert needed & set(ignored) == set()


def test_no_secret_is_kept_in_the_repository():
    for folder in ("secrets", "certificates"):
        assert (REPOSITORY / "deploy" / folder / ".gitignore").read_text(encoding="utf-8").split() == [
            "*",
            "!.gitignore",
        ]
    assert not re.search(r"(?i)password|secret=|key=", (REPOSITORY / ".env").read_text(encoding="utf-8"))
