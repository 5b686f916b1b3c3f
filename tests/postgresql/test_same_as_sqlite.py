"""What PostgreSQL would do otherwise than SQLite, and must not."""

from decimal import Decimal

import httpx
import pytest
from credit_records.catalogue import catalogue
from credit_records.database import DatabaseUnavailableError, migrate, open_database, writing
from credit_records.providers import add_provider, all_providers
from credit_records.settings import Settings
from credit_records.tables import counter, delivery, subject
from credit_site.application import create_app
from credit_site.settings import SiteSettings
from sqlalchemy import Engine, func, make_url, select, text

from tests.indexer.conftest import City
from tests.postgresql.real_server import Databases
from tests.records.registering import Office
from tests.records.sample_rows import sample

NAMES = ["a-b", "a_b", "ab", "a9", "9a", "z", "a"]


def test_the_server_of_these_tests_has_an_order_of_its_own(postgresql: Databases) -> None:
    """Else the next test would show nothing."""
    url = postgresql.new(empty=True)
    engine = open_database(Settings(database_url=url))
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT name FROM unnest(CAST(:names AS text[])) AS name ORDER BY name"), {"names": NAMES}
        ).scalars()
        assert list(found) != sorted(NAMES)
    engine.dispose()
    postgresql.done_with(url)


def test_texts_are_in_the_order_of_their_code_points(database: Engine) -> None:
    for name in NAMES:
        add_provider(database, name, name, name)
    with database.connect() as connection:
        assert [provider.name for provider in all_providers(connection)] == sorted(NAMES)
        otherwise = connection.execute(
            text(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
                "AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
            )
        )
        assert otherwise.all() == []


def test_sums_of_whole_numbers_are_whole_numbers(database: Engine) -> None:
    Office(database, catalogue().kinds["administrative_penalty"]).deliver(
        sample(catalogue().kinds["administrative_penalty"])
    )
    with database.connect() as connection:
        total = connection.execute(select(func.sum(delivery.c.rows), func.avg(delivery.c.rows))).one()
        assert [type(each) for each in total] == [int, float]
        assert connection.execute(text("SELECT CAST('NaN' AS numeric)")).scalar_one() != Decimal(0)


@pytest.mark.parametrize("name", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_spelling_of_the_address_serves(url: str, name: str) -> None:
    spelled = make_url(url).set(drivername=name).render_as_string(hide_password=False)
    engine = open_database(Settings(database_url=spelled))
    migrate(engine)
    with writing(engine) as connection:
        assert connection.execute(select(func.count()).select_from(counter)).scalar_one() > 0
    engine.dispose()


def test_a_server_that_is_not_there_is_told_in_one_sentence_without_the_password() -> None:
    engine = open_database(Settings(database_url="postgresql://chengxin:geheim@127.0.0.1:1/chengxin"))
    with pytest.raises(DatabaseUnavailableError, match="请检查数据库服务是否在运行") as told:
        migrate(engine)
    assert "geheim" not in str(told.value)
    assert "\n" not in str(told.value)


def test_a_database_that_does_not_serve_is_refused() -> None:
    with pytest.raises(DatabaseUnavailableError, match="可以用 sqlite 和 postgresql"):
        open_database(Settings(database_url="mysql://chengxin@localhost/chengxin"))


@pytest.mark.parametrize("path", ["/credit/9162%00", "/departments/a%00b", "/departments/~a%00b"])
async def test_what_no_text_may_hold_is_found_nowhere(city: City, path: str) -> None:
    given = city.workplace.settings
    app = create_app(SiteSettings(data_dir=given.data_dir, city="demo", database_url=given.database_url))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://credit.test") as client:
        assert (await client.get(path)).status_code == 404
    await app.state.site.close()


def test_a_reader_cannot_write_and_a_writer_can_read_what_it_wrote(database: Engine) -> None:
    with writing(database) as connection:
        connection.execute(counter.update().values(value=3))
        assert set(connection.execute(select(counter.c.value)).scalars()) == {3}
        assert connection.execute(select(func.count()).select_from(subject)).scalar_one() == 0
