"""Published records of the database as documents of the index, by the roles that their kinds give to fields."""

from collections.abc import Iterable

import orjson
from credit_records.catalogue import Catalogue, Kind
from credit_records.record_changes import RecordRow
from credit_records.role_values import RoleReader
from credit_search.protocol import Document
from credit_search.record_documents import record_document

from credit_indexer.regions import Regions


class RecordProjection:
    """Turns record rows into documents, with the region of their subjects."""

    def __init__(self, regions: Regions, declared: Catalogue) -> None:
        self._regions = regions
        self._readers = {name: RoleReader(kind, declared) for name, kind in declared.kinds.items()}
        self._colours = {name: _colour(kind) for name, kind in declared.kinds.items()}

    def documents(self, rows: Iterable[RecordRow]) -> list[Document]:
        return [self._document(row) for row in rows]

    def _document(self, row: RecordRow) -> Document:
        values = self._readers[row.kind].searched(orjson.loads(row.fields))
        return record_document(
            id=row.id,
            version=row.version,
            kind=row.kind,
            colour=self._colours[row.kind],
            uscc=row.uscc,
            name=row.name or values.name,
            headline=values.headline,
            document_number=row.document_number,
            authority=row.authority,
            categories=values.categories,
            violation=values.violation,
            region=self._regions.of(row.division),
            industry=row.industry,
            amount=values.amount,
            confiscated=values.confiscated,
            decision_date=row.decision_date,
            texts=values.texts,
        )


def _colour(kind: Kind) -> str | None:
    return kind.list.colour if kind.list is not None else None
