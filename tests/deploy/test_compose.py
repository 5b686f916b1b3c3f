"""docker-compose.yml, as Compose itself reads it, profile by profile."""

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml
from credit_records.settings import Settings
from credit_search.engines import open_engine
from credit_site.settings import SiteSettings

from tests.deploy.tools import REPOSITORY, missing, output_of

LAYOUTS = {
    "embedded": {"proxy", "site", "indexer", "receiver"},
    "scale": {
        "proxy",
        "scale-site-1",
        "scale-site-2",
        "scale-indexer",
        "scale-receiver",
        "postgres",
        "elasticsearch",
    },
    "meilisearch": {"proxy", "meilisearch-site", "meilisearch-indexer", "meilisearch-receiver", "meilisearch"},
}
WITH_MAIL = {  # beside a layout
    "mail": {"proxy", "mail"},
    "scale-mail": {"proxy", "scale-mail"},
}
PROFILES = LAYOUTS | WITH_MAIL
ROOT_MAY_BE_WRITTEN = {"elasticsearch"}  # its start writes its keystore beside its configuration
SECRET = re.compile(r"pass(word|wd)?$|secret|key$|token|credential", re.IGNORECASE)

Service = dict[str, Any]


def compose() -> list[str]:
    """`docker compose` where the plug-in is there, else the program of its own, such as Debian's."""
    if shutil.which("docker"):
        asked = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if asked.returncode == 0:
            return ["docker", "compose"]
    if not shutil.which("docker-compose"):
        missing("there is no Compose: install Debian's docker-compose")
    return ["docker-compose"]


@pytest.fixture(scope="module")
def configurations() -> dict[str, dict[str, Any]]:
    """What Compose makes of the file, by profile."""
    words = compose()
    return {name: yaml.safe_load(output_of(*words, "--profile", name, "config")) for name in PROFILES}


def started(configuration: dict[str, Any], profile: str) -> dict[str, Service]:
    """The services that a profile starts. Older Composes list the others too."""
    services: dict[str, Service] = configuration["services"]
    return {name: each for name, each in services.items() if profile in each.get("profiles", [profile])}


@pytest.fixture(params=PROFILES)
def services(request: pytest.FixtureRequest, configurations: dict[str, dict[str, Any]]) -> dict[str, Service]:
    return started(configurations[request.param], request.param)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_starts_what_it_promises(configurations, profile):
    assert started(configurations[profile], profile).keys() == PROFILES[profile]


def test_without_a_word_the_embedded_layout_starts():
    words = compose()
    named = output_of(*words, "config", "--services").split()
    configuration = yaml.safe_load(output_of(*words, "config"))
    assert set(started(configuration, "embedded")) <= set(named)
    assert "COMPOSE_PROFILES=embedded" in (REPOSITORY / ".env").read_text(encoding="utf-8")


def test_every_service_has_a_health_check_and_limits(services):
    for name, service in services.items():
        check = service["healthcheck"]
        assert check["test"], name
        assert check["test"] != ["NONE"], name
        assert {"interval", "timeout", "retries", "start_period"} <= check.keys(), name
        assert memory_of(service), name
        assert float(service["cpus"]) > 0, name
        assert int(service["pids_limit"]) > 0, name
        assert service["restart"] == "unless-stopped", name
        assert service["logging"]["options"]["max-size"], name
        assert int(service["logging"]["options"]["max-file"]) > 1, name


def memory_of(service: Service) -> str:
    return str(service.get("mem_limit") or service["deploy"]["resources"]["limits"]["memory"])


def test_nobody_is_root_and_nobody_may_become_it(services):
    for name, service in services.items():
        user, _, _ = str(service["user"]).partition(":")
        assert int(user) > 0, name
        assert service["cap_drop"] == ["ALL"], name
        assert "cap_add" not in service, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("read_only", False) is (name not in ROOT_MAY_BE_WRITTEN), name
        assert not service.get("privileged"), name


def test_no_secret_stands_in_the_environment(services):
    for name, service in services.items():
        environment = service.get("environment", {})
        secrets = {key for key in environment if SECRET.search(key.removesuffix("_FILE"))}
        assert all(key.endswith("_FILE") for key in secrets), name
        assert not any(re.search(r"://[^/\s]*:[^/\s]*@", str(value)) for value in environment.values()), name
        for key in secrets:
            assert environment[key] in {f"/run/secrets/{given['source']}" for given in service["secrets"]}, name


def test_only_the_proxy_is_reached_from_outside(services):
    published = {name: service["ports"] for name, service in services.items() if service.get("ports")}
    assert published.keys() == {"proxy"}
    assert len(published["proxy"]) == 2


def test_databases_and_engines_are_on_a_network_that_leads_nowhere(configurations):
    for profile, configuration in configurations.items():
        assert configuration["networks"]["back"]["internal"] is True
        for name in {"postgres", "elasticsearch", "meilisearch"} & PROFILES[profile]:
            assert set(configuration["services"][name]["networks"]) == {"back"}
        assert set(configuration["services"]["proxy"]["networks"]) == {"front"}


def test_what_must_not_be_lost_lies_in_volumes(services):
    kept = {
        "postgres": "/var/lib/postgresql/data",
        "elasticsearch": "/usr/share/elasticsearch/data",
        "meilisearch": "/meili_data",
        "proxy": "/state",
    }
    for name, service in services.items():
        targets = {
            volume.split(":")[1] if isinstance(volume, str) else volume["target"] for volume in service["volumes"]
        }
        assert kept.get(name, "/data") in targets, name


def test_images_are_pinned(services):
    for name, service in services.items():
        if "build" in service:
            continue
        assert re.search(r":\d+(\.\d+)+(-[a-z0-9.]+)?$", service["image"]), name
    for dockerfile in REPOSITORY.glob("deploy/*/Dockerfile"):
        assert re.search(r"^FROM \S+:v?\d+\.\d+\.\d+\S*$", dockerfile.read_text(encoding="utf-8"), re.MULTILINE)


def test_whoever_is_depended_on_is_healthy_first(services):
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in services, name
            assert how["condition"] == "service_healthy", name


@pytest.mark.parametrize("services", LAYOUTS, indirect=True)
def test_every_site_is_found_by_the_proxy(services):
    sites = [name for name, service in services.items() if "serve" in (service.get("command") or [])]
    assert sites
    for name in sites:
        assert services[name]["networks"]["front"]["aliases"] == ["sites"]


def test_programs_are_started_with_settings_that_they_take(services, monkeypatch, tmp_path):
    """Each container's environment is read by the program's own settings, and its engine exists."""
    ours = [service for service in services.values() if (service.get("command") or [""])[0] == "chengxin"]
    assert ours
    for service in ours:
        with monkeypatch.context() as patched:
            for key, value in service["environment"].items():
                patched.setenv(key, str(value))
            patched.setenv("CHENGXIN_DATA_DIR", str(tmp_path))
            settings = SiteSettings()
            assert settings.city
            assert open_engine(Settings())


def test_new_secrets_are_made_once_and_are_those_that_compose_names(configurations, tmp_path):
    folder = tmp_path / "deploy"
    (folder / "secrets").mkdir(parents=True)
    script = shutil.copy(REPOSITORY / "deploy" / "new-secrets", folder)
    output_of(script)
    made = {path.name: path.read_text(encoding="utf-8") for path in (folder / "secrets").iterdir()}
    assert made.keys() == configurations["scale"]["secrets"].keys() | configurations["meilisearch"]["secrets"].keys()
    assert made["postgres_password"].strip() in made["chengxin_database_url"]
    assert len(set(made.values())) == len(made)
    assert made["smtp_password"].strip() == ""  # the mail server's own, which nobody can make up
    assert all(len(content.strip()) >= 32 for name, content in made.items() if name != "smtp_password")
    assert (folder / "secrets").stat().st_mode & 0o077 == 0
    output_of(script)
    assert {path.name: path.read_text(encoding="utf-8") for path in (folder / "secrets").iterdir()} == made
    read = Settings(_secrets_dir=folder / "secrets")
    assert read.database_url == made["chengxin_database_url"].strip()
