"""Subjects of the database as documents of the index."""

from collections.abc import Iterable
from typing import Any

import orjson
from credit_records.changes import SubjectRow
from credit_search.documents import subject_document

from credit_indexer.regions import Regions


class Projection:
    """Turns subject rows into documents, as the city whose division is `home` groups regions."""

    def __init__(self, home: str) -> None:
        self._region = Regions(home).of

    def documents(self, rows: Iterable[SubjectRow]) -> list[dict[str, Any]]:
        found = []
        for (
            number,
            version,
            uscc,
            code_valid,
            name,
            former_names,
            status,
            division,
            entity_type,
            industry,
            established,
        ) in rows:
            found.append(
                subject_document(
                    id=number,
                    version=version,
                    uscc=uscc,
                    code_valid=bool(code_valid),
                    name=name,
                    former_names=orjson.loads(former_names) if former_names != "[]" else (),
                    status=status,
                    division=division,
                    region=self._region(division),
                    entity_type=entity_type,
                    industry=industry,
                    established=established,
                )
            )
        return found
