"""Files by kind and month, their checksums and data packages; and that what is withdrawn is gone from them."""

import asyncio
import gzip
import hashlib
import json
from collections import Counter

import pytest
from credit_indexer.indexing_commands import open_workplace
from credit_records.catalogue import catalogue
from credit_records.publication import Act, correct, withdraw
from credit_site.application import create_app
from credit_site.open_data.commands import publish_data
from frictionless import Package

from tests.site.open_data.reading import read_csv
from tests.site.registers.reading import reader_of

PENALTY = "/data/administrative_penalty"
NUMBER = "行政处罚决定书文号"


def months_of(rows):
    return Counter(row["decision_date"][:7] for row in rows["administrative_penalty"])


def numbers_in(answer):
    return [int(row["记录编号"]) for row in read_csv(gzip.decompress(answer.content))]


async def month(client, name):
    answer = await client.get(f"{PENALTY}/{name}.csv.gz")
    assert answer.status_code == 200, answer.text
    return answer


async def test_each_kind_is_offered_with_how_many_there_are(client, rows):
    page = (await client.get("/data")).text
    for kind, delivered in rows.items():
        assert f'href="/data/{kind}"' in page
        assert f'<td class="number">{len(delivered)}</td>' in page
    assert "/data/registration" not in page


async def test_the_months_together_are_all_records(client, rows):
    page = (await client.get(PENALTY)).text
    found = []
    for name, count in months_of(rows).items():
        assert f'href="{PENALTY}/{name}.csv.gz"' in page
        answer = await month(client, name)
        read = read_csv(gzip.decompress(answer.content))
        assert len(read) == count
        assert {row["处罚决定日期"][:7] for row in read} == {name}
        found += [row[NUMBER] for row in read]
    assert sorted(found) == sorted(row["document_number"] for row in rows["administrative_penalty"])


async def test_a_file_and_what_is_told_of_it_agree(client, rows):
    name = next(iter(months_of(rows)))
    answer = await month(client, name)
    digest = hashlib.sha256(answer.content).hexdigest()
    assert answer.headers["etag"] == f'"{digest}"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert f"{digest}  {name}.csv.gz\n" in (await client.get(f"{PENALTY}/SHA256SUMS")).text
    assert digest in (await client.get(PENALTY)).text
    again = await client.get(f"{PENALTY}/{name}.csv.gz", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("address", ["2026-13.csv.gz", "1999-01.csv.gz", "..%2f2026-01.csv.gz", "x.csv.gz"])
async def test_a_month_that_is_none_or_empty_is_not_found(client, address):
    assert (await client.get(f"{PENALTY}/{address}")).status_code == 404


async def test_a_kind_that_is_not_given_away_is_not_found(client):
    for kind in ("registration", "nothing"):
        for rest in ("", "/datapackage.json", "/SHA256SUMS", "/2026-01.csv.gz"):
            assert (await client.get(f"/data/{kind}{rest}")).status_code == 404


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # frictionless leaves files open
async def test_the_data_package_describes_files_that_are_as_it_says(client, rows, tmp_path):
    for name in months_of(rows):
        (tmp_path / f"{name}.csv.gz").write_bytes((await month(client, name)).content)
    told = (await client.get(f"{PENALTY}/datapackage.json")).json()
    (tmp_path / "datapackage.json").write_text(json.dumps(told))
    assert {resource["name"] for resource in told["resources"]} == set(months_of(rows))
    assert all(resource["hash"].startswith("sha256:") for resource in told["resources"])
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note", "fieldName", "cells"])
    assert sum(task.stats["rows"] for task in report.tasks) == len(rows["administrative_penalty"])


@pytest.fixture
def town(place, register_city, tmp_path):
    """The city once more, with an index, to be changed."""
    settings = place.copy(register_city, tmp_path)
    workplace = open_workplace(settings)
    asyncio.run(workplace.follower().run(once=True))
    yield settings, workplace
    asyncio.run(workplace.engine.close())
    workplace.database.dispose()


async def test_a_record_that_is_withdrawn_or_moved_is_gone_from_its_file_with_that(town, rows):
    settings, workplace = town
    app = create_app(settings)
    act = Act("值班员", "决定已被撤销")
    name, _ = months_of(rows).most_common(1)[0]
    async with reader_of(app) as client:
        before = numbers_in(await month(client, name))
        other = next(each for each in months_of(rows) if each != name)
        untouched = (await month(client, other)).headers["etag"]
        gone, moved = before[:2]
        await asyncio.to_thread(withdraw, workplace.database, gone, act)
        assert gone not in [
            int(row["记录编号"]) for row in read_csv(gzip.decompress((await month(client, name)).content))
        ]
        await asyncio.to_thread(correct, workplace.database, moved, act, {"decision_date": f"{other}-02"})
        await workplace.follower().run(once=True)
        await asyncio.sleep(0.1)
        left = await client.get(f"{PENALTY}/{name}.csv.gz")
        if left.status_code == 200:
            assert moved not in numbers_in(left)
        there = await month(client, other)
        assert moved in numbers_in(there)
        assert there.headers["etag"] != untouched
    await app.state.site.close()


def test_all_files_are_made_before_anybody_asks(town, rows, monkeypatch, capsys):
    settings, _ = town
    monkeypatch.setenv("CHENGXIN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("CHENGXIN_CITY", settings.city)
    publish_data()
    publish_data(["administrative_penalty"])
    told = capsys.readouterr().out.splitlines()
    assert f"行政处罚：{len(months_of(rows))} 个月，{len(rows['administrative_penalty'])} 条" in "\n".join(told)
    assert told[-1].endswith("其中新做 0 个月。")
    made = list((settings.data_dir / "open-data" / "administrative_penalty").glob("*.csv.gz"))
    assert len(made) == len(months_of(rows))
    assert {kind.name for kind in (settings.data_dir / "open-data").iterdir()} == set(rows) & set(catalogue().kinds)
