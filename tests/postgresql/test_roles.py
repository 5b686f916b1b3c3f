"""The site works as a user who may neither make nor change a table; docs/operators.md tells the grants."""

import re
from collections.abc import Iterator

import httpx
import psycopg
import pytest
from credit_records.providers import add_provider
from credit_site.application import create_app
from credit_site.settings import SiteSettings
from psycopg import sql
from sqlalchemy import make_url

from tests.conftest import REPOSITORY
from tests.indexer.conftest import City
from tests.postgresql.real_server import as_libpq
from tests.site.pushing import KINDS, Pushing, row

GRANTS = re.compile(r"```sql\n(.*?)```", re.DOTALL)


@pytest.fixture
def as_site(city: City) -> Iterator[str]:
    """The address as the site's own user, made by what the manual says."""
    owner = make_url(city.workplace.settings.database_url or "")
    site = f"site_{owner.database}"
    roles, grants = GRANTS.findall((REPOSITORY / "docs" / "operators.md").read_text())
    [role] = re.findall(r"CREATE ROLE chengxin_site.*?;", roles)
    told = re.sub(r"\bDATABASE chengxin\b", f"DATABASE {owner.database}", role + grants)
    told = re.sub(r"\bROLE chengxin\b", f"ROLE {owner.username}", told).replace("chengxin_site", site)
    with psycopg.connect(as_libpq(owner), autocommit=True) as connection:
        connection.execute(told.encode())
    yield owner.set(username=site).render_as_string(hide_password=False)
    with psycopg.connect(as_libpq(owner), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(site)))
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(site)))


async def test_the_site_reads_and_records(as_site: str, city: City) -> None:
    city.register(1)
    await city.workplace.follower().run(once=True)
    key = add_provider(city.workplace.database, "water", "市水务局", "市水务局", kinds=KINDS)
    settings = SiteSettings(data_dir=city.workplace.settings.data_dir, city="demo", database_url=as_site)
    app = create_app(settings)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://credit.test") as client:
        for path in ("/", "/search?q=虚构", "/credit/92620199MA00000000", "/departments", "/readyz"):
            assert (await client.get(path)).status_code == 200, path
        answer = await Pushing(client, city.workplace.database, key, "water").push(*(row() for _ in range(300)))
        assert (answer.status_code, answer.json()["new"]) == (200, 300)
    await app.state.site.close()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "ALTER TABLE record ADD COLUMN mine int",
        "DROP TABLE record",
        "TRUNCATE record",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "UPDATE alembic_version SET version_num = ''",
    ],
)
def test_it_can_change_no_table(as_site: str, statement: str) -> None:
    with (
        psycopg.connect(as_libpq(make_url(as_site))) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())
