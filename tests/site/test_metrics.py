"""What an operator can see at /metrics, and that what is shipped to watch it asks for nothing else."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import orjson
import pytest
import yaml
from credit_records.database import open_database, writing
from credit_records.heartbeats import INDEXER, RECEIVER, Heartbeat
from credit_records.tables import change, counter
from credit_site.application import create_app
from credit_site.settings import SiteSettings
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert, select, update

DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"
DASHBOARDS = sorted((DEPLOY / "grafana").glob("*.json"))
NAME = re.compile(r"\bchengxin_[a-z_]+\b")
LABELLED = re.compile(r"\b(chengxin_[a-z_]+)\{([^}]*)\}")

Samples = dict[str, list[tuple[dict[str, str], float]]]


def samples_of(text: str) -> Samples:
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((dict(sample.labels), sample.value))
    return found


def value(samples: Samples, name: str, **labels: str) -> float:
    (found,) = [each for given, each in samples[name] if labels.items() <= given.items()]
    return found


async def scraped(settings: SiteSettings, *before: str) -> Samples:
    """What a site that was just started tells, after these pages were asked for."""
    app = create_app(settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://credit.test") as client:
        for path in before:
            await client.get(path)
        answer = await client.get("/metrics")
        assert answer.status_code == 200
    await app.state.site.close()
    return samples_of(answer.text)


@pytest.fixture
def own_settings(data_dir, tmp_path) -> SiteSettings:
    """The city in a folder of this test's own."""
    shutil.copytree(data_dir, tmp_path / "data")
    return SiteSettings(data_dir=tmp_path / "data", city="demo")


async def test_it_tells_of_indexes_database_disk_and_deliveries(own_settings):
    told = await scraped(own_settings, "/search?q=商贸")
    assert value(told, "chengxin_database_up") == 1
    for index in ("subjects", "records"):
        assert value(told, "chengxin_index_up", index=index) == 1
        assert value(told, "chengxin_index_lag_changes", index=index) == 0
        assert value(told, "chengxin_index_lag_seconds", index=index) == 0
    assert value(told, "chengxin_index_documents", index="subjects") == 400
    assert value(told, "chengxin_rows_last_day", outcome="new") >= 400
    assert time.time() - value(told, "chengxin_delivery_last_timestamp_seconds", way="command") < 24 * 3600
    assert 0 < value(told, "chengxin_data_free_bytes") < value(told, "chengxin_data_size_bytes")
    assert value(told, "chengxin_request_seconds_count", route="/search") == 1
    assert value(told, "chengxin_applications_overdue") == 0
    assert "chengxin_alive_timestamp_seconds" not in told, "nothing ran on this folder"


async def test_changes_that_wait_are_told_with_how_long_they_wait(own_settings):
    database = open_database(own_settings)
    with writing(database) as connection:
        last = connection.execute(select(counter.c.value).where(counter.c.name == "change")).scalar_one()
        rows = [
            {"seq": last + 1, "subject_id": 1, "at": "2026-01-02T03:04:05.000+00:00"},
            {"seq": last + 2, "subject_id": 2, "at": "2026-01-02T04:04:05.000+00:00"},
        ]
        connection.execute(insert(change), rows)
        connection.execute(update(counter).where(counter.c.name == "change").values(value=last + 2))
    database.dispose()
    told = await scraped(own_settings)
    assert value(told, "chengxin_index_lag_changes", index="subjects") == 2
    waited = time.time() - value(told, "chengxin_index_lag_seconds", index="subjects")
    assert waited == pytest.approx(1767323045, abs=60)  # since the older of the two


async def test_a_search_that_rests_and_a_database_that_is_away_are_told_and_counted(own_settings):
    shutil.rmtree(own_settings.data_dir / "index")
    told = await scraped(own_settings, "/search?q=商贸", "/api/v1/search?q=商贸")
    assert value(told, "chengxin_index_up", index="subjects") == 0
    assert value(told, "chengxin_database_up") == 1
    assert value(told, "chengxin_failures_total", cause="search-resting") == 2
    assert "chengxin_index_documents" not in told

    for path in own_settings.data_dir.glob("chengxin.db*"):
        path.unlink()
    (own_settings.data_dir / "chengxin.db").write_bytes(b"no database" * 1000)
    told = await scraped(own_settings, "/credit/916299010000000000")
    assert value(told, "chengxin_database_up") == 0
    assert value(told, "chengxin_failures_total", cause="database-resting") == 1
    assert value(told, "chengxin_data_free_bytes") > 0


async def test_programs_without_a_port_are_seen_by_their_signs_of_life(own_settings):
    for program in (INDEXER, RECEIVER):
        Heartbeat(own_settings.data_dir, program).beat()
    os.utime(own_settings.data_dir / "alive" / RECEIVER, (1000, 1000))
    told = await scraped(own_settings)
    assert time.time() - value(told, "chengxin_alive_timestamp_seconds", program="index") < 300
    assert value(told, "chengxin_alive_timestamp_seconds", program="receive") == 1000


async def test_the_inbox_is_told_without_what_was_done_with(own_settings):
    inbox = own_settings.resolved_inbox_dir
    for path in (
        "market/行政处罚/a.csv",
        "market/uploads/penalty/b.csv",
        "tax/c.csv",
        "tax/half.csv.part",
        "tax/taking/inbox/penalty/d.csv",
        "tax/done/e.csv",
        "tax/refused/f.csv",
    ):
        (inbox / path).parent.mkdir(parents=True, exist_ok=True)
        (inbox / path).write_text("")
    told = await scraped(own_settings)
    assert value(told, "chengxin_inbox_files", state="waiting") == 3
    assert value(told, "chengxin_inbox_files", state="taking") == 1
    assert 0 <= value(told, "chengxin_inbox_oldest_seconds") < 300


async def everything_told(settings: SiteSettings) -> Samples:
    """With a sample of every metric that there is."""
    for program in (INDEXER, RECEIVER):
        Heartbeat(settings.data_dir, program).beat()
    whole = await scraped(settings, "/search?q=商贸")
    shutil.move(settings.data_dir / "index", settings.data_dir / "away")
    resting = await scraped(settings, "/search?q=商贸")
    return resting | whole | {name: each for name, each in resting.items() if name.startswith("chengxin_failures")}


def expressions() -> dict[str, str]:
    """Every query that is shipped, by where it stands."""
    rules = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    found = {rule["alert"]: rule["expr"] for group in rules["groups"] for rule in group["rules"]}
    for path in DASHBOARDS:
        for panel in orjson.loads(path.read_bytes())["panels"]:
            for number, target in enumerate(panel.get("targets", ())):
                found[f"{path.name}: {panel['title']} {number}"] = target["expr"]
    return found


async def test_alerts_and_dashboards_ask_for_what_is_told(own_settings):
    told = await everything_told(own_settings)
    asked = expressions()
    assert len(DASHBOARDS) == 1
    assert len(asked) > 25
    for place, expression in asked.items():
        names = set(NAME.findall(expression))
        assert names or re.search(r"\bup\{", expression), place
        assert names <= told.keys(), place
        for name, labels in LABELLED.findall(expression):
            wanted = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", labels)) - {"job", "instance", "le"}
            assert wanted <= set().union(*(given for given, _ in told[name])), place


async def test_every_metric_is_explained_to_operators(own_settings):
    told = {
        name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count").removesuffix("_created")
        for name in await everything_told(own_settings)
    }
    page = (DEPLOY.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `(chengxin_[a-z_]+)`", page, re.MULTILINE))
    assert {name.removesuffix("_total") for name in told} == {name.removesuffix("_total") for name in explained}


def prometheus_tool() -> str:
    found = shutil.which("promtool")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("promtool is missing: install Debian's prometheus")
        pytest.skip("promtool is not installed")
    return found


def checked(*words: str | Path, environment: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False, env={**os.environ, **(environment or {})})
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_understands_its_configuration_and_the_alerts():
    tool = prometheus_tool()
    checked(tool, "check", "rules", ALERTS)
    checked(tool, "check", "config", DEPLOY / "prometheus" / "prometheus.yml")


def test_alerts_fire_when_they_should_and_not_before():
    checked(prometheus_tool(), "test", "rules", Path(__file__).with_name("alert_cases.yml"))
