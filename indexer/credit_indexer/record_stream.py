"""Published records, as the index of records is kept in step with them."""

from collections.abc import Iterator, Sequence
from typing import Self

from credit_records.bulk import insert_rows, take_numbers, update_rows
from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.deliveries import utc_now
from credit_records.published import SEARCHABLE, is_public
from credit_records.record_changes import all_record_rows, record_rows_after, record_versions
from credit_records.tables import change, record
from credit_search.protocol import Document
from credit_search.schema import RECORDS
from sqlalchemy import Connection, func, select

from credit_indexer.record_projection import RecordProjection
from credit_indexer.regions import Regions
from credit_indexer.streams import Step


class RecordStream:
    """A `Stream` of what is published today, in the regions of the city whose division is `home`.

    A record that is published no longer leaves the index. Pickled as just its home.
    """

    schema = RECORDS
    noun = "记录"
    measure = "条"

    def __init__(self, home: str) -> None:
        self._home = home
        self._projection = RecordProjection(Regions(home), catalogue())

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        return type(self), (self._home,)

    def after(self, connection: Connection, cursor: int, limit: int) -> Step:
        records, deleted, reached = record_rows_after(connection, cursor, limit)
        return Step(self._projection.documents(records), deleted, reached)

    def everything_after(self, connection: Connection, key: int, limit: int) -> list[Document]:
        return self._projection.documents(all_record_rows(connection, key, limit))

    def count(self, connection: Connection) -> int:
        shown = select(func.count()).select_from(record).where(SEARCHABLE, is_public(today()))
        return connection.execute(shown).scalar_one()

    def versions(self, connection: Connection) -> Iterator[tuple[int, int]]:
        return record_versions(connection)

    def waiting(self, connection: Connection, cursor: int) -> set[int]:
        changed = select(change.c.record_id).where(change.c.seq > cursor, change.c.record_id.is_not(None))
        return set(connection.execute(changed).scalars())

    def mark_changed(self, connection: Connection, keys: Sequence[int]) -> None:
        # A record of which the index should hold nothing keeps its version 0: with another it would be searchable.
        among = select(record.c.id, record.c.subject_id).where(record.c.id.in_(keys), SEARCHABLE)
        owners = {found.id: found.subject_id for found in connection.execute(among)}
        now = utc_now()
        marked = list(enumerate(keys, take_numbers(connection, "change", len(keys))))
        insert_rows(connection, change, [(seq, owners.get(key), now, key) for seq, key in marked])
        update_rows(connection, record, ("version",), [(seq, key) for seq, key in marked if key in owners])
