"""What Datasette tells of the file: titles, sources, what each column holds, and by what a table is counted."""

from collections.abc import Mapping, Sequence
from typing import Any

from credit_records.exporting.tidy_database import TidyTable


def datasette_metadata(
    database: str, tables: Sequence[TidyTable], title: str, about: Mapping[str, str]
) -> dict[str, Any]:
    """The content of `metadata.json`. `database` is the name of the file without its ending."""
    return {
        "title": title,
        **about,
        "databases": {
            database: {"title": title, **about, "tables": {table.name: _table(table) for table in tables}},
        },
    }


def _table(table: TidyTable) -> dict[str, Any]:
    told: dict[str, Any] = {
        "title": table.title,
        "description": table.about,
        "facets": list(table.facets),
        "columns": {
            column.name: f"{column.titled('zh')}{f'：{column.note}' if column.note else ''}" for column in table.columns
        },
    }
    if table.sorted_by:
        told["sort_desc"] = table.sorted_by
    return told
