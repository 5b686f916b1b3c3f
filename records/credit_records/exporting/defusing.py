"""No cell of a sheet that a spreadsheet would run (OWASP, CSV injection); what is a number stays one."""

import re
from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from credit_records.corrections import FORMULA_STARTS
from credit_records.exporting.arrow_compute import compute
from credit_records.exporting.columns import Column, ColumnType

_STARTS: Final = f"^[{''.join(re.escape(start) for start in (*FORMULA_STARTS, chr(10)))}]"


def defused(table: pa.Table, columns: Sequence[Column]) -> pa.Table:
    """The table, with a quote before each text that begins like a formula."""
    for place, column in enumerate(columns):
        if column.type is ColumnType.TEXT:
            texts = table.column(place)
            found = compute.match_substring_regex(texts, _STARTS)
            if compute.any(found).as_py():
                safe = compute.if_else(found, compute.binary_join_element_wise("'", texts, ""), texts)
                table = table.set_column(place, column.name, safe)
    return table
