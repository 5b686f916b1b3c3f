"""Licences, and the red and black lists, are registers too."""

import re

from credit_records.catalogue import catalogue

from tests.site import register_rows
from tests.site.pages import page
from tests.site.register_rows import AUTHORITIES, ENTRIES, LICENCES
from tests.site.registers.reading import (
    total_of,
    totals_of,
)


async def test_licences_are_a_register_without_sums(client):
    html = await page(client, "/licences")
    assert total_of(html) == LICENCES
    assert totals_of(html) == {}
    assert "金额最大" not in html
    assert "许可机关" in html
    found = await page(client, "/licences?q=第3类示例商品")
    assert total_of(found) == 1
    assert "<mark>第3类示例商品</mark>" in found


async def test_the_lists_are_told_with_their_colour_in_words_and_how_many_are_on_them(client):
    html = await page(client, "/lists")
    assert total_of(html) == sum(ENTRIES.values())
    told = re.findall(
        r'<tr><th scope="row"><a href="(/lists/\w+)">[^<]+</a></th><td><span class="list-(\w+)">([^<]+)</span></td>'
        r'<td lang="zh-CN">[^<]+</td><td class="number">(\d+)</td></tr>',
        html,
    )
    listed = {kind.name: kind.list.colour for kind in catalogue().kinds.values() if kind.list}
    assert {path.removeprefix("/lists/"): colour for path, colour, _, _ in told} == listed
    assert all(words == ("失信惩戒名单" if colour == "black" else "守信激励名单") for _, colour, words, _ in told)
    counts = {path.removeprefix("/lists/"): int(count) for path, _, _, count in told}
    assert counts == {kind: ENTRIES.get(kind, 0) for kind in listed}
    for path, *_ in told:
        assert total_of(await page(client, path)) == counts[path.removeprefix("/lists/")]


async def test_lists_are_queried_by_name_list_colour_authority_and_period(client, subjects, rows):
    name = subjects[0].name
    html = await page(client, f"/lists?q={name}")
    assert total_of(html) == len(ENTRIES)
    assert f"<mark>{name}</mark>" in html
    assert html.count('<span class="list-black">失信惩戒名单</span>') == 1
    assert total_of(await page(client, f"/lists?q={subjects[0].uscc}")) == len(ENTRIES)
    assert total_of(await page(client, "/lists?colour=red")) == ENTRIES["tax_class_a"]
    assert total_of(await page(client, "/lists?kind=serious_dishonesty")) == ENTRIES["serious_dishonesty"]
    assert total_of(await page(client, "/lists?kind=administrative_penalty")) == 0
    entered = rows["serious_dishonesty"]
    since = register_rows.before(60)
    html = await page(client, f"/lists/serious_dishonesty?authority={AUTHORITIES[0]}&since={since}")
    wanted = [row for row in entered if row["authority"] == AUTHORITIES[0] and row["entered_on"] >= since]
    assert total_of(html) == len(wanted) > 0
    assert "列入" in html


async def test_only_lists_have_a_page_under_lists(client):
    for path in ("/lists/administrative_penalty", "/lists/registration", "/lists/nothing", "/lists/"):
        assert (await client.get(path)).status_code in (404, 307), path
