"""Docs are tests: what an operator, provider or caller can name is named in docs, and nothing named there is gone."""

import importlib
import pkgutil
import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import typer.main
from credit_records.catalogue import catalogue
from credit_records.settings import Settings
from credit_search.facets import RECORD_FACETS, SUBJECT_FACETS
from credit_search.record_search import SORT_NAMES
from credit_site.application import create_app
from credit_site.search_request import PERIOD
from credit_site.settings import SiteSettings

from docs.dictionary import PAGE, dictionary

REPOSITORY = Path(__file__).parents[2]
ROOMS = ("credit_records", "credit_search", "credit_indexer", "credit_site")
PAGES = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
# Where tests find the real files, and a server of PostgreSQL.
NOT_OF_THE_PROGRAM = {"CHENGXIN_REAL_DATA", "CHENGXIN_TEST_POSTGRESQL_URL"}
CALL = re.compile(r"chengxin ([a-z][a-z-]*)((?:[^`\n#])*)")


def read(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def modules() -> set[str]:
    return {
        found.name
        for room in ROOMS
        for found in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}.")
    } | set(ROOMS)


@pytest.fixture(scope="module")
def settings(modules: set[str]) -> dict[str, str]:
    """Name in the environment → description, of every room's settings."""
    for name in modules:
        if name.endswith(".settings"):
            importlib.import_module(name)
    found, unseen = {}, [Settings]
    while unseen:
        model = unseen.pop()
        unseen += model.__subclasses__()
        for name, field in model.model_fields.items():
            found[f"CHENGXIN_{name.upper()}"] = field.description or ""
    return found


@pytest.fixture(scope="module")
def commands() -> dict[str, set[str]]:
    """Command → its long options."""
    found: dict[str, set[str]] = {}
    for entry in entry_points(group="chengxin.commands"):
        loaded = entry.load()
        app = loaded if isinstance(loaded, typer.Typer) else typer.Typer()
        if app is not loaded:
            app.command(entry.name)(loaded)
        command = typer.main.get_command(app)
        inner = [command, *getattr(command, "commands", {}).values()]
        found[entry.name] = {
            option
            for one in inner
            for parameter in one.params
            for option in (*parameter.opts, *parameter.secondary_opts)
            if option.startswith("--")
        } - {"--install-completion", "--show-completion"}
    return found


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    app = create_app(SiteSettings(data_dir=tmp_path_factory.mktemp("data"), city="demo"))
    documented = set(app.openapi()["paths"])
    return documented | {path for route in app.routes if (path := getattr(route, "path", ""))}


def test_every_setting_is_told_with_its_own_help_text(settings):
    operators = read("docs/operators.md")
    missing = {name for name, told in settings.items() if f"| `{name}` |" not in operators or told not in operators}
    assert missing == set()


def test_every_setting_that_is_named_exists(settings):
    sources = [*PAGES, *(REPOSITORY / name for name in ("Makefile", "Dockerfile", "docker-compose.yml"))]
    named = {
        name for page in sources for name in re.findall(r"CHENGXIN_[A-Z_]*[A-Z]", page.read_text(encoding="utf-8"))
    }
    assert named - settings.keys() - NOT_OF_THE_PROGRAM == set()


def test_every_command_and_option_is_told(commands):
    operators = read("docs/operators.md")
    assert commands, "no command is registered"
    for name, options in commands.items():
        section = re.search(rf"^### `chengxin {name}.*?(?=^##)", operators + "\n##", re.MULTILINE | re.DOTALL)
        assert section, f"docs/operators.md has no section on `chengxin {name}`"
        assert {option for option in options if f"`{option}" not in section[0]} == set(), name


def test_every_command_and_option_that_is_named_exists(commands):
    wrong = []
    for page in PAGES:
        for name, rest in CALL.findall(page.read_text(encoding="utf-8")):
            unknown = set(re.findall(r"--[a-z-]+", rest)) - commands.get(name, set()) - {"--help"}
            if name not in commands or unknown:
                wrong.append((page.name, name, unknown))
    assert wrong == []


def test_the_data_dictionary_is_that_of_the_catalogue():
    assert PAGE.read_text(encoding="utf-8") == dictionary(catalogue()), "the catalogue changed: run `make dictionary`"


def test_every_kind_is_told_to_providers_with_the_headers_that_are_read():
    told = read("docs/data-dictionary.md")
    for kind in catalogue().kinds.values():
        assert f"### {kind.title}（`{kind.name}`）" in told
        for field in kind.fields:
            assert re.search(rf"^\| {re.escape(field.title)} \| `{field.name}` \|", told, re.MULTILINE)
            assert all(alias in told for alias in field.aliases)


def test_facets_are_told_to_callers_and_users():
    told = re.findall(r"^\| `([a-z_]+)` \| 可多选", read("docs/users.md"), re.MULTILINE)
    assert told == [facet.key for facet in SUBJECT_FACETS]
    for facet in SUBJECT_FACETS:
        assert f"| `{facet.key}` | 可多选 | {facet.title}" in read("docs/users.md")
        assert f"| `{facet.key}` |" in read("docs/api.md")


def test_the_search_for_records_is_told_to_callers():
    section = re.search(r"^## Finding records$.*?(?=^## )", read("docs/api.md"), re.MULTILINE | re.DOTALL)
    assert section
    named = set(re.findall(r"`([a-z_]+)`", section[0]))
    assert {facet.key for facet in RECORD_FACETS} | set(SORT_NAMES) | set(PERIOD) <= named


def test_every_route_is_told(routes):
    told = read("docs/api.md") + read("docs/map.md") + read("docs/operators.md")
    assert {path for path in routes if f"`{path}`" not in told and f"`GET {path}`" not in told} == set()


def test_every_route_that_is_told_exists(routes):
    told = {
        path
        for page in ("docs/api.md", "docs/map.md", "docs/operators.md")
        for path in re.findall(r"`(?:GET )?(/[a-z][^`?# ]*)`", read(page))
    }
    assert told - routes == set()


def test_every_module_that_is_told_exists(modules):
    told = {name for page in PAGES for name in re.findall(r"`(credit_[a-z]+(?:\.[a-z_]+)*)`", page.read_text("utf-8"))}
    assert told - modules == set()


def test_every_file_that_is_linked_or_named_exists():
    gone = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        linked = [page.parent / path for path in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", text)]
        named = [
            REPOSITORY / path for path in re.findall(r"`((?:docs|tests|benchmarks|records|static)/[^`*{ ]*)`", text)
        ]
        gone += [(page.name, str(path)) for path in linked + named if not path.exists()]
    assert gone == []


def test_every_library_has_its_reason():
    project = tomllib.loads(read("pyproject.toml"))
    groups = project["dependency-groups"]
    wanted = [*project["project"]["dependencies"], *groups["dev"], *groups["build"]]
    told = re.findall(r"^\| `([a-z0-9-]+)` \|", read("docs/decisions/libraries.md"), re.MULTILINE)
    assert sorted(told) == sorted(re.split(r"[<>=\[;~!]", library)[0] for library in wanted)


def test_every_decision_is_listed():
    listed = set(re.findall(r"\]\(([a-z-]+\.md)\)", read("docs/decisions/README.md")))
    assert listed == {page.name for page in (REPOSITORY / "docs/decisions").glob("*.md")} - {"README.md"}
