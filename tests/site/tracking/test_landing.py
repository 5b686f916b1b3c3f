"""Whoever has only a name or a code finds what may be done about each record, and why not about others."""

import re
from datetime import timedelta

import pytest
from credit_records.calendar import add_months, today
from credit_records.casework.deciding import accept
from credit_records.publication import Act, withdraw

from tests.records.casework.applying import blacklist, penalise, submitted
from tests.records.registering import code
from tests.site.published_records import number_of

OWNERS = iter(range(9_001, 9_100))


@pytest.fixture
def owner() -> int:
    return next(OWNERS)


async def text_of(client, owner: int, path: str = "/repair") -> str:
    answer = await client.get(f"{path}?q={code(owner)}")
    assert answer.status_code == 200
    return str(answer.text)


async def test_each_record_has_its_class_its_first_day_and_the_day_on_which_it_ends(written_client, database, owner):
    now = penalise(database, owner, owner, days_ago=100)
    later = penalise(database, owner + 1000, owner, days_ago=20)
    black = blacklist(database, owner, owner, days_ago=100)
    page = await text_of(written_client, owner)
    groups = re.split('<h2 id="group-', page)
    told = {group.split('"')[0]: group for group in groups[1:]}
    assert f'href="/record/{now}/repair"' in told["now"]
    assert f"/record/{later}" in told["later"]
    assert f"/record/{black}" in told["later"]
    decided = today() - timedelta(days=20)
    assert add_months(decided, 3).isoformat() in told["later"]
    assert add_months(decided, 12).isoformat() in told["later"]
    assert "一般失信" in told["now"]
    assert "：1 条记录现在可以申请修复" in page


async def test_what_is_applied_for_is_under_way_and_what_is_gone_is_not_named(written_client, database, owner):
    number = penalise(database, owner, owner)
    submitted(database, number)
    page = await text_of(written_client, owner)
    assert "正在办理" in page
    assert 'href="/repair/track"' in page
    assert f'href="/record/{number}/repair"' not in page
    withdraw(database, number, Act("值班员", "撤销"))
    page = await text_of(written_client, owner)
    assert f"/record/{number}" not in page
    assert "没有需要修复的记录" in page


async def test_a_name_leads_to_the_subject_and_a_wrong_one_to_a_next_step(client, shown):
    subject = shown["光电科技"]
    by_name = await client.get("/repair", params={"q": subject.name})
    assert subject.uscc in by_name.text
    assert "现在可以申请" in by_name.text
    choice = await client.get("/repair", params={"q": "有限公司"})
    assert "是哪一家" in choice.text
    assert re.search(r'href="/repair\?q=[0-9A-Z]{18}"', choice.text)
    nobody = await client.get("/repair", params={"q": "qqqqxxxx"})
    assert "没有找到“qqqqxxxx”" in nobody.text


async def test_a_record_is_found_by_its_document_number_to_be_contested(client, number):
    wanted = number[number_of(3)]
    page = await client.get("/objection", params={"q": number_of(3)})
    assert f'href="/record/{wanted}/objection"' in page.text


async def test_while_the_search_rests_codes_and_whole_names_are_answered(resting_client, shown):
    subject = shown["光电科技"]
    for q in (subject.uscc, subject.name):
        page = await resting_client.get("/repair", params={"q": q})
        assert page.status_code == 200
        assert "现在可以申请" in page.text
    page = await resting_client.get("/repair", params={"q": "光电"})
    assert (page.status_code, "按名称查找暂时休息" in page.text) == (200, True)


@pytest.mark.parametrize("path", ["/repair", "/objection"])
@pytest.mark.parametrize("q", ["", "   ", "%00", "(" * 300, "'; DROP TABLE record; --", "<script>alert(1)</script>"])
async def test_whatever_is_typed_is_answered(client, path, q):
    page = await client.get(path, params={"q": q})
    assert page.status_code == 200
    assert "<script>alert" not in page.text


async def test_a_contested_record_is_marked_everywhere_until_it_is_answered(written_client, database, reviewer, owner):
    number = penalise(database, owner, owner)
    uscc = code(owner)
    addresses = (
        f"/record/{number}",
        f"/credit/{uscc}",
        f"/credit/{uscc}/timeline",
        f"/credit/{uscc}/administrative_penalty",
        f"/repair?q={uscc}",
        f"/objection?q={uscc}",
    )

    async def marked() -> set[bool]:
        return {"异议处理中</span>" in (await written_client.get(address)).text for address in addresses}

    desk = submitted(database, number, "objection")
    assert await marked() == {False}, "anybody could mark a record by asking"
    desk.do(accept, reviewer)
    assert await marked() == {True}
    assert (await written_client.get(f"/api/v1/records/{number}")).json()["contested"] is True
    listed = (await written_client.get(f"/api/v1/subjects/{uscc}/records")).json()["items"]
    assert [each["contested"] for each in listed] == [True]
