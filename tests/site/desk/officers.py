"""Officers as tests seat them, by the same doors as people."""

import re
import time
from functools import cache
from itertools import count

import httpx
import pyotp
from credit_records.database import open_database, writing
from credit_records.providers import add_provider
from credit_records.staff.accounts import add_officer
from credit_records.staff.officers import Officer, Role, officer_named
from credit_records.staff.passwords import hash_of
from credit_records.staff.second_factor import enrol, new_secret
from credit_records.staff.sessions import begin
from credit_records.staff.tables import staff
from credit_site.desk.room import sealing_of
from credit_site.desk.session import cookie_name
from credit_site.settings import SiteSettings
from fastapi import FastAPI
from sqlalchemy import update

ADDRESS = "http://credit.test"
OWN = "三只白鹤飞过黄河边的旧水车"
_SERIALS = count(1)


@cache
def _hash_of(password: str) -> str:
    """Hashing is slow on purpose: once is enough for all."""
    return hash_of(password)


def token_of(page: httpx.Response) -> str:
    return re.findall(r'name="form_token" value="([0-9a-f]{64})"', page.text)[0]


def hidden(page: httpx.Response, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', page.text)[0]


class Officered:
    """A client in which somebody is seated, or about to be."""

    def __init__(self, client: httpx.AsyncClient, officer: Officer, password: str, secret: str) -> None:
        self.client = client
        self.officer = officer
        self.password = password
        self.secret = secret

    @property
    def session(self) -> str:
        return self.client.cookies[cookie_name(secure=False)]

    def code(self, periods: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(int(time.time()) + 30 * periods)

    async def send(self, path: str, at: str = "", **fields: str) -> httpx.Response:
        """Send a form of the page `at`."""
        page = await self.client.get(at or path)
        return await self.client.post(path, data={"form_token": token_of(page), **fields})


class StaffDesk:
    """The desk of an application."""

    def __init__(self, app: FastAPI, settings: SiteSettings) -> None:
        self.app = app
        self.database = open_database(settings)
        self.sealing = sealing_of(settings)

    def visitor(self) -> httpx.AsyncClient:
        # Each from an address of its own: wrong passwords are counted by address.
        transport = httpx.ASGITransport(app=self.app, client=(f"10.0.{next(_SERIALS) % 250}.{next(_SERIALS) % 250}", 1))
        return httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers={"accept-language": "zh-CN"})

    def unit(self) -> str:
        name = f"unit-{next(_SERIALS)}"
        add_provider(self.database, name, f"第{name}局", "市水务局")
        return name

    def new(self, role: Role = "auditor", unit: str | None = None) -> Officered:
        """With a password that was given out, and nothing else."""
        login = f"{role}-{next(_SERIALS)}"
        unit = unit or (self.unit() if role == "clerk" else None)
        password = add_officer(self.database, "root", login, f"姓名{login}", role, unit=unit)
        with self.database.connect() as connection:
            officer = officer_named(connection, login)
        assert officer is not None
        return Officered(self.visitor(), officer, password, new_secret())

    def settled(self, role: Role = "auditor", unit: str | None = None) -> Officered:
        """With a password of his own, and a second factor where the role must have one; not signed in."""
        found = self.new(role, unit)
        with writing(self.database) as connection:
            own = {"password_hash": _hash_of(OWN), "must_change": False}
            connection.execute(update(staff).where(staff.c.id == found.officer.id).values(own))
        found.password = OWN
        if role in {"reviewer", "administrator"}:
            assert enrol(self.database, self.sealing, found.officer, found.secret, found.code(-1))
        return found

    def seated(self, role: Role = "auditor", unit: str | None = None) -> Officered:
        """Signed in."""
        found = self.settled(role, unit)
        token = begin(self.database, found.officer.id, "test", passed=True)
        found.client.cookies.set(cookie_name(secure=False), token, domain="credit.test")
        return found


async def enter(who: Officered, **typed: str) -> httpx.Response:
    page = await who.client.get("/desk/sign-in")
    data = {
        "form_token": token_of(page),
        "login": who.officer.login,
        "password": who.password,
        "next": "/desk",
        **typed,
    }
    return await who.client.post("/desk/sign-in", data=data)
