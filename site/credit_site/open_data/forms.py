"""The forms that a table is given in, by the end of its address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from credit_records.catalogue import Locale
from credit_records.exporting.columns import Sheet
from credit_records.exporting.workbook import WorkbookWriter
from credit_records.exporting.writers import CsvWriter, JsonLinesWriter, ParquetWriter, Writer
from starlette.convertors import Convertor, register_url_convertor

from credit_site.localisation import Say
from credit_site.open_data.citation import Citation

WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET: Final = "application/vnd.apache.parquet"
PACKED: Final = (WORKBOOK, PARQUET)  # what is compressed by itself

ABOUT: Final = "about.json"


@dataclass(frozen=True, slots=True)
class Form:
    """`named` is what it is called in a link."""

    suffix: str
    named: str
    media_type: str
    writer: Callable[[Sheet, Citation, Locale, Say], Writer]


FORMS: Final[Mapping[str, Form]] = {
    form.suffix: form
    for form in (
        Form("csv", "CSV", "text/csv; charset=utf-8", lambda sheet, _, locale, __: CsvWriter(sheet.columns, locale)),
        Form(
            "xlsx",
            "Excel",
            WORKBOOK,
            lambda sheet, cited, locale, say: WorkbookWriter(sheet.columns, locale, cited.lines(say)),
        ),
        Form("jsonl", "JSON Lines", "application/jsonl; charset=utf-8", lambda *_: JsonLinesWriter()),
        Form("parquet", "Parquet", PARQUET, lambda sheet, cited, *_: ParquetWriter(sheet.columns, cited.metadata())),
    )
}


class _Table(Convertor[str]):
    regex = "|".join([*FORMS, ABOUT]).replace(".", r"\.")

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("table", _Table())
