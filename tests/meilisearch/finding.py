"""Where the tests find a Meilisearch: at a given address, or nowhere. It is published as no package of a language."""

import os

import pytest
from meilisearch import Client


def given_url() -> str:
    """The address in `MEILISEARCH_URL`; without one the test is skipped, in continuous integration too."""
    url = os.environ.get("MEILISEARCH_URL")
    if not url:
        pytest.skip("no Meilisearch: MEILISEARCH_URL names none, and there is no package to take one from")
    return url


def drop_ours(url: str, mark: str) -> None:
    """Remove the indexes that a test left."""
    client = Client(url, os.environ.get("MEILISEARCH_KEY"))
    for index in client.get_indexes({"limit": 1_000})["results"]:
        if index.uid.startswith(mark):
            client.wait_for_task(client.delete_index(index.uid).task_uid, timeout_in_ms=60_000)
