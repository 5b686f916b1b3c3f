"""Subjects, as the index of subjects is kept in step with them."""

from collections.abc import Iterator, Sequence
from typing import Self

from credit_records.bulk import insert_rows, take_numbers, update_rows
from credit_records.changes import all_subject_rows, subject_rows_after, subject_versions
from credit_records.deliveries import utc_now
from credit_records.tables import change, subject
from credit_search.protocol import Document
from credit_search.schema import SUBJECTS
from sqlalchemy import Connection, func, select

from credit_indexer.projection import Projection
from credit_indexer.streams import Step


class SubjectStream:
    """A `Stream` of every subject, in the regions of the city whose division is `home`. Pickled as just that."""

    schema = SUBJECTS
    noun = "主体"
    measure = "个"

    def __init__(self, home: str) -> None:
        self._home = home
        self.projection = Projection(home)

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        return type(self), (self._home,)

    def after(self, connection: Connection, cursor: int, limit: int) -> Step:
        subjects, deleted, reached = subject_rows_after(connection, cursor, limit)
        return Step(self.projection.documents(subjects), deleted, reached)

    def everything_after(self, connection: Connection, key: int, limit: int) -> list[Document]:
        return self.projection.documents(all_subject_rows(connection, key, limit))

    def count(self, connection: Connection) -> int:
        return connection.execute(select(func.count()).select_from(subject)).scalar_one()

    def versions(self, connection: Connection) -> Iterator[tuple[int, int]]:
        return subject_versions(connection)

    def waiting(self, connection: Connection, cursor: int) -> set[int]:
        changed = select(change.c.subject_id).where(change.c.seq > cursor, change.c.record_id.is_(None))
        return set(connection.execute(changed).scalars())

    def mark_changed(self, connection: Connection, keys: Sequence[int]) -> None:
        now = utc_now()
        marked = list(enumerate(keys, take_numbers(connection, "change", len(keys))))
        insert_rows(connection, change, [(seq, key, now, None) for seq, key in marked])
        update_rows(connection, subject, ("version",), marked)
