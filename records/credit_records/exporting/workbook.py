"""A workbook (ECMA-376) written as it is sent: rows as they come, on as many sheets as they need, and what it is.

Libraries that write workbooks put it together on a disk first; a download of a million rows would keep its reader
waiting for minutes. What is needed of the format here is small: sheets of text and numbers in a ZIP file.
"""

import zipfile
from collections.abc import Sequence
from typing import Final, Protocol
from xml.sax.saxutils import escape

import pyarrow as pa

from credit_records.catalogue import Locale
from credit_records.exporting.arrow_compute import Chunks, Values, compute
from credit_records.exporting.columns import Column, ColumnType
from credit_records.exporting.defusing import defused

MOST_ROWS: Final = 1_048_576  # of a sheet, the head among them
MOST_BYTES: Final = 1_900_000_000  # of a sheet as XML; beyond 2 GiB a ZIP file needs what old readers don't know
LONGEST_CELL: Final = 32_767  # characters
COMPRESSION: Final = 1

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Whatever is not named otherwise is a sheet, so that their number need not be known.
_CONTENT_TYPES: Final = f"""{_XML}<Types xmlns="{_PACKAGE}/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="{_TYPE}.worksheet+xml"/>\
<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>\
<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>"""
_ROOT: Final = f"""{_XML}<Relationships xmlns="{_PACKAGE}/relationships">\
<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"""
_NO_FILL: Final = '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
_PLAIN: Final = '<sz val="11"/><name val="Calibri"/>'
_STYLES: Final = f"""{_XML}<styleSheet xmlns="{_MAIN}">\
<fonts count="2"><font>{_PLAIN}</font><font><b/>{_PLAIN}</font></fonts><fills count="2">{_NO_FILL}</fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""
_SHEET: Final = f"""{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">\
<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>"""
_NOTES: Final = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><cols><col min="1" max="1" width="24" customWidth="1"/></cols><sheetData>'
)
_TEXT: Final = '" t="inlineStr"><is><t xml:space="preserve">'
_TEXT_END: Final = "</t></is></c>"
_SHEET_END: Final = "</sheetData></worksheet>"


class WorkbookWriter:
    """The rows on a sheet, or on several; on the last one `about`, pairs of what is told and its words."""

    def __init__(self, columns: Sequence[Column], locale: Locale, about: Sequence[tuple[str, str]]) -> None:
        self._columns = columns
        self._locale = locale
        self._about = about
        self._names = ("Data", "About") if locale == "en" else ("数据", "说明")
        self._out = _Outgoing()
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION)
        self._sheets = 0
        self._sheet: _Part | None = None
        self._row = 0
        self._bytes = 0

    def begin(self) -> bytes:
        self._zip.writestr("[Content_Types].xml", _CONTENT_TYPES)
        self._zip.writestr("_rels/.rels", _ROOT)
        self._zip.writestr("xl/styles.xml", _STYLES)
        self._open()
        return self._out.taken()

    def rows(self, table: pa.Table) -> bytes:
        table = defused(table, self._columns)
        first = 0
        while first < table.num_rows:
            if self._row >= MOST_ROWS or self._bytes >= MOST_BYTES:
                self._open()
            part = table.slice(first, MOST_ROWS - self._row)
            self._put(_rows(part, self._columns, self._row + 1))
            self._row += part.num_rows
            first += part.num_rows
        return self._out.taken()

    def end(self) -> bytes:
        self._close()
        self._zip.writestr(f"xl/worksheets/sheet{self._sheets + 1}.xml", self._notes())
        data, about = self._names
        names = [data if number == 1 else f"{data} {number}" for number in range(1, self._sheets + 1)]
        self._zip.writestr("xl/workbook.xml", _workbook([*names, about]))
        self._zip.writestr("xl/_rels/workbook.xml.rels", _relations(self._sheets + 1))
        self._zip.close()
        return self._out.taken()

    def _open(self) -> None:
        self._close()
        self._sheets += 1
        self._sheet = self._zip.open(f"xl/worksheets/sheet{self._sheets}.xml", "w")
        self._bytes = 0
        self._put((_SHEET + _line(1, [column.titled(self._locale) for column in self._columns], style=1)).encode())
        self._row = 1

    def _close(self) -> None:
        if self._sheet is not None:
            self._put(_SHEET_END.encode())
            self._sheet.close()
            self._sheet = None

    def _put(self, piece: bytes) -> None:
        if self._sheet is not None:
            self._sheet.write(piece)
            self._bytes += len(piece)

    def _notes(self) -> str:
        lines = "".join(_line(row, pair, style=0) for row, pair in enumerate(self._about, 1))
        return f"{_NOTES}{lines}{_SHEET_END}"


class _Part(Protocol):
    def write(self, piece: bytes, /) -> object: ...

    def close(self) -> None: ...


class _Outgoing:
    """What is written and not yet taken. It can't go back, which the ZIP file is told by what is missing here."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def letters(place: int) -> str:
    """What a column is called, counted from 0: A … Z, AA …"""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _rows(table: pa.Table, columns: Sequence[Column], first: int) -> bytes:
    """The XML of the rows, made a column at a time."""
    numbers = compute.cast(pa.array(range(first, first + table.num_rows), pa.int64()), pa.string())
    cells = [_cells(table.column(place), column, letters(place), numbers) for place, column in enumerate(columns)]
    begin = compute.binary_join_element_wise('<row r="', numbers, '">', "")
    rows = compute.binary_join_element_wise(begin, *cells, "</row>", "")
    return "".join(rows.to_pylist()).encode()


def _cells(values: Chunks, column: Column, name: str, rows: Values) -> Values:
    before, after = _TEXT, _TEXT_END
    texts = values.combine_chunks()
    if column.type in (ColumnType.AMOUNT, ColumnType.INTEGER):
        before, after = '"><v>', "</v></c>"
        texts = compute.cast(texts, pa.string())
    else:
        texts = compute.utf8_slice_codeunits(texts, 0, LONGEST_CELL)
        for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            texts = compute.replace_substring(texts, character, entity)
    return compute.coalesce(compute.binary_join_element_wise(f'<c r="{name}', rows, before, texts, after, ""), "")


def _line(row: int, texts: Sequence[str], *, style: int) -> str:
    cells = (
        f'<c r="{letters(place)}{row}" s="{style}{_TEXT}{escape(text)}{_TEXT_END}' for place, text in enumerate(texts)
    )
    return f'<row r="{row}">{"".join(cells)}</row>'


def _workbook(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>' for number, name in enumerate(names, 1)
    )
    return f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>'


def _relations(sheets: int) -> str:
    own = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, sheets + 1)
    )
    styles = f'<Relationship Id="rId{sheets + 1}" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{own}{styles}</Relationships>'
