"""Pulls: what is new in a department's own database, a real one in a file, comes in once and wholly."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from credit_indexer import pull_table
from credit_indexer.indexing_commands import open_workplace
from credit_indexer.pull_table import Mark, PullError, as_text
from credit_indexer.pulling import Pulling
from credit_indexer.settings import IndexerSettings, PullSettings
from credit_records.catalogue import catalogue
from credit_records.deliveries import Delivery, last_deliveries
from credit_records.providers import add_provider
from credit_records.pull_marks import keep_mark, read_mark
from credit_records.settings import Settings
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.indexer.conftest import City

TABLE = """
    CREATE TABLE licences (
        id INTEGER PRIMARY KEY, 企业名称 TEXT, 统一社会信用代码 TEXT, 住所 TEXT, inner_note TEXT, changed_at TEXT
    )
"""
INSERT = "INSERT OR REPLACE INTO licences VALUES (?, ?, ?, ?, 'n', ?)"


class Office:
    """A department with a database of its own, and what pulls from it."""

    def __init__(self, city: City, path: Path, **given: object) -> None:
        self.city = city
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute(TABLE)
        self.settings = PullSettings.model_validate(
            {
                "name": "water-licences",
                "provider": "water",
                "kind": "registration",
                "url": f"sqlite:///{path}",
                "table": "licences",
                "mark": "changed_at",
                "key": "id",
                "batch": 3,
                **given,
            }
        )
        self.said: list[str] = []
        self.stopped = threading.Event()
        self.pulling = Pulling(
            city.workplace.database,
            catalogue().kinds,
            [self.settings],
            on_event=self.said.append,
            stopped=self.stopped,
        )

    def write(self, changed_at: str, *numbers: int, mark: str = "") -> None:
        rows = [(n, f"金城虚构{n}号{mark}店", f"92620199MA{n:08}", "虚构路1号", changed_at) for n in numbers]
        self.connection.executemany(INSERT, rows)

    def pull(self) -> Delivery | None:
        return self.pulling.pull(self.settings)

    def figures(self) -> tuple[int, int, int] | None:
        delivery = self.pull()
        return (delivery.new, delivery.changed, delivery.unchanged) if delivery else None

    def names(self) -> list[str]:
        with self.city.workplace.database.connect() as connection:
            return list(connection.exec_driver_sql("SELECT name FROM subject ORDER BY uscc").scalars())


@pytest.fixture
def office(city: City, tmp_path: Path) -> Iterator[Office]:
    add_provider(city.workplace.database, "water", "市水务局", "市水务局")
    made = Office(city, tmp_path / "department.db")
    yield made
    made.connection.close()


def test_everything_comes_first_and_then_only_what_is_new(office: Office) -> None:
    office.write("2026-01-01 08:00:00", *range(8))
    delivery = office.pull()
    assert delivery is not None
    assert (delivery.rows, delivery.new, delivery.way, delivery.provider) == (8, 8, "pull", "water")
    assert (delivery.source, delivery.finished_at is not None) == ("市水务局", True)
    assert office.pull() is None
    office.write("2026-01-02 08:00:00", 8, 9)
    office.write("2026-01-03 08:00:00", 0, mark="新")
    assert office.figures() == (2, 1, 0)
    assert office.pull() is None
    assert "金城虚构0号新店" in office.names()


def test_a_row_that_comes_late_with_the_very_same_mark_is_not_lost(office: Office) -> None:
    office.write("2026-01-01 08:00:00", 5, 6, 7, 8)
    office.pull()
    office.write("2026-01-01 08:00:00", 1)  # a smaller key than those that were taken
    assert office.figures() == (1, 0, 0)
    office.write("2026-01-01 08:00:00", 6, mark="新")
    assert office.figures() == (0, 1, 0)
    assert office.pull() is None


def test_so_is_none_where_more_rows_share_a_mark_than_are_remembered(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull_table, "MOST_SEEN", 2)
    office.write("2026-01-01 08:00:00", 5, 6, 7, 8)
    office.pull()
    assert office.pull() is None
    office.write("2026-01-01 08:00:00", 1)
    assert office.figures() == (1, 0, 4)
    assert office.pull() is None
    office.write("2026-01-02 08:00:00", 2)
    assert office.figures() == (1, 0, 0)


def test_a_pull_that_is_cut_off_goes_on_and_doubles_nothing(office: Office) -> None:
    office.write("2026-01-01 08:00:00", *range(7))
    office.stopped.set()
    assert office.pulling.pull_each()
    office.stopped.clear()
    with office.city.workplace.database.connect() as connection:
        [delivery] = last_deliveries(connection)
    assert (delivery.rows, delivery.finished_at is not None) == (3, True)
    assert office.figures() == (4, 0, 0)
    assert len(office.names()) == 7


def test_the_mark_is_the_departments_and_not_our_clocks(office: Office) -> None:
    office.write("2026-01-05 08:00:00", 1)
    office.pull()
    database = office.city.workplace.database
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE pull_mark SET at = '2099-01-01T00:00:00.000+00:00'")
    office.write("2026-01-06 08:00:00", 2)
    assert office.figures() == (1, 0, 0)
    with database.connect() as connection:
        assert "2026-01-06" in str(read_mark(connection, "water-licences"))


def test_a_query_gives_columns_their_names(office: Office, city: City, tmp_path: Path) -> None:
    office.write("2026-01-01 08:00:00", 1, 2)
    query = (
        "SELECT id, 企业名称 AS company, 统一社会信用代码 AS credit_code, changed_at AS at FROM licences WHERE id > 1;"
    )
    other = Office(city, tmp_path / "other.db", name="by-query", table=None, query=query, mark="at")
    other.connection.close()
    settings_of_query = other.settings.model_copy(update={"url": office.settings.url})
    delivery = other.pulling.pull(settings_of_query)
    assert delivery is not None
    assert (delivery.rows, delivery.new) == (1, 1)
    assert other.pulling.pull(settings_of_query) is None


def test_bad_rows_are_set_aside_and_the_rest_comes(office: Office) -> None:
    office.write("2026-01-01 08:00:00", 1, 2)
    office.connection.execute(INSERT, (3, "", "92620199MA00000003", "", "2026-01-01 09:00:00"))
    office.connection.execute(INSERT, (4, "没有时间", "92620199MA00000004", "", None))
    delivery = office.pull()
    assert delivery is not None
    assert (delivery.new, delivery.refused) == (2, 1)
    assert office.pull() is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"table": "missing"}, "no such table"),
        ({"mark": "nothing"}, "没有名为 nothing 的列"),
        ({"kind": "administrative_penalty"}, "缺少行政处罚必需的列"),
        ({"provider": "nobody"}, "nobody 不是已登记"),
        ({"url": "sqlite:////nowhere/at/all.db"}, "unable to open"),
        ({"url": "teapot://x"}, "驱动"),
        ({"url": "no address"}, "url 写得不对"),
        ({"url": None, "url_env": "NOT_SET_ANYWHERE"}, "NOT_SET_ANYWHERE 没有设置"),
    ],
)
def test_a_source_that_does_not_serve_is_told_and_leaves_nothing(
    change: dict[str, object], told: str, office: Office
) -> None:
    with pytest.raises(PullError, match=told):
        office.pulling.pull(office.settings.model_copy(update=change))
    with office.city.workplace.database.connect() as connection:
        assert last_deliveries(connection) == []


def test_a_source_that_is_down_is_told_and_tried_again(office: Office, tmp_path: Path) -> None:
    office.write("2026-01-01 08:00:00", 1)
    path = tmp_path / "department.db"
    path.rename(tmp_path / "away.db")
    assert not office.pulling.pull_each()
    assert "稍后再试" in office.said[0]
    (tmp_path / "department.db").unlink()  # which SQLite made
    (tmp_path / "away.db").rename(path)
    assert office.pulling.pull_each()
    assert "新增 1" in office.said[1]


def test_a_fault_of_our_own_is_told_and_ends_nothing(office: Office) -> None:
    office.pulling = Pulling(
        office.city.workplace.database, {}, [office.settings], on_event=office.said.append, stopped=office.stopped
    )
    assert not office.pulling.pull_each()
    assert "KeyError，pulling.py:" in office.said[0]


def test_it_pulls_again_and_again_until_it_is_stopped(office: Office) -> None:
    office.write("2026-01-01 08:00:00", 1)
    often = office.settings.model_copy(update={"every": 0.01})
    arrived = threading.Event()

    def hear(said: str) -> None:
        office.said.append(said)
        arrived.set()

    database = office.city.workplace.database
    with Pulling(database, catalogue().kinds, [often], on_event=hear, stopped=office.stopped):
        assert arrived.wait(30)
        arrived.clear()
        office.write("2026-01-02 08:00:00", 2)
        assert arrived.wait(30)
    assert len(office.said) == 2
    assert len(office.names()) == 2


MARKS: Sequence[st.SearchStrategy[object]] = (
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.text(st.characters(codec="utf-8")),
    st.binary(max_size=16),
)


@given(st.one_of(MARKS))
def test_a_mark_of_any_type_is_kept(value: object) -> None:
    kept = Mark.from_json(Mark(value, frozenset({"h"}), "d").as_json())
    assert (kept.value, type(kept.value)) == (value, type(value))


@settings(max_examples=20)
@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=5))
def test_the_last_mark_kept_is_the_one_read(city_of_marks: City, marks: list[str]) -> None:
    database = city_of_marks.workplace.database
    for mark in marks:
        keep_mark(database, "one", mark)
    with database.connect() as connection:
        assert read_mark(connection, "one") == marks[-1]


@pytest.fixture(scope="module")
def city_of_marks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("marks")
    workplace = open_workplace(Settings(data_dir=folder))
    yield City(workplace, catalogue().kinds["registration"], folder)
    workplace.database.dispose()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (datetime(2026, 1, 1, 20, tzinfo=UTC), "2026-01-02 04:00:00+08:00"),
        (datetime(2026, 1, 1, 16, tzinfo=UTC), "2026-01-02"),
        (date(2026, 1, 2), "2026-01-02"),
        (Decimal("3.50"), "3.50"),
        (Decimal("3.00"), "3"),
        (3.0, "3"),
        (b"\xe7\x94\xb2", "甲"),
    ],
)
def test_values_of_a_database_as_text(value: object, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    "change", [{"url": None}, {"url_env": "X"}, {"table": None}, {"query": "SELECT 1"}, {"every": 0}, {"color": "red"}]
)
def test_a_pull_that_is_not_fully_said_is_refused(change: dict[str, object]) -> None:
    whole = {"name": "a", "provider": "p", "kind": "k", "url": "sqlite://", "table": "t", "mark": "m", "key": "k"}
    IndexerSettings(pulls=[whole])  # type: ignore[list-item]
    with pytest.raises(ValidationError):
        IndexerSettings(pulls=[whole | change])  # type: ignore[list-item]


def test_pulls_are_read_from_the_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("chengxin.toml").write_text(
        '[[pulls]]\nname = "water"\nprovider = "water"\nkind = "registration"\nurl_env = "WATER_URL"\n'
        'table = "office.licences"\nmark = "changed_at"\nkey = "id"\n',
        encoding="utf-8",
    )
    [pull] = IndexerSettings().pulls
    assert (pull.table, pull.address) == ("office.licences", None)
    monkeypatch.setenv("WATER_URL", "sqlite://")
    assert pull.address == "sqlite://"
