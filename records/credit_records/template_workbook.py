"""The blank workbook of a kind: a sheet to fill in, with drop-downs, and a sheet that explains each column."""

from io import BytesIO
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from credit_records.catalogue import Catalogue, FieldSpec, FieldType, Kind, catalogue
from credit_records.field_guidance import example, labels, limits, meaning, needed, type_title

GUIDE_SHEET: Final = "填写说明"
LISTS_SHEET: Final = "代码表"
REQUIRED_MARK: Final = "*"  # readers take it off a header again
LAST_ROW: Final = 1_048_576  # that a worksheet has

# A spreadsheet that takes a code for a number loses its leading zeros, and rounds after fifteen digits.
_TEXT_FORMAT: Final = "@"
_FORMATS: Final = {FieldType.DATE: "yyyy-mm-dd", FieldType.AMOUNT: "#,##0.00####", FieldType.INTEGER: "0"}
_PROMPT_TITLE, _PROMPT = 32, 255  # the longest that a workbook may hold

_REQUIRED: Final = PatternFill("solid", fgColor="FFF2CC")
_CONDITIONAL: Final = PatternFill("solid", fgColor="E2EFDA")
_OPTIONAL: Final = PatternFill("solid", fgColor="EDEDED")
_WRAPPED: Final = Alignment(wrap_text=True, vertical="top")
_BOLD: Final = Font(bold=True)
_GUIDE: Final = (
    ("列名", 30),
    ("含义和用途", 44),
    ("是否必填", 26),
    ("类型", 20),
    ("写法和限制", 40),
    ("可填的值", 50),
    ("示例", 24),
    ("依据", 40),
)


def template_workbook(kind: Kind, declared: Catalogue | None = None) -> bytes:
    """The workbook as XLSX. Columns that must not be sent, such as identity numbers, are not in it."""
    declared = declared or catalogue()
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = kind.title
    fields = [field for field in kind.fields if not field.secret]
    ranges = _write_lists(book, fields, declared)
    for column, field in enumerate(fields, 1):
        _write_header(sheet, column, field)
        asked = _validation(field, ranges)
        prompt = "；".join(filter(None, (needed(field, kind, declared), limits(field, kind))))
        asked.promptTitle, asked.prompt, asked.showInputMessage = field.title[:_PROMPT_TITLE], prompt[:_PROMPT], True
        letter = get_column_letter(column)
        asked.add(f"{letter}2:{letter}{LAST_ROW}")
        sheet.add_data_validation(asked)
    sheet.freeze_panes = "A2"
    _write_guide(book.create_sheet(GUIDE_SHEET, 1), kind, fields, declared)
    packed = BytesIO()
    book.save(packed)
    return packed.getvalue()


def _write_header(sheet: Worksheet, column: int, field: FieldSpec) -> None:
    header = sheet.cell(1, column, f"{REQUIRED_MARK}{field.title}" if field.required else field.title)
    header.font, header.alignment = _BOLD, _WRAPPED
    header.fill = _REQUIRED if field.required else _CONDITIONAL if field.required_when else _OPTIONAL
    dimension = sheet.column_dimensions[get_column_letter(column)]
    dimension.width = max(14, min(2 * len(field.title) + 4, 40))
    dimension.number_format = number_format(field)


def number_format(field: FieldSpec) -> str:
    """How the cells of this field are formatted: everything that is not a date or a number is text."""
    return _FORMATS.get(field.type, _TEXT_FORMAT)


def _validation(field: FieldSpec, ranges: dict[str, str]) -> DataValidation:
    if field.code_list:
        # Several values in one cell are none of the list, so the list then only offers.
        chosen = DataValidation("list", formula1=ranges[field.code_list], allow_blank=True)
        chosen.showErrorMessage = not field.several
        chosen.errorTitle, chosen.error = "不在代码表中", "请从下拉列表中选择。"
        return chosen
    if field.type is FieldType.TEXT and field.max_length is not None:
        limited = DataValidation("textLength", operator="lessThanOrEqual", formula1=str(field.max_length))
        limited.allow_blank = limited.showErrorMessage = True
        limited.errorTitle, limited.error = "太长", f"最多 {field.max_length} 个字。"
        return limited
    return DataValidation(allow_blank=True)


def _write_lists(book: Workbook, fields: list[FieldSpec], declared: Catalogue) -> dict[str, str]:
    """Write each code list as a column of a hidden sheet; where it is, as formulas name it."""
    used = {field.code_list: field for field in fields if field.code_list}
    if not used:
        return {}
    sheet = book.create_sheet(LISTS_SHEET)
    sheet.sheet_state = "hidden"
    ranges = {}
    for column, (name, field) in enumerate(used.items(), 1):
        values = labels(field, declared)
        for row, value in enumerate((declared.lists[name].title, *values), 1):
            sheet.cell(row, column, value)
        letter = get_column_letter(column)
        ranges[name] = f"{quote_sheetname(LISTS_SHEET)}!${letter}$2:${letter}${len(values) + 1}"
    return ranges


def _write_guide(sheet: Worksheet, kind: Kind, fields: list[FieldSpec], declared: Catalogue) -> None:
    sheet.append([f"{kind.title}：在第一张工作表里从第二行起填写，一行一条；列名前有 {REQUIRED_MARK} 的必填。"])
    sheet.append([f"数据种类：{kind.name}。主管：{kind.authority}。依据：{kind.source}。"])
    sheet.append(["自然人的证件号码不要填报；万一混在文字里，入库之前就会遮盖。"])
    sheet.append([title for title, _ in _GUIDE])
    for cell in sheet[sheet.max_row]:
        cell.font, cell.fill = _BOLD, _OPTIONAL
    for field in fields:
        values = "、".join(labels(field, declared))
        told = (meaning(field, kind), needed(field, kind, declared), type_title(field, declared), limits(field, kind))
        sheet.append([field.title, *told, values, example(field, declared), field.source or kind.source])
        for cell in sheet[sheet.max_row]:
            cell.alignment, cell.number_format = _WRAPPED, _TEXT_FORMAT
    for column, (_, width) in enumerate(_GUIDE, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "B5"
