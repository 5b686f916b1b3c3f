"""Every address of the desk, tried with every role and with none: the addresses are those of the running application.

A page that is added and not named here fails the first test.
"""

import re
from dataclasses import dataclass
from itertools import count

import pytest
from starlette.routing import Route

from tests.records.casework.applying import UNIT, penalise, submitted
from tests.site.desk.officers import StaffDesk, enter, token_of

SERIALS = count(6_000)
ALL = frozenset({"clerk", "reviewer", "auditor", "administrator"})
DECIDE = frozenset({"clerk", "reviewer"})
READ = DECIDE | {"auditor"}
OPEN = frozenset({"nobody"}) | ALL

# Who may use it; to all others it is closed.
MAY = {
    ("GET", "/desk/sign-in"): OPEN,
    ("POST", "/desk/sign-in"): OPEN,
    ("GET", "/desk/sign-in/identity"): OPEN,
    ("GET", "/desk/sign-in/identity/back"): OPEN,
    ("POST", "/desk/sign-out"): ALL,
    ("GET", "/desk/second-factor"): ALL,
    ("POST", "/desk/second-factor"): ALL,
    ("GET", "/desk/password"): ALL,
    ("POST", "/desk/password"): ALL,
    ("GET", "/desk/account"): ALL,
    ("POST", "/desk/account/sessions"): ALL,
    ("GET", "/desk"): ALL,
    ("GET", "/desk/cases/{id:int}"): READ,
    ("GET", "/desk/cases/{id:int}/materials/{material:int}"): READ,
    ("GET", "/desk/cases/{id:int}/{act}"): DECIDE,
    ("POST", "/desk/cases/{id:int}/{act}"): DECIDE,
    ("GET", "/desk/audit"): frozenset({"auditor"}),
    ("GET", "/desk/staff"): frozenset({"administrator"}),
    ("GET", "/desk/new-account"): frozenset({"administrator"}),
    ("POST", "/desk/new-account"): frozenset({"administrator"}),
    ("GET", "/desk/staff/{login}"): frozenset({"administrator"}),
    ("POST", "/desk/staff/{login}/{change}"): frozenset({"administrator"}),
}
PART = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True)
class Place:
    """A case with a file, and an account, for addresses to be about."""

    case: int
    material: int
    login: str

    def address(self, path: str) -> str:
        parts = {"id": self.case, "material": self.material, "act": "note", "login": self.login, "change": "unlock"}
        return PART.sub(lambda found: str(parts[found[1]]), path)


def routes(app) -> list[tuple[str, str]]:
    found = [route for route in app.routes if isinstance(route, Route) and route.path.startswith("/desk")]
    return [(method, route.path) for route in found for method in sorted(route.methods - {"HEAD"})]


@pytest.fixture
def spot(desk: StaffDesk, written_app) -> Place:
    serial = next(SERIALS)
    case = submitted(desk.database, penalise(desk.database, serial, serial))
    with desk.database.connect() as connection:
        material = connection.exec_driver_sql(
            f"SELECT min(id) FROM application_material WHERE application_id = {case.id}"
        ).scalar_one()
    kept = written_app.state.site.casework.store.keep(b"%PDF-1.7")
    with desk.database.begin() as connection:
        connection.exec_driver_sql(f"UPDATE application_material SET sha256 = '{kept.sha256}' WHERE id = {material}")
    return Place(case.id, material, desk.settled("auditor").officer.login)


def test_it_is_known_of_every_address_who_may_use_it(written_app):
    assert set(routes(written_app)) == MAY.keys()


@pytest.mark.parametrize("role", sorted(ALL))
async def test_each_role_opens_what_it_may_and_nothing_else(desk, spot, written_app, role):
    who = desk.seated(role, UNIT if role == "clerk" else None)
    wrong, token = {}, token_of(await who.client.get("/desk/account"))
    for method, path in routes(written_app):
        address = spot.address(path)
        if method == "GET":
            answer = await who.client.get(address)
            may = answer.status_code in {200, 404} if "identity" in path else answer.status_code in {200, 303}
        else:
            # Without a form of ours nothing is done, whatever the role may; with one, only what it may.
            bare = await who.client.post(address, data={"text": "x"})
            assert bare.status_code == 403, path
            if path in {"/desk/sign-in", "/desk/sign-out"}:
                continue
            answer = await who.client.post(address, data={"form_token": token, "version": "-1"})
            may = answer.status_code in {200, 303, 409, 422}
        if may != (role in MAY[method, path]) or (not may and answer.status_code != 403):
            wrong[method, path] = answer.status_code
        if not may:
            assert "13800000000" not in answer.text
            assert f"姓名{spot.login}" not in answer.text
    assert wrong == {}


async def test_nobody_opens_nothing(desk, spot, written_app):
    stranger = desk.visitor()
    for method, path in routes(written_app):
        if "nobody" in MAY[method, path]:
            continue
        answer = await stranger.request(
            method, spot.address(path), data={"form_token": "0" * 64} if method == "POST" else None
        )
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/desk/sign-in")


async def test_a_session_that_has_not_passed_its_second_factor_opens_nothing(desk, spot, written_app):
    who = desk.settled("reviewer")
    await enter(who)
    for method, path in routes(written_app):
        if "sign-" in path or path == "/desk/second-factor":
            continue
        answer = await who.client.request(method, spot.address(path))
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/desk/second-factor"), path


async def test_a_clerk_of_another_unit_learns_nothing_of_a_case(desk, spot):
    who = desk.seated("clerk")
    answers = set()
    for number in (spot.case, 10**9, 2**60, 2**70):
        for path in (
            f"/desk/cases/{number}",
            f"/desk/cases/{number}/materials/{spot.material}",
            f"/desk/cases/{number}/note",
        ):
            answer = await who.client.get(path)
            answers.add((answer.status_code, re.sub(r"[0-9a-f]{16}|\d{5,}|/desk/cases/[^?\"]*", "", answer.text)))
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    token = token_of(await who.client.get("/desk/account"))
    posted = await who.client.post(
        f"/desk/cases/{spot.case}/note", data={"form_token": token, "version": "1", "text": "x"}
    )
    assert posted.status_code == 404


async def test_forms_of_others_are_refused(desk, spot, written_app):
    """The token of another session, one sent from another site, and none at all."""
    one, other = desk.seated("administrator"), desk.seated("administrator")
    token = token_of(await other.client.get("/desk/account"))
    own = token_of(await one.client.get("/desk/account"))
    for method, path in routes(written_app):
        if method != "POST" or "administrator" not in MAY[method, path] or path == "/desk/sign-in":
            continue
        for given, headers in (
            ({"form_token": token}, {}),
            ({"form_token": "钥"}, {}),
            ({}, {}),
            ({"form_token": own}, {"sec-fetch-site": "cross-site"}),
        ):
            answer = await one.client.post(spot.address(path), data=given, headers=headers)
            assert answer.status_code == 403, (path, given)


async def test_pages_of_the_desk_are_kept_by_nobody_and_run_no_script(desk, spot, written_app):
    for role in sorted(ALL):
        who = desk.seated(role, UNIT if role == "clerk" else None)
        for method, path in routes(written_app):
            if method != "GET" or role not in MAY[method, path] or "identity" in path:
                continue
            answer = await who.client.get(spot.address(path))
            assert answer.headers["cache-control"] == "no-store", path
            assert "noindex" in answer.headers["x-robots-tag"], path
            policy = answer.headers.get_list("content-security-policy")
            assert all("unsafe" not in each for each in policy)
            assert any("frame-ancestors 'none'" in each or "sandbox" in each for each in policy)
            if "text/html" in answer.headers.get("content-type", ""):
                assert "<script" not in answer.text, path
                assert " style=" not in answer.text, path
                assert 'lang="zh-CN"' in answer.text
    robots = await desk.visitor().get("/robots.txt")
    assert "Disallow: /desk" in robots.text.splitlines()


async def test_methods_that_are_none_of_ours_are_refused(desk, spot):
    who = desk.seated("reviewer")
    for method in ("PUT", "PATCH", "DELETE", "TRACE"):
        assert (await who.client.request(method, f"/desk/cases/{spot.case}")).status_code == 405
