"""A Frictionless data package of a kind: its files with their checksums, and what each column holds."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from credit_records.catalogue import Kind
from credit_records.exporting.columns import Column, ColumnType

from credit_site.open_data.citation import Citation
from credit_site.open_data.copies import Copy

PROFILE: Final = "tabular-data-package"
_TYPES: Final[Mapping[ColumnType, dict[str, str]]] = {
    ColumnType.TEXT: {"type": "string"},
    ColumnType.DATE: {"type": "date", "format": "default"},
    ColumnType.AMOUNT: {"type": "number"},
    ColumnType.INTEGER: {"type": "integer"},
}


def data_package(
    kind: Kind, columns: Sequence[Column], months: Mapping[str, Copy | None], cited: Citation, created: str
) -> dict[str, Any]:
    """The descriptor of the files of these months, each with its copy where one stands; their paths are beside it."""
    return {
        "profile": PROFILE,
        "name": kind.name.replace("_", "-"),
        "title": f"{cited.source}：{kind.title}",
        "description": f"{kind.title}（{kind.title_en}）。{cited.licence}",
        "version": str(cited.change),
        "created": created,
        "homepage": cited.address,
        "sources": [{"title": kind.authority}, {"title": cited.source, "path": cited.address}],
        "licenses": [{"name": "open-with-attribution", "title": cited.licence, "path": cited.address}],
        "resources": [_resource(kind, month, copy, columns) for month, copy in sorted(months.items())],
    }


def _resource(kind: Kind, month: str, copy: Copy | None, columns: Sequence[Column]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": month,
        "title": f"{kind.title} {month}",
        "path": f"{month}.csv.gz",
        "format": "csv",
        "mediatype": "text/csv",
        "compression": "gz",
        "encoding": "utf-8-sig",
        **({"bytes": copy.bytes, "hash": f"sha256:{copy.sha256}"} if copy else {}),
        "schema": {
            "fields": [_field(column) for column in columns],
            "primaryKey": [columns[0].titled("zh")],
            "missingValues": [""],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    """By its title, for that stands at the head of the file."""
    told = {"description": column.note} if column.note else {}
    return {"name": column.titled("zh"), "title": column.title_en, **_TYPES[column.type], **told}
