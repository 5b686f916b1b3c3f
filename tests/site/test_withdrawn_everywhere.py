"""A record that is withdrawn, repaired, corrected or at its end is gone from every public address within one step of
the follower.

The addresses are those of the running application, so a page that is added later is looked at without being named
here; until it is known whether it shows records, the last test fails.
"""

import asyncio
import re
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest
from credit_indexer.indexing_commands import Workplace, open_workplace
from credit_records.calendar import today
from credit_records.casework.procedures import procedure_names
from credit_records.catalogue import FieldType, Kind, catalogue
from credit_records.database import writing
from credit_records.publication import Act, correct, end_due, history, repair, withdraw
from credit_records.record_reading import find_record_for_staff
from credit_records.statistics import public_counts
from credit_records.tables import record
from credit_site.application import create_app
from credit_site.open_data.forms import PARQUET, WORKBOOK
from credit_site.settings import SiteSettings
from fastapi import FastAPI
from sqlalchemy import Engine, select, update
from starlette.routing import BaseRoute, Route

from tests.records.registering import Office, code
from tests.records.sample_rows import sample
from tests.site.open_data.reading import read_parquet, read_workbook

REASON = "值班室密语：决定已被复议机关撤销"
BY = Act("值班员", REASON)
KINDS = tuple(catalogue().kinds[name] for name in ("administrative_penalty", "administrative_licence", "honour"))
LISTS = tuple(catalogue().kinds[name] for name in ("serious_dishonesty", "tax_class_a"))
LETTERS = "甲乙丙丁戊"
PATIENCE = 30.0  # seconds for a reader of the index to look again; only a failure waits so long

# Addresses that never tell of a single record. Whatever begins as below tells a provider of its own ones, or whoever
# holds its secret of an application.
SILENT = {
    "/",
    "/search",
    "/static/{path:path}",
    "/departments",
    "/departments.csv",
    "/departments/{unit:path}",
    "/about",
    "/guide/repair",
    "/guide/objection",
    "/repair/track",
    "/objection/track",
    "/api",
    "/healthz",
    "/readyz",
    "/metrics",
    "/robots.txt",
    "/favicon.ico",
    "/sitemap.xml",
    "/sitemaps/pages.xml",
    "/sitemaps/{number:int}.xml.gz",
    "/openapi.json",
    "/api/v1/search",
    "/api/v1/suggest",
    "/api/v1/departments",
    "/search.{form:table}",
    "/data",
    "/data/{kind}",
    "/data/{kind}/datapackage.json",
    "/data/{kind}/SHA256SUMS",
}
OF_PROVIDERS = ("/provider", "/api/v1/providers", "/desk")
OF_APPLICANTS = tuple(f"/{procedure}/{page}/" for procedure in procedure_names() for page in ("open", "draft", "track"))
OWN = (*OF_PROVIDERS, *OF_APPLICANTS)

DATA = re.compile(r"\{(form|feed|month)")  # addresses of files, which htmx never asks for
PART = re.compile(r"\{(\w+)(?::\w+)?\}")
GZIP_WINDOW = 16 + zlib.MAX_WBITS
FORMS = {"form": ("csv", "xlsx", "jsonl", "parquet", "about.json"), "feed": ("atom", "rss", "feed.json")}
READ_AS: Mapping[str, Callable[[bytes], object]] = {
    "application/gzip": lambda content: zlib.decompress(content, GZIP_WINDOW).decode(),
    WORKBOOK: read_workbook,
    PARQUET: read_parquet,
}


@dataclass(frozen=True)
class Followed:
    """A record with words that stand in no other."""

    kind: Kind
    number: int
    uscc: str
    word: str
    wording: str  # of its text alone, which may be corrected
    asked: str  # what it is searched for by: pages say that back, so it tells nothing


@dataclass(frozen=True)
class Town:
    workplace: Workplace
    app: FastAPI

    @property
    def database(self) -> Engine:
        return self.workplace.database

    async def follow(self) -> None:
        await self.workplace.follower().run(once=True)


def text_field(kind: Kind) -> str:
    """A field of text that is shown and is no part of the key."""
    named = (kind.roles.headline, *kind.roles.texts, kind.roles.violation)
    return next(name for name in named if name and kind.by_name[name].type is FieldType.TEXT and name not in kind.key)


def written(kind: Kind, act: str, owner: int) -> tuple[Followed, dict[str, str]]:
    """A record of a subject of its own, which has no number yet, and its row."""
    letter = LETTERS[(*KINDS, *LISTS).index(kind)]
    of = Followed(kind, 0, code(owner), f"麒麟{act}{letter}", f"貔貅{act}{letter}", f"梼杌{act}{letter}")
    roles = kind.roles
    given = {
        roles.document_number: f"{of.word}〔示例〕1号",
        roles.authority: f"{of.word}管理局",
        roles.decision_date: (today() - timedelta(days=9)).isoformat(),
        roles.valid_until: "2090-01-01",
        text_field(kind): text_of_record(of),
    }
    told = {name: value for name, value in given.items() if name}
    return of, sample(kind, owner, owner, **told)


def text_of_record(of: Followed) -> str:
    return f"{of.wording}事由，{of.asked}"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    settings = SiteSettings(data_dir=tmp_path_factory.mktemp("town"), city="demo")
    workplace = open_workplace(settings)
    asyncio.run(workplace.follower().run(once=True))
    app = create_app(settings)
    yield Town(workplace, app)
    asyncio.run(app.state.site.close())
    asyncio.run(workplace.engine.close())
    workplace.database.dispose()


@pytest.fixture
async def client(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=town.app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://credit.test", headers={"accept-language": "zh-CN"}
    ) as reader:
        yield reader


async def published(town: Town, act: str, kinds: tuple[Kind, ...], first_owner: int) -> list[Followed]:
    """A new record of each kind, each of a subject of its own, in the database and in the index."""
    followed = []
    for owner, kind in enumerate(kinds, first_owner):
        of, row = written(kind, act, owner)
        outcome = Office(town.database, kind).deliver(row)
        assert outcome.new == 1, outcome
        with town.database.connect() as connection:
            number = connection.execute(
                select(record.c.id).where(record.c.authority == f"{of.word}管理局")
            ).scalar_one()
        followed.append(replace(of, number=number))
    await town.follow()
    return followed


def routes_of(app: FastAPI) -> list[Route]:
    """Every route that answers GET, those of included routers too."""

    def walk(routes: list[BaseRoute]) -> Iterator[Route]:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                yield from walk(inner.routes)
            elif isinstance(route, Route) and "GET" in (route.methods or ()):
                yield route

    found = list(walk(app.routes))
    documented = {path for path, methods in app.openapi()["paths"].items() if "get" in methods}
    assert documented <= {route.path for route in found}, "the API has routes that are not found here"
    return found


def addresses(app: FastAPI, of: Followed) -> Iterator[tuple[str, str]]:
    """(route, address) of every public address, asked for plainly and for this record."""
    month = f"{(today() - timedelta(days=9)):%Y-%m}"
    parts = {
        "uscc": of.uscc,
        "month": month,
        "kind": of.kind.name,
        "id": str(of.number),
        "number": "1",
        "path": "site.css",
        "unit": "~市场监管局",
        "provider": "nobody",
    }
    asked = ["", f"?q={quote(of.asked)}", f"?q={of.uscc}"]
    for route in routes_of(app):
        names = PART.findall(route.path)
        unknown = set(names) - parts.keys() - FORMS.keys()
        assert not unknown or route.path.startswith(OWN), f"say here what stands for {unknown}: {route.path}"
        for form in FORMS.get(next((name for name in names if name in FORMS), ""), ("",)):
            path = PART.sub(
                lambda found, form=form: form if found[1] in FORMS else parts.get(found[1], "1"), route.path
            )
            for query in asked:
                yield route.path, path + query


async def text_of(client: httpx.AsyncClient, address: str, **headers: str) -> str:
    answer = await client.get(address, headers=headers)
    assert answer.status_code < 500, address
    read = READ_AS.get(answer.headers.get("content-type", ""))
    if read is not None:
        return str(read(answer.content))
    return re.sub(r"</?mark>", "", answer.text)


Trace = Callable[[str], bool]


def trace_of(of: Followed) -> Trace:
    """Whether a text tells of the record: a word of it, or a link to it."""
    link = re.compile(rf"/records?/{of.number}\b")
    return lambda text: of.word in text or of.wording in text or link.search(text) is not None


async def telling(town: Town, client: httpx.AsyncClient, of: Followed, tells: Trace) -> Mapping[str, list[str]]:
    """Route → its addresses that tell, as whole pages and as what htmx gets. A page's links to itself tell nothing."""
    found: dict[str, list[str]] = {}
    for route, address in addresses(town.app, of):
        itself = address.partition("?")[0]
        for headers in ({},) if DATA.search(route) else ({}, {"hx-request": "true"}):
            text = await text_of(client, address, **headers)
            if tells(text.replace(itself, "") if itself != "/" else text):
                found.setdefault(route, []).append(address)
    return found


async def gone_from(town: Town, client: httpx.AsyncClient, of: Followed, tells: Trace) -> None:
    """Wait for readers of the index to look again, then nothing may tell."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while left := await telling(town, client, of, tells):
        assert asyncio.get_running_loop().time() < end, (of.kind.name, left)
        await asyncio.sleep(0.1)


def shown_by(kind: Kind) -> set[str]:
    """The routes that must show a public record of the kind, whatever others do."""
    own = {
        "/record/{id:int}",
        "/credit/{uscc}",
        "/credit/{uscc}/timeline",
        "/credit/{uscc}/{kind}",
        "/api/v1/records",
        "/api/v1/records/{id}",
        "/api/v1/changes",
        "/api/v1/subjects/{uscc}",
        "/api/v1/subjects/{uscc}/records",
    }
    own.add("/data/{kind}/{month}.csv.gz")
    pages = {"/lists", "/lists/{kind}"} if kind.list is not None else set()
    if kind.own_register is not None:
        pages.add(f"/{kind.own_register.path}")
    return own | {page + rest for page in pages for rest in ("", ".{form:table}", ".{feed:feed}")}


def told_to_staff(town: Town, of: Followed, action: str, *, reason: str = REASON) -> None:
    with town.database.connect() as connection:
        notes = history(connection, of.number)
        assert (notes[0].action, notes[0].reason) == (action, reason)
        assert find_record_for_staff(connection, of.number) is not None


def counted(town: Town, kind: Kind) -> int:
    with town.database.connect() as connection:
        return public_counts(connection, today()).get(kind.name, 0)


def end(database: Engine, number: int, _: Act) -> None:
    with writing(database) as connection:
        connection.execute(update(record).where(record.c.id == number).values(ends_on="2020-01-01"))
    assert end_due(database) == 1


ENDING = [
    pytest.param(withdraw, "withdraw", (*KINDS, *LISTS), id="withdrawn"),
    pytest.param(repair, "repair", (KINDS[0], LISTS[0]), id="repaired"),
    pytest.param(end, "end", (KINDS[0], LISTS[1]), id="ended"),
]
WORDS = {"withdraw": ("撤", 100), "repair": ("修", 200), "end": ("满", 300)}  # and the first owner of such a record


@pytest.mark.parametrize(("act", "action", "kinds"), ENDING)
async def test_what_is_no_longer_public_is_gone_from_every_address(town, client, act, action, kinds):
    word, first_owner = WORDS[action]
    for of in await published(town, word, kinds, first_owner):
        tells = trace_of(of)
        before = await telling(town, client, of, tells)
        assert shown_by(of.kind) - before.keys() == set(), of.kind.name
        count = counted(town, of.kind)
        act(town.database, of.number, BY)
        assert counted(town, of.kind) == count - 1
        await town.follow()
        await gone_from(town, client, of, lambda text, tells=tells: tells(text) or REASON in text)
        assert f"/credit/{of.uscc}" in await text_of(client, f"/credit/{of.uscc}")
        assert 'class="badge' not in await text_of(client, f"/credit/{of.uscc}")
        if act is not end:
            told_to_staff(town, of, action)


async def test_what_is_corrected_is_told_everywhere_in_its_new_words_alone(town, client):
    for of in await published(town, "正", (KINDS[1], LISTS[0]), 900):
        old, new = of.wording, of.wording.replace("貔貅", "鲲鹏")
        renamed = replace(of, wording=new)
        before = await telling(town, client, of, lambda text, old=old: old in text)
        assert {"/record/{id:int}", "/api/v1/records/{id}"} <= before.keys()
        correct(town.database, of.number, BY, {text_field(of.kind): text_of_record(renamed)})
        await town.follow()
        await gone_from(town, client, of, lambda text, old=old: old in text or REASON in text)
        after = await telling(town, client, renamed, lambda text, new=new: new in text)
        assert before.keys() == after.keys(), of.kind.name
        told_to_staff(town, of, "correct")


async def test_it_is_known_of_every_address_whether_it_tells_of_records(town, client):
    """A page that is new here: let it be followed above, by itself, or say that it is silent."""
    (of, entry) = await published(town, "全", (KINDS[0], LISTS[0]), 800)
    told = {*await telling(town, client, of, trace_of(of)), *await telling(town, client, entry, trace_of(entry))}
    own = [kind.own_register.path for kind in catalogue().kinds.values() if kind.own_register is not None]
    told |= {f"/{path}{rest}" for path in own for rest in ("", ".{form:table}", ".{feed:feed}")}
    unknown = {
        route.path
        for route in routes_of(town.app)
        if route.path not in told | SILENT and not route.path.startswith(OWN)
    }
    assert unknown == set()
    assert told & SILENT == set()
