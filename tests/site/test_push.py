"""The push API: each row is answered, nothing is recorded twice, and whatever comes is answered with a sentence."""

import json
from collections import Counter

import orjson
import pytest
from credit_records.catalogue import catalogue
from credit_records.deliveries import last_deliveries, read_delivery
from credit_records.providers import Provider, add_provider, find_provider, rotate_key, set_active, set_kinds
from credit_records.tables import quarantine, record
from credit_site.api.models import ProblemDocument
from credit_site.api.provider_models import PushAnswer
from credit_site.api.provider_refusals import MOST_BYTES
from credit_site.api.pushing import Push, Pusher
from credit_site.settings import SiteSettings
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.conftest import REPOSITORY
from tests.records.sample_rows import sample
from tests.site.pushing import KIND, KINDS, Pushing, new_provider, pushing, row

pytestmark = pytest.mark.every_database


@pytest.fixture
def water(written_client, written_settings):
    """A provider of the city, another for each test."""
    found = new_provider(written_client, written_settings)
    yield found
    found.database.dispose()


def deliveries_of(water: Pushing) -> int:
    with water.database.connect() as connection:
        return sum(each.provider == water.name for each in last_deliveries(connection, 500))


def recorded(water: Pushing, number: str) -> list[dict[str, object]]:
    with water.database.connect() as connection:
        statement = select(record.c.fields).where(record.c.document_number == number)
        return [orjson.loads(fields) for fields in connection.execute(statement).scalars()]


def refused_with(answer, status: int, kind: str) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    ProblemDocument.model_validate(told, strict=True)
    assert told["type"] == f"/api#problem-{kind}"
    return told


async def test_each_row_is_told_what_became_of_it(water):
    first, second = row(), row()
    await water.push(first, second)
    answer = await water.push(
        first,
        {**second, "violation": "另一种违法行为"},
        row(),
        row(decision_date="去年"),
        row(confiscated="很多"),
        {**row(), "document_number": ""},
    )
    assert answer.status_code == 200, answer.text
    told = answer.json()
    PushAnswer.model_validate(told, strict=True)
    statuses = [each["status"] for each in told["rows"]]
    assert statuses == ["unchanged", "changed", "new", "refused", "noted", "refused"]
    assert [each["row"] for each in told["rows"]] == [1, 2, 3, 4, 5, 6]
    assert told["rows"][3]["problems"][0]["value"] == "去年"
    assert all(told["rows"][3]["problems"][0].values())
    assert [told[name] for name in ("received", "new", "changed", "unchanged", "refused", "noted")] == [
        6,
        2,
        1,
        1,
        2,
        1,
    ]


async def test_a_record_twice_in_one_push_is_noted_and_the_later_counts(water):
    pushed = row()
    told = (await water.push(pushed, {**pushed, "violation": "改正后的行为"})).json()
    assert [each["status"] for each in told["rows"]] == ["new", "noted"]
    assert "第 1 行" in told["rows"][1]["problems"][0]["reason"]
    assert [each["violation"] for each in recorded(water, pushed["document_number"])] == ["改正后的行为"]


async def test_a_push_is_a_delivery_of_its_provider(water):
    told = (await water.push(row(), row(decision_date="去年"))).json()
    with water.database.connect() as connection:
        delivery = read_delivery(connection, told["delivery"])
        problems = connection.execute(select(quarantine).where(quarantine.c.delivery_id == delivery.id)).all()
    assert (delivery.provider, delivery.way, delivery.kind) == (water.name, "push", KIND.name)
    assert delivery.finished_at is not None
    assert {problem.row for problem in problems} == {2}


async def test_columns_may_be_called_as_in_files_and_what_is_no_field_is_told(water):
    titles = {spec.name: spec.title for spec in KIND.fields}
    ours = row()
    theirs = {f" *{titles[name]}：": value for name, value in ours.items()} | {"备忘": "内部"}
    told = (await water.push(theirs, kind=KIND.title)).json()
    assert [each["status"] for each in told["rows"]] == ["new"]
    assert told["ignored"] == ["备忘"]
    assert recorded(water, ours["document_number"])[0]["violation"] == ours["violation"]


async def test_a_call_repeated_under_its_key_is_answered_as_before_and_recorded_once(water):
    rows = [row(), row(decision_date="去年")]
    first = await water.push(*rows, key="batch-1")
    again = await water.push(*rows, key="batch-1")
    assert first.status_code == again.status_code == 200
    assert again.content == first.content
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert deliveries_of(water) == 1
    refused_with(await water.push(row(), key="batch-1"), 422, "idempotency")


async def test_without_a_key_the_same_rows_are_unchanged(water):
    rows = [row(), row()]
    await water.push(*rows)
    assert {each["status"] for each in (await water.push(*rows)).json()["rows"]} == {"unchanged"}


async def test_a_key_belongs_to_its_provider_and_a_refused_body_does_not_use_it_up(water, written_client):
    await water.push(row(), key="k")
    other_key = add_provider(water.database, f"{water.name}-other", "别的局", "别的局", kinds=KINDS)
    other = Pushing(written_client, water.database, other_key, f"{water.name}-other")
    assert (await other.push(row(), key="k")).status_code == 200
    refused_with(await water.send(b"{", {"idempotency-key": "k2"}), 400, "body")
    assert (await water.push(row(), key="k2")).status_code == 200


@pytest.mark.parametrize("key", ["", "a b", "键".encode(), "x" * 201])
async def test_an_idempotency_key_that_is_none_is_refused(water, key):
    headers = {"idempotency-key": key}
    refused_with(await water.send(orjson.dumps({"kind": KIND.name, "rows": [row()]}), headers), 422, "parameters")


@pytest.mark.parametrize("kind", ["registration", "tax_class_a"])
@pytest.mark.parametrize("key", [None, "k"])
async def test_a_kind_that_is_not_the_providers_is_refused_and_nothing_is_recorded(water, kind, key):
    pushed = sample(catalogue().kinds[kind], int(water.name.rpartition("-")[2]))
    for named in (kind, catalogue().kinds[kind].title):
        told = refused_with(await water.push(pushed, kind=named, key=key), 403, "kind")
        assert kind in told["detail"]
        assert "联系平台" in told["detail"]
    english = {"accept-language": "en"}
    answer = await water.send(orjson.dumps({"kind": kind, "rows": [pushed]}), english)
    assert "operator" in refused_with(answer, 403, "kind")["detail"]
    assert deliveries_of(water) == 0
    set_kinds(water.database, water.name, [kind])
    assert (await water.push(pushed, kind=kind, key=key)).json()["refused"] == 0
    assert deliveries_of(water) == 1
    refused_with(await water.push(row()), 403, "kind")


async def test_only_the_key_of_the_provider_opens_its_door(water):
    body = orjson.dumps({"kind": KIND.name, "rows": [row()]})
    other_key = add_provider(water.database, f"{water.name}-b", "别的局", "别的局", kinds=KINDS)
    for authorization in ("", "Bearer", "Bearer ", f"Basic {water.key}", f"Bearer {water.key}x", f"Bearer {other_key}"):
        refused = await water.send(body, {"authorization": authorization})
        told = refused_with(refused, 401, "key")
        assert refused.headers["www-authenticate"].startswith("Bearer")
        assert "密钥" in told["title"]
    assert refused_with(await water.send(body, to="nobody"), 401, "key")["title"] == told["title"]
    assert deliveries_of(water) == 0


async def test_a_rotated_key_and_a_resting_provider_are_refused_at_once(water):
    assert (await water.push(row())).status_code == 200
    old, water.key = water.key, rotate_key(water.database, water.name)
    assert (await water.push(row())).status_code == 200
    set_active(water.database, water.name, active=False)
    refused_with(await water.push(row()), 401, "key")
    set_active(water.database, water.name, active=True)
    water.key = old
    refused_with(await water.push(row()), 401, "key")


async def test_after_some_wrong_keys_none_is_looked_at_for_a_while(tmp_path):
    async with pushing(SiteSettings(data_dir=tmp_path, city="demo")) as water:
        right, water.key = water.key, "wrong"
        for _ in range(5):
            refused_with(await water.push(row()), 401, "key")
        refused = await water.push(row())
        refused_with(refused, 429, "rate")
        assert int(refused.headers["retry-after"]) > 0
        water.key = right
        refused_with(await water.push(row()), 429, "rate")


async def test_calls_are_counted_and_too_many_are_told_when_to_come_back(tmp_path):
    async with pushing(SiteSettings(data_dir=tmp_path, city="demo", push_calls_per_minute=3)) as water:
        left = []
        for _ in range(3):
            answer = await water.push(row())
            assert answer.status_code == 200
            left.append(int(answer.headers["ratelimit-remaining"]))
        assert left == [2, 1, 0]
        refused = await water.push(row())
        refused_with(refused, 429, "rate")
        assert refused.headers["ratelimit-limit"] == "3"
        assert 0 < int(refused.headers["retry-after"]) <= int(refused.headers["ratelimit-reset"]) <= 60
        assert deliveries_of(water) == 3


PENALTY = '{"kind": "administrative_penalty", "rows": [%s]}'
MALFORMED = {
    "nothing": b"",
    "half": b'{"kind": "administrative_penalty", "rows": [{',
    "not UTF-8": PENALTY.encode("utf-16"),
    "GBK": '{"kind": "行政处罚", "rows": [{}]}'.encode("gbk"),
    "deep": (PENALTY % ("[" * 200_000 + "]" * 200_000)).encode(),
    "NaN": (PENALTY % '{"fine": NaN}').encode(),
    "half a character": (PENALTY % '{"name": "\\ud800"}').encode(),
    "two values": b"{} {}",
    "a table": "名称,代码\n某某,91".encode(),
}
UNFIT = {
    "a number": b"1",
    "a list": b"[]",
    "null": b"null",
    "no kind": b'{"rows": [{}]}',
    "no such kind": b'{"kind": "no_such", "rows": [{}]}',
    "a number for a kind": b'{"kind": 1, "rows": [{}]}',
    "no rows": b'{"kind": "administrative_penalty"}',
    "rows of none": b'{"kind": "administrative_penalty", "rows": []}',
    "null rows": b'{"kind": "administrative_penalty", "rows": null}',
    "a row that is a text": (PENALTY % '"x"').encode(),
    "a row that is null": (PENALTY % "{}, null").encode(),
    "rows twice": b'{"kind": "administrative_penalty", "rows": [{}], "rows": [{}]}',
    "a stranger": b'{"kind": "administrative_penalty", "rows": [{}], "dry_run": true}',
    "too many rows": (PENALTY % ", ".join(["{}"] * 10_001)).encode(),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
async def test_what_is_no_json_is_refused_whole(water, body):
    refused_with(await water.send(body), 400, "body")
    assert deliveries_of(water) == 0


@pytest.mark.parametrize("body", UNFIT.values(), ids=UNFIT.keys())
async def test_what_is_no_push_is_refused_whole_and_each_fault_named(water, body):
    told = refused_with(await water.send(body), 422, "body")
    assert all(error["detail"] for error in told["errors"])
    assert deliveries_of(water) == 0


async def test_too_large_a_body_is_refused_by_its_length_and_while_it_comes(water):
    async def endless():
        for _ in range(MOST_BYTES // 1_000_000 + 2):
            yield b" " * 1_000_000

    refused_with(await water.send(b"x", {"content-length": str(MOST_BYTES + 1)}), 413, "too-large")
    refused_with(await water.send(b"x", {"content-length": "9" * 30}), 413, "too-large")
    refused_with(await water.send(endless()), 413, "too-large")


@pytest.mark.parametrize(
    "headers",
    [{"content-type": "text/csv"}, {"content-type": "application/json; charset=gbk"}, {"content-encoding": "gzip"}],
)
async def test_what_is_not_said_to_be_json_is_not_read(water, headers):
    refused_with(await water.send(b"{}", headers), 415, "media-type")


async def test_the_example_of_the_docs_is_recorded(water):
    page = (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8")
    body = page.split("--json @- <<'JSON'\n")[1].split("JSON\n")[0]
    told = (await water.send(body.encode())).json()
    assert [each["status"] for each in told["rows"]] == ["new"], told


async def test_numbers_keep_every_digit(water):
    pushed = row()
    body = orjson.dumps({"kind": KIND.name, "rows": [{**pushed, "business_registration_number": 0, "fine": 0}]})
    body = body.replace(b'"business_registration_number":0', b'"business_registration_number":' + b"620100" * 7)
    body = body.replace(b'"fine":0', b'"fine":12.3456789')
    told = (await water.send(body)).json()
    assert [each["status"] for each in told["rows"]] == ["new"]
    (kept,) = recorded(water, pushed["document_number"])
    assert kept["business_registration_number"] == "620100" * 7
    assert kept["fine"] == "12.3456789"


async def test_null_tells_nothing_and_lists_are_for_several_values(water):
    pushed = {**row(), "category": ["警告", "罚款"], "business_registration_number": None}
    told = (await water.push(pushed)).json()
    assert [each["status"] for each in told["rows"]] == ["new"]
    (kept,) = recorded(water, pushed["document_number"])
    assert len(kept["category"]) == 2
    assert "business_registration_number" not in kept


@pytest.mark.parametrize(
    "member",
    ['"violation": true', '"violation": {"a": 1}', '"violation": ["x"]', '"violation": ' + "[" * 500 + "]" * 500],
)
async def test_a_value_that_is_none_refuses_its_row_alone(water, member):
    good, bad = row(), row()
    text = orjson.dumps({**bad, "violation": 0}).decode().replace('"violation":0', member)
    told = (await water.send((PENALTY % f"{orjson.dumps(good).decode()}, {text}").encode())).json()
    assert [each["status"] for each in told["rows"]] == ["new", "refused"]
    assert told["rows"][1]["problems"][0]["field"] == "违法行为类型"
    assert (await water.push(good, bad)).json()["new"] == 1


async def test_a_field_that_is_told_twice_refuses_its_row_unless_both_agree(water):
    one, other, third = row(), row(), row()
    doubled = orjson.dumps(one).decode().replace('"violation"', '"name": "另一家", "violation"')
    rows = [
        doubled,
        *(
            orjson.dumps(each).decode()
            for each in ({**other, "违法行为类型": "别的"}, {**third, "违法行为类型": third["violation"]})
        ),
    ]
    told = (await water.send((PENALTY % ", ".join(rows)).encode())).json()
    assert [each["status"] for each in told["rows"]] == ["refused", "refused", "new"]
    assert {told["rows"][index]["problems"][0]["rule"] for index in (0, 1)} == {"duplicate_member"}


async def test_identity_numbers_are_neither_kept_nor_sent_back(water, written_settings):
    number = "11010119900307753X"
    secret = {"representative_id_type": "身份证", "representative_id_number": number}
    answers = [
        await water.push({**row(), **secret, "facts": f"当事人身份证{number}"}),
        await water.push({**row(), **secret, "decision_date": number}),
        await water.push({**row(), **secret, "violation": {"a": number}}),
        await water.push({**row(), **secret, "uscc": number}),
    ]
    assert all(answer.status_code == 200 and number not in answer.text for answer in answers)
    water.database.dispose()
    stored = b"".join(path.read_bytes() for path in written_settings.data_dir.glob("*.db*"))
    assert number.encode() not in stored


async def test_the_door_is_opened_by_pushing_alone(water):
    for method in ("GET", "PUT", "DELETE"):
        answer = await water.client.request(method, f"/api/v1/providers/{water.name}/records")
        assert "POST" in refused_with(answer, 405, "method")["detail"]


async def test_answers_are_kept_by_nobody(water):
    answer = await water.push(row())
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
FIELDS = st.sampled_from([header for spec in KIND.fields for header in (spec.name, spec.title, *spec.aliases)])
MEMBERS = st.dictionaries(FIELDS | st.text(max_size=5), VALUES, max_size=8)


@pytest.fixture
def pusher(written_app):
    site = written_app.state.site
    return Pusher(site.catalogue, site.gazetteer)


def test_whatever_rows_hold_each_is_answered_and_the_figures_add_up(water, pusher):
    good = row()

    @settings(max_examples=60, database=None)
    @given(st.lists(MEMBERS | MEMBERS.map(lambda members: {**good, **members}), min_size=1, max_size=5))
    def answered(rows):
        body = json.dumps({"kind": KIND.name, "rows": rows}).encode()
        with water.database.connect() as connection:
            before = connection.execute(select(func.count()).select_from(record)).scalar_one()
        told = orjson.loads(pusher.take(water.database, Push(provider_of(water), body, None)).answer)
        PushAnswer.model_validate(told, strict=True)
        statuses = Counter(each["status"] for each in told["rows"])
        assert told["received"] == len(rows) == told["new"] + told["changed"] + told["unchanged"] + told["refused"]
        assert statuses["refused"] == told["refused"]
        assert statuses["noted"] <= told["noted"]
        with water.database.connect() as connection:
            after = connection.execute(select(func.count()).select_from(record)).scalar_one()
        assert after - before == told["new"]

    answered()


def provider_of(water: Pushing) -> Provider | None:
    with water.database.connect() as connection:
        return find_provider(connection, water.name)
