"""The blank workbook: what is filled into it as it asks is accepted, whatever the kind."""

import datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from credit_indexer.template_commands import template
from credit_records.catalogue import FieldSpec, FieldType, Kind, catalogue
from credit_records.codes import is_valid
from credit_records.field_guidance import EXAMPLE_CODE, example
from credit_records.template_workbook import GUIDE_SHEET, LISTS_SHEET, template_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.indexer.conftest import City
from tests.records.registering import check
from tests.records.sample_rows import sample

KINDS = catalogue().kinds
PENALTY = KINDS["administrative_penalty"]


def opened(kind: Kind) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(template_workbook(kind)))


def columns(sheet: Worksheet, kind: Kind) -> dict[str, str]:
    """Field → the letter of its column."""
    titles = {field.title: field.name for field in kind.fields}
    return {titles[str(cell.value).removeprefix("*")]: cell.column_letter for cell in sheet[1]}


def as_typed(field: FieldSpec, text: str) -> object:
    """What a spreadsheet keeps of a value that a person types into a cell of the field's format."""
    if field.type is FieldType.DATE:
        return datetime.date.fromisoformat(text)
    return float(text) if field.type in (FieldType.AMOUNT, FieldType.INTEGER) else text


def fill(kind: Kind, path: Path, rows: list[dict[str, str]]) -> None:
    book = opened(kind)
    sheet = book.worksheets[0]
    at = columns(sheet, kind)
    for number, row in enumerate(rows, 2):
        for name, text in row.items():
            if not kind.by_name[name].secret:
                cell = sheet[f"{at[name]}{number}"]
                cell.value = as_typed(kind.by_name[name], text)
                cell.number_format = sheet.column_dimensions[at[name]].number_format
    book.save(path)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_what_is_filled_in_is_accepted(kind: Kind, city: City) -> None:
    path = city.folder / "填好.xlsx"
    fill(kind, path, [sample(kind, serial, owner=serial) for serial in range(1, 4)])
    loaded = city.load_kind(path, kind)
    delivery = loaded.delivery
    assert (delivery.rows, delivery.new, delivery.refused, delivery.noted) == (3, 3, 0, 0)
    assert loaded.ignored == ()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_what_the_guide_gives_as_examples_is_accepted(kind: Kind) -> None:
    row = {field.name: example(field, catalogue()) for field in kind.fields if not field.secret}
    checked = check(kind, [row])
    assert checked.problems == []
    assert len(checked.rows) == 1


def test_the_example_code_is_one() -> None:
    assert is_valid(EXAMPLE_CODE)


def test_a_code_list_is_a_drop_down() -> None:
    book = opened(PENALTY)
    sheet = book.worksheets[0]
    at = columns(sheet, PENALTY)
    by_column = {str(told.sqref).split(":")[0]: told for told in sheet.data_validations.dataValidation}
    one, several = by_column[f"{at['party_category']}2"], by_column[f"{at['category']}2"]
    assert (one.type, one.showErrorMessage, several.showErrorMessage) == ("list", True, False)
    assert book[LISTS_SHEET].sheet_state == "hidden"
    reference = one.formula1.split("!")[1].replace("$", "")
    offered = [row[0].value for row in book[LISTS_SHEET][reference]]
    assert offered == [code.zh for code in catalogue().lists["party_category"].codes]
    assert "罚款" in by_column[f"{at['fine']}2"].prompt


def test_codes_are_text_and_dates_are_dates() -> None:
    sheet = opened(PENALTY).worksheets[0]
    at = columns(sheet, PENALTY)
    formats = {name: sheet.column_dimensions[at[name]].number_format for name in ("uscc", "document_number")}
    assert set(formats.values()) == {"@"}
    assert sheet.column_dimensions[at["decision_date"]].number_format == "yyyy-mm-dd"


def test_identity_numbers_are_not_asked_for() -> None:
    book = opened(PENALTY)
    asked = {cell.value for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert not {field.title for field in PENALTY.fields if field.secret} & asked


def test_every_column_is_explained() -> None:
    book = opened(PENALTY)
    heads = [str(cell.value).removeprefix("*") for cell in book.worksheets[0][1]]
    guide = list(book[GUIDE_SHEET].iter_rows(min_row=5, values_only=True))
    assert [row[0] for row in guide] == heads
    fine = guide[heads.index("罚款金额")]
    assert "罚款" in fine[2]
    assert "100000000" in fine[4]
    assert all(row[7] for row in guide)


def test_the_command_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    template("行政处罚")
    template("registration", Path("b.xlsx"))
    assert openpyxl.load_workbook("行政处罚.xlsx").sheetnames[0] == "行政处罚"
    assert openpyxl.load_workbook("b.xlsx").sheetnames[0] == "登记信息"
