"""Where the tests find a search node: a given one, one from jars, one in a container, or none."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from elasticsearch import Elasticsearch

from tests.elasticsearch.real_node import VERSION, NoNodeError, shared, wait_for

SEARCH_SECONDS = 60.0  # a busy machine is no failure
IMAGE = f"elasticsearch:{os.environ.get(VERSION) or '9.2.0'}"


@pytest.fixture(scope="session")
def elasticsearch_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """One node for the whole run, shared by its workers."""
    with some_node(request.config) as url:
        yield url


@contextmanager
def some_node(config: pytest.Config) -> Iterator[str]:
    """The address of a node: `ELASTICSEARCH_URL`, else one from jars, else one in a container.

    With none of them the test is skipped, or fails where CI is set.
    """
    if given := os.environ.get("ELASTICSEARCH_URL"):
        yield given
        return
    watched = os.getppid() if hasattr(config, "workerinput") else os.getpid()
    try:
        with shared(watched) as node:
            yield node.url
    except NoNodeError as error:
        if not _has_docker():
            without(str(error))
        with _container() as url:
            yield url


def _has_docker() -> bool:
    docker = shutil.which("docker")
    return docker is not None and subprocess.run([docker, "info"], capture_output=True, check=False).returncode == 0


@contextmanager
def _container() -> Iterator[str]:
    """The official image, in a container that is removed when it is stopped."""
    options = ["--detach", "--rm", "--publish", "127.0.0.1::9200", "--memory", "2g"]
    for setting in ("discovery.type=single-node", "xpack.security.enabled=false", "ES_JAVA_OPTS=-Xms512m -Xmx512m"):
        options += ["--env", setting]
    container = _told("docker", "run", *options, IMAGE)
    try:
        url = f"http://{_told('docker', 'port', container, '9200/tcp').splitlines()[0]}"
        wait_for(url, lambda: bool(_told("docker", "ps", "--quiet", "--filter", f"id={container}")))
        yield url
    finally:
        _told("docker", "stop", container)


def _told(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def without(reason: str) -> None:
    """There is no node: skip, and say why; fail where it has to be there."""
    told = f"no search node: {reason}; ELASTICSEARCH_URL may name one"
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told)


def drop_indexes(url: str, pattern: str) -> None:
    """Remove what a test left, by name: a cluster need not take a pattern for that."""
    with Elasticsearch(url) as client:
        for found in client.cat.indices(index=pattern, format="json", h="index"):
            client.indices.delete(index=found["index"])
