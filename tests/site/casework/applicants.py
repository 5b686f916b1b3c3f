"""What an applicant does on the pages, at a browser that keeps cookies."""

import re
from dataclasses import dataclass

import httpx
from credit_records.casework.application_rows import Application, by_secret
from credit_records.casework.materials import Material, materials_of
from sqlalchemy import Engine

from tests.records.casework.applying import ANSWERS, PAPERS
from tests.site.casework.files import pdf

TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')
LINK = re.compile(r'<output id="link">([^<]+)</output>')
HTMX = {"hx-request": "true"}


def token_of(page: httpx.Response) -> str:
    return TOKEN.findall(page.text)[0]


@dataclass
class Applicant:
    """`address` is the draft's, `secret` what opens it."""

    client: httpx.AsyncClient
    engine: Engine
    procedure: str
    record: int
    address: str = ""
    secret: str = ""

    async def begin(self) -> "Applicant":
        button = f"/record/{self.record}/{self.procedure}"
        page = await self.client.get(button)
        begun = await self.client.post(button, data={"form_token": token_of(page)})
        assert begun.status_code == 303, begun.text
        self.address = begun.headers["location"]
        link = LINK.findall((await self.client.get(self.address)).text)[0]
        self.secret = link.rpartition("/")[2]
        return self

    async def get(self, path: str = "", **headers: str) -> httpx.Response:
        return await self.client.get(self.address + path, headers=headers)

    async def post(self, path: str, data: dict[str, str] | None = None, **more: object) -> httpx.Response:
        token = token_of(await self.get())
        return await self.client.post(self.address + path, data={"form_token": token, **(data or {})}, **more)

    async def answer_all(self) -> None:
        page = await self.get()
        for step in re.findall(rf'<li><a href="{self.address}(/\w+)"', page.text):
            if step not in ("/materials", "/check"):
                form = await self.get(step)
                typed = {name: ANSWERS[self.procedure].get(name, "") for name in names_of(form)}
                kept = dict(re.findall(r'<input id="(\w+)" name="\w+" value="([^"]*)"', form.text))
                told = {name: typed[name] or kept.get(name, "") for name in typed}
                saved = await self.post(step, told)
                assert saved.status_code == 303, saved.text

    async def upload(
        self, content: bytes, name: str = "凭证.pdf", purpose: str = "proof", **headers: str
    ) -> httpx.Response:
        return await self.post(
            "/materials", {"purpose": purpose}, files={"file": (name, content)} if name else None, headers=headers
        )

    async def hand_in_all(self) -> None:
        for purpose in PAPERS[self.procedure]:
            assert (await self.upload(pdf(), purpose=purpose)).status_code == 303

    async def submit(self) -> httpx.Response:
        return await self.client.post(
            f"{self.address}/check", data={"form_token": token_of(await self.get("/materials"))}
        )

    @property
    def now(self) -> Application:
        with self.engine.connect() as connection:
            found = by_secret(connection, self.secret)
        assert found is not None
        return found

    @property
    def materials(self) -> list[Material]:
        with self.engine.connect() as connection:
            return materials_of(connection, self.now.id)


def names_of(form: httpx.Response) -> list[str]:
    return list(
        dict.fromkeys(name for name in re.findall(r' name="(\w+)"', form.text) if name not in {"form_token", "q"})
    )
