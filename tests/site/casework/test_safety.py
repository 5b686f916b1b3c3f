"""Who may do what: forms of other sites, other people's tickets and secrets, and whoever does too much."""

import re

import pytest
from credit_records.casework.states import DRAFT

from tests.records.casework.applying import ANSWERS
from tests.site.casework.applicants import token_of
from tests.site.casework.files import pdf

POSTS = ("/applicant", "/materials", "/materials/1/remove", "/check", "/put-away")
PAGES = ("", "/applicant", "/duty", "/commitment", "/materials", "/materials/1", "/check", "/receipt", "/receipt.pdf")


@pytest.mark.parametrize("path", POSTS)
async def test_a_form_of_another_site_does_nothing(apply, path):
    applicant = await apply()
    await applicant.answer_all()
    await applicant.hand_in_all()
    before, files = applicant.now, applicant.materials
    token = token_of(await applicant.get())
    stranger = token_of(await (await apply("objection")).get())
    attempts = [
        ({**ANSWERS["repair"]}, {}),
        ({**ANSWERS["repair"], "form_token": stranger}, {}),
        ({**ANSWERS["repair"], "form_token": "中文"}, {}),
        ({**ANSWERS["repair"], "form_token": token}, {"sec-fetch-site": "cross-site"}),
        ({**ANSWERS["repair"], "form_token": token}, {"sec-fetch-site": "same-site"}),
    ]
    for data, headers in attempts:
        answer = await applicant.client.post(applicant.address + path, data=data, headers=headers)
        assert answer.status_code == 403
    assert (applicant.now, applicant.materials) == (before, files)
    assert (await applicant.get()).status_code == 200


async def test_a_draft_is_begun_by_our_own_button_alone(browser, penalty):
    client = browser()
    page = await client.get(f"/record/{penalty}/repair")
    for data, headers in (
        ({}, {}),
        ({"form_token": "0" * 64}, {}),
        ({"form_token": token_of(page)}, {"sec-fetch-site": "cross-site"}),
    ):
        answer = await client.post(f"/record/{penalty}/repair", data=data, headers=headers)
        assert answer.status_code == 403
    stranger = browser()
    answer = await stranger.post(f"/record/{penalty}/repair", data={"form_token": token_of(page)})
    assert answer.status_code == 403


async def test_a_ticket_without_its_secret_opens_nothing(apply, browser):
    applicant, other = await apply(), await apply("objection")
    await applicant.upload(pdf())
    ticket = applicant.address.rpartition("/")[2]
    theirs = other.address.rpartition("/")[2]
    client = browser()
    client.cookies.set(f"application_{ticket}", other.secret)
    client.cookies.set(f"application_{theirs}", "x" * 43)
    for page in PAGES:
        assert (await client.get(applicant.address + page)).status_code == 404
    for path in POSTS:
        assert (await client.post(applicant.address + path, data={"form_token": "x"})).status_code == 404
    client.cookies.set(f"application_{theirs}", other.secret)
    assert (await client.get(f"/repair/draft/{theirs}")).status_code == 404  # it is an objection
    assert applicant.now.state == DRAFT


@pytest.mark.parametrize("ticket", ["", "x", "..%2f..", "中", "%00", "a" * 500, "application_"])
async def test_strange_tickets_are_no_page(browser, ticket):
    assert (await browser().get(f"/repair/draft/{ticket}")).status_code == 404


async def test_a_secret_is_in_no_address_but_that_of_its_link(apply):
    applicant = await apply()
    for page in ("", "/applicant", "/materials", "/check"):
        text = (await applicant.get(page)).text
        addresses = re.findall(r'(?:href|src|action|hx-post)="([^"]*)"', text)
        assert not [address for address in addresses if applicant.secret in address]


async def test_secrets_cannot_be_tried_one_after_the_other(browser):
    client = browser()
    statuses = [(await client.get(f"/repair/open/{number:043d}")).status_code for number in range(35)]
    assert statuses == [404] * 30 + [429] * 5
    assert (await client.get("/repair/draft/0123456789abcdef")).status_code == 404


async def test_who_tried_too_many_gets_in_with_the_right_one_neither(apply, browser):
    applicant = await apply()
    client = browser("10.9.9.9")
    for number in range(31):
        await client.get(f"/repair/open/{number:043d}")
    assert (await client.get(f"/repair/open/{applicant.secret}")).status_code == 429
    assert (await applicant.get()).status_code == 200


async def test_from_one_address_only_so_many_are_begun(browser, penalty):
    client = browser()
    page = await client.get(f"/record/{penalty}/objection")
    statuses = []
    for _ in range(62):
        begun = await client.post(f"/record/{penalty}/objection", data={"form_token": token_of(page)})
        statuses.append(begun.status_code)
        client.cookies = {"application_form": client.cookies["application_form"]}
    assert statuses == [303] * 60 + [429] * 2
    assert begun.headers["retry-after"]
    other = browser()
    page = await other.get(f"/record/{penalty}/objection")
    begun = await other.post(f"/record/{penalty}/objection", data={"form_token": token_of(page)})
    assert begun.status_code == 303


async def test_submitting_again_and_again_is_slowed_down(apply):
    applicant = await apply()
    token = token_of(await applicant.get())
    statuses = [
        (await applicant.client.post(f"{applicant.address}/check", data={"form_token": token})).status_code
        for _ in range(22)
    ]
    assert statuses == [422] * 20 + [429] * 2


@pytest.mark.parametrize("path", ["/record/99999999/repair", f"/record/{'9' * 30}/repair"])
async def test_a_record_that_is_not_there_begins_nothing(browser, penalty, path):
    client = browser()
    token = token_of(await client.get(f"/record/{penalty}/repair"))
    assert (await client.post(path, data={"form_token": token})).status_code in (404, 409)
