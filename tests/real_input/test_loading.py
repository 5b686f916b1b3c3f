"""The real registrations go in whole: counts are exact, codes that fail are kept and flagged."""

import asyncio
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from credit_indexer.comparing import compare
from credit_indexer.indexing_commands import Workplace, open_workplace
from credit_indexer.loading import Loaded, Loader, inspect_file
from credit_records.catalogue import catalogue
from credit_records.codes import passes_quickly
from credit_records.settings import Settings
from credit_records.tables import quarantine, record, subject
from credit_search.schema import SUBJECTS
from sqlalchemy import ColumnElement, false, func, select
from stdnum.cn import uscc

LANZHOU_ROWS = 28_200
NATIONAL_SAMPLE = 5_000


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return open_workplace(Settings(data_dir=tmp_path_factory.mktemp("real")))


def load(workplace: Workplace, path: Path) -> Loaded:
    kind = catalogue().kinds["registration"]
    return Loader(workplace.database, kind, "").load(inspect_file(path, kind), lambda *_: None)


def count(workplace: Workplace, *conditions: ColumnElement[bool]) -> int:
    with workplace.database.connect() as connection:
        return connection.execute(select(func.count()).select_from(subject).where(*conditions)).scalar_one()


@pytest.fixture(scope="module")
def national_sample(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first rows of the national file, and every row further on whose code fails its check digit."""
    table = pq.read_table(real_data / "national_names.parquet")
    codes = table.column("统一社会信用代码").to_pylist()
    doubtful = [row for row, code in enumerate(codes) if not passes_quickly(code) and row >= NATIONAL_SAMPLE]
    path = tmp_path_factory.mktemp("sample") / "national.parquet"
    pq.write_table(table.take([*range(NATIONAL_SAMPLE), *doubtful]), path)
    return path


@pytest.fixture(scope="module")
def loaded(workplace: Workplace, real_data: Path) -> Loaded:
    return load(workplace, real_data / "lanzhou_enterprises.csv.gz")


def test_every_enterprise_of_lanzhou_is_recorded(workplace: Workplace, loaded: Loaded) -> None:
    delivery = loaded.delivery
    assert (delivery.rows, delivery.new, delivery.refused) == (LANZHOU_ROWS, LANZHOU_ROWS, 0)
    assert loaded.ignored == ()
    assert count(workplace, subject.c.code_valid == false()) == 0
    assert count(workplace, subject.c.established.between("1980-08-22", "2019-04-30")) == LANZHOU_ROWS
    # The district is found only inside the address, and some addresses name none.
    assert count(workplace, subject.c.division.like("6201%")) > 0.99 * LANZHOU_ROWS
    assert count(workplace, subject.c.capital_amount.is_not(None)) > 2_000


def test_loading_it_again_changes_nothing(workplace: Workplace, loaded: Loaded, real_data: Path) -> None:
    again = load(workplace, real_data / "lanzhou_enterprises.csv.gz").delivery
    assert (again.new, again.changed, again.unchanged) == (0, 0, LANZHOU_ROWS)
    with workplace.database.connect() as connection:
        problems = connection.execute(select(func.count()).select_from(quarantine)).scalar_one()
        assert connection.execute(select(func.count()).select_from(record)).scalar_one() == LANZHOU_ROWS
    assert problems == loaded.delivery.noted


@pytest.mark.usefixtures("loaded")
def test_codes_that_fail_are_kept_and_flagged(workplace: Workplace, national_sample: Path) -> None:
    expected = pq.read_table(national_sample).column("统一社会信用代码").to_pylist()
    failing = {code.upper() for code in expected if not uscc.is_valid(code)}
    delivery = load(workplace, national_sample).delivery
    assert (delivery.rows, delivery.new, delivery.refused) == (len(expected), len(expected), 0)
    with workplace.database.connect() as connection:
        flagged = connection.execute(select(subject.c.uscc).where(subject.c.code_valid == false())).scalars()
        assert set(flagged) == failing
    assert failing


@pytest.mark.usefixtures("loaded")
def test_the_index_holds_each_of_them(workplace: Workplace) -> None:
    asyncio.run(workplace.follower().run(once=True))
    subjects = next(stream for stream in workplace.streams if stream.schema is SUBJECTS)
    drift = asyncio.run(compare(workplace.database, workplace.engine.reader(SUBJECTS), subjects))
    assert (drift.compared, drift.keys) == (count(workplace), ())
    assert asyncio.run(workplace.engine.reader(SUBJECTS).size()) == drift.compared
