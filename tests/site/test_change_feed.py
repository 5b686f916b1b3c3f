"""The change feed of the API: documents of what is public, tombstones that tell nothing more."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from credit_indexer.indexing_commands import open_workplace
from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.publication import Act, repair
from credit_site.application import create_app
from credit_site.settings import SiteSettings

from tests.records.registering import Office
from tests.records.sample_rows import sample

PENALTY = catalogue().kinds["administrative_penalty"]


@pytest.fixture
async def town(tmp_path):
    settings = SiteSettings(data_dir=tmp_path, city="demo")
    workplace = open_workplace(settings)
    await workplace.follower().run(once=True)
    decided = (today() - timedelta(days=200)).isoformat()
    rows = [sample(PENALTY, serial, decision_date=decided, valid_until="长期") for serial in (1, 2, 3)]
    Office(workplace.database, PENALTY).deliver(*rows)
    app = create_app(settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://credit.test") as client:
        yield workplace.database, client
    await app.state.site.close()
    await workplace.engine.close()
    await asyncio.to_thread(workplace.database.dispose)


async def test_changes_are_followed_page_by_page_and_a_tombstone_says_no_more_than_that(town):
    database, client = town
    seen, after = [], 0
    while True:
        answer = (await client.get("/api/v1/changes", params={"after": after, "limit": 2})).json()
        seen += answer["items"]
        after = answer["next"]
        if not answer["more"]:
            break
    assert [each["id"] for each in seen] == [1, 2, 3]
    assert seen[0]["gone"] is False
    assert seen[0]["record"] == (await client.get("/api/v1/records/1")).json()
    repair(database, 2, Act("某", "不该说的理由"))
    answer = (await client.get("/api/v1/changes", params={"after": after})).json()
    (told,) = answer["items"]
    assert set(told) == {"seq", "at", "id", "kind", "gone"}
    assert (told["id"], told["kind"], told["gone"]) == (2, PENALTY.name, True)
    assert answer["next"] == told["seq"] > after


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "limit=0", "limit=501", "after=1&after=2", "since=3", "after="]
)
async def test_what_cannot_be_followed_is_refused_in_words(town, query):
    answer = await town[1].get(f"/api/v1/changes?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["detail"]
