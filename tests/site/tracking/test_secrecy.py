"""Nobody learns of a case without its secret, and the secret is nowhere but where its holder puts it."""

import logging
import re
from collections.abc import Iterator

import httpx
import pytest
from credit_records.casework.deciding import accept, ask, refuse
from credit_records.casework.procedures import procedure_names
from credit_site.application import create_served_app
from credit_site.tracking.routes import tracking_routes
from starlette.routing import Route

from tests.site.tracking.conftest import Followed, browser
from tests.site.tracking.test_following import press, token_of


def case_routes(procedure: str) -> Iterator[tuple[str, str]]:
    """(method, path below the case) of every address of a case of the procedure."""
    start = f"/{procedure}/track/case/{{ticket}}"
    for route in tracking_routes([procedure]):
        assert isinstance(route, Route)
        if route.path.startswith(start):
            for method in (route.methods or set()) - {"HEAD"}:
                yield method, route.path.removeprefix(start).replace("{number:int}", "1")


async def test_every_address_of_a_case_is_closed_to_whoever_holds_another(written_app, follow, reviewer):
    own, other = follow(), follow()
    other.desk.do(ask, reviewer, "请补充绝密凭证")
    before = other.desk.now
    addresses = list(case_routes("repair"))
    assert len(addresses) >= 10
    async with browser(written_app) as reader:
        await reader.get(own.link)
        token = token_of(await reader.get(own.case))
        cookie = next(iter(reader.cookies.items()))
        for forged in ({}, {"cookie": f"{cookie[0].replace(own.case[-16:], other.case[-16:])}={own.secret}"}):
            for method, rest in addresses:
                answer = await reader.request(
                    method, other.case + rest, data={"form_token": token} if method == "POST" else None, headers=forged
                )
                assert answer.status_code == 404, (method, rest)
                assert "绝密" not in answer.text
                assert other.number not in answer.text
    assert other.desk.now == before


async def test_a_file_of_another_case_is_not_there_under_ones_own(written_app, follow, database):
    own, other = follow(), follow()
    with database.connect() as connection:
        (foreign,) = connection.exec_driver_sql(
            "SELECT min(id) FROM application_material WHERE application_id = ?", (other.desk.id,)
        ).one()
    async with browser(written_app) as reader:
        await reader.get(own.link)
        assert (await reader.get(f"{own.case}/materials/{foreign}")).status_code == 404
        await press(reader, own, f"materials/{foreign}/remove")
    with database.connect() as connection:
        left = connection.exec_driver_sql("SELECT count(*) FROM application_material WHERE id = ?", (foreign,)).scalar()
    assert left == 1


async def test_a_case_of_one_procedure_is_not_there_under_another(written_app, follow):
    followed = follow()
    async with browser(written_app) as reader:
        page = await reader.get("/objection/track")
        sent = {"form_token": token_of(page), "number": followed.number, "secret": followed.secret}
        assert (await reader.post("/objection/track", data=sent)).status_code == 422
        assert (await reader.get(followed.link.replace("/repair/", "/objection/"))).status_code == 404


async def test_forms_of_others_change_nothing(written_app, follow):
    followed, other = follow(), follow()
    async with browser(written_app) as reader:
        await reader.get(followed.link)
        async with browser(written_app) as elsewhere:
            await elsewhere.get(other.link)
            foreign = token_of(await elsewhere.get(other.case))
        for token in ("", foreign, "0" * 64):
            answer = await reader.post(f"{followed.case}/withdraw", data={"form_token": token})
            assert answer.status_code == 403
        own = token_of(await reader.get(followed.case))
        cross = {"sec-fetch-site": "cross-site"}
        answer = await reader.post(f"{followed.case}/withdraw", data={"form_token": own}, headers=cross)
        assert answer.status_code == 403
    assert followed.desk.now.state == "submitted"


async def attempt(reader: httpx.AsyncClient, number: str, secret: str) -> httpx.Response:
    token = token_of(await reader.get("/repair/track"))
    return await reader.post("/repair/track", data={"form_token": token, "number": number, "secret": secret})


def seen(answer: httpx.Response, *typed: str) -> tuple[int, str, str]:
    """What a caller can tell answers apart by, without what was typed and what is new in each."""
    text = re.sub(r'value="[0-9a-f]{64}"|[0-9a-f]{16}', "", answer.text)
    for each in typed:
        text = text.replace(each, "")
    headers = sorted(name for name in answer.headers if name != "x-request-id")
    return answer.status_code, text, " ".join(headers)


async def test_a_wrong_number_and_a_wrong_secret_look_the_same(written_app, follow):
    followed, other = follow(), follow()
    unknown = f"XF20260101{'A' * 6}"
    wrong = "A" * len(followed.secret)
    async with browser(written_app) as reader:
        answers = [
            seen(await attempt(reader, number, secret), number)
            for number, secret in (
                (followed.number, wrong),  # there is such a number
                (unknown, wrong),  # there is none
                (unknown, followed.secret),  # there is such a secret
                (followed.number, other.secret),  # both are there, of different cases
            )
        ]
    assert answers[0][0] == 422
    assert len(set(answers)) == 1


async def test_guessing_ends_soon_for_the_guesser_alone(written_app, follow):
    followed = follow()
    async with browser(written_app) as guesser:
        statuses = [(await attempt(guesser, followed.number, f"{n:043}")).status_code for n in range(40)]
        assert 429 in statuses
        assert statuses.index(429) <= 31
        locked = await attempt(guesser, followed.number, followed.secret)
        assert locked.status_code == 429, "the right one is not told from the wrong ones any more"
        assert int(locked.headers["retry-after"]) > 0
        by_link = await guesser.get(followed.link)
        assert by_link.status_code == 429
    async with browser(written_app) as reader:
        assert (await reader.get(followed.link)).status_code == 303


async def test_links_are_counted_like_what_is_typed(written_app):
    async with browser(written_app) as guesser:
        statuses = [(await guesser.get(f"/repair/track/{n:043}")).status_code for n in range(40)]
    assert statuses[0] == 404
    assert statuses[-1] == 429


async def pages_of(reader: httpx.AsyncClient, followed: Followed) -> list[httpx.Response]:
    rests = [rest for method, rest in case_routes(followed.procedure) if method == "GET"]
    return [await reader.get(followed.case + rest) for rest in rests]


async def test_no_page_holds_the_secret_and_none_is_kept_or_told_on(written_app, follow, reviewer):
    followed = follow()
    followed.desk.do(accept, reviewer)
    followed.desk.do(refuse, reviewer, reason="duty_undone", text="没有缴清")
    async with browser(written_app) as reader:
        opened = await reader.get(followed.link)
        for answer in (opened, *await pages_of(reader, followed)):
            assert followed.secret not in answer.text
            assert followed.secret not in answer.headers.get("location", "")
            if answer.status_code < 400:
                assert answer.headers["cache-control"] == "no-store"
                assert answer.headers["referrer-policy"] == "no-referrer"
                assert "noindex" in answer.headers["x-robots-tag"]
        cookie = opened.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert f"Path={followed.case}" in cookie
        assert re.search("samesite=(lax|strict)", cookie, re.IGNORECASE)


async def test_logs_and_metrics_hold_routes_and_no_secret(written_settings, follow, monkeypatch, capsys):
    monkeypatch.setenv("CHENGXIN_DATA_DIR", str(written_settings.data_dir))
    monkeypatch.setenv("CHENGXIN_CITY", "demo")
    monkeypatch.setenv("CHENGXIN_LOG_REQUESTS", "true")
    followed = follow()
    app = create_served_app()
    logging.getLogger("httpx").setLevel(logging.WARNING)  # of the reader, who knows the secret
    async with browser(app) as reader:
        await reader.get(followed.link)
        await reader.get(followed.case)
        await attempt(reader, followed.number, followed.secret[:-1])
        await reader.get(f"/repair/track/{followed.secret[:-1]}")
        metrics = (await reader.get("/metrics")).text
    logged = "".join(capsys.readouterr())
    assert "/repair/track/{secret}" in logged
    for private in (followed.secret[:-1], followed.number, followed.case):
        assert private not in logged
        assert private not in metrics
    await app.state.site.close()


@pytest.mark.parametrize("name", procedure_names())
def test_every_procedure_has_the_same_addresses(name):
    assert {rest for _, rest in case_routes(name)} == {rest for _, rest in case_routes("repair")}
