"""`chengxin export --sqlite`, opened by the real Datasette."""

import json
from pathlib import Path

import pytest
import typer
from credit_indexer.export_commands import export
from credit_records.catalogue import catalogue
from credit_records.database import migrate, open_database
from credit_records.exporting.columns import ColumnType
from credit_records.exporting.record_sheets import RecordSheet
from credit_records.publication import Act, withdraw
from credit_records.settings import Settings
from credit_records.tables import record
from datasette.app import Datasette
from sqlalchemy import select

from tests.records.registering import Office, code
from tests.records.sample_rows import sample

KIND = catalogue().kinds["administrative_penalty"]
LIST = catalogue().kinds["serious_dishonesty"]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three penalties of which one is withdrawn, and an entry of a list."""
    folder = tmp_path_factory.mktemp("export")
    database = open_database(Settings(data_dir=folder))
    migrate(database)
    for number, text in enumerate(("在网店发布虚假广告", "超标排放水污染物", "已经撤回的决定"), 1):
        row = sample(KIND, number, number, facts=text, fine=f"{number}.5", document_number=f"霁罚〔示例〕{number}号")
        assert Office(database, KIND).deliver(row).new == 1
    assert Office(database, LIST).deliver(sample(LIST, 1, 9)).new == 1
    with database.connect() as connection:
        gone = connection.execute(select(record.c.id).where(record.c.document_number == "霁罚〔示例〕3号")).scalar_one()
    withdraw(database, gone, Act("值班员", "决定已被撤销"))
    database.dispose()
    return folder


@pytest.fixture
def opened(exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Datasette:
    monkeypatch.setenv("CHENGXIN_DATA_DIR", str(exported))
    path = tmp_path / "open.db"
    export(path, address="https://credit.example")
    patience = {"sql_time_limit_ms": 60_000, "facet_time_limit_ms": 60_000}
    return Datasette([str(path)], settings=patience, metadata=json.loads((tmp_path / "open.metadata.json").read_text()))


async def asked(datasette: Datasette, address: str) -> dict:
    answer = await datasette.client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_there_is_a_table_of_subjects_of_records_and_of_each_kind(opened: Datasette) -> None:
    tables = {table["name"]: table for table in (await asked(opened, "/open.json"))["tables"] if not table["hidden"]}
    assert set(tables) == {"subjects", "records", KIND.name, LIST.name}
    rows = {
        name: await asked(opened, f"/open.json?sql=select count(*) from {name}&_shape=arrayfirst") for name in tables
    }
    assert rows == {"subjects": [4], "records": [3], KIND.name: [2], LIST.name: [1]}
    assert {table["fts_table"] for table in tables.values()} == {f"{name}_fts" for name in tables}


async def test_texts_are_searched_in_chinese(opened: Datasette) -> None:
    found = await asked(opened, f"/open/{KIND.name}.json?_search=虚假广告&_shape=objects")
    assert [row["document_number"] for row in found["rows"]] == ["霁罚〔示例〕1号"]
    nothing = await asked(opened, f"/open/{KIND.name}.json?_search=已经撤回&_shape=objects")
    assert nothing["rows"] == []
    by_code = await asked(opened, f"/open/subjects.json?_search={code(1)}&_shape=objects")
    assert [row["uscc"] for row in by_code["rows"]] == [code(1)]


async def test_facets_count_and_columns_are_explained_in_chinese(opened: Datasette) -> None:
    records = await asked(opened, "/open/records.json?_shape=objects&_extra=metadata")
    counted = {each["value"]: each["count"] for each in records["facet_results"]["record_kind"]["results"]}
    assert counted == {KIND.title: 2, LIST.title: 1}
    page = await opened.client.get(f"/open/{KIND.name}")
    assert "违法事实" in page.text
    assert "罚款金额（万元）" in page.text
    assert KIND.title in page.text


async def test_amounts_are_summed_and_a_record_leads_to_its_subject(opened: Datasette) -> None:
    summed = await asked(opened, f"/open.json?sql=select sum(fine) from {KIND.name}&_shape=arrayfirst")
    assert summed == [4.0]
    row = (await asked(opened, f"/open/{KIND.name}.json?_shape=objects&_sort=record_id"))["rows"][0]
    assert row["record_address"] == f"https://credit.example/record/{row['record_id']}"
    joined = "select count(*) from records join subjects on subjects.uscc = records.subject_uscc"
    assert await asked(opened, f"/open.json?sql={joined}&_shape=arrayfirst") == [3]


def test_a_file_that_is_there_is_not_written_over_unasked(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHENGXIN_DATA_DIR", str(exported))
    path = tmp_path / "open.db"
    path.write_text("mine")
    with pytest.raises(typer.Exit) as ended:
        export(path)
    assert ended.value.exit_code == 2
    assert "--replace" in capsys.readouterr().err
    assert path.read_text() == "mine"
    export(path, replace=True)
    assert path.read_bytes().startswith(b"SQLite format 3")
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


@pytest.mark.parametrize(
    "kind", [kind for kind in catalogue().kinds.values() if kind.publication.searchable], ids=lambda kind: kind.name
)
def test_no_kind_has_a_column_twice(kind) -> None:
    for locale in ("zh", "en"):
        columns = RecordSheet([kind], catalogue(), locale, "").columns
        assert len({column.name for column in columns}) == len(columns)
        assert len({column.titled(locale) for column in columns}) == len(columns), [c.titled(locale) for c in columns]
    assert all(column.type in ColumnType for column in columns)
