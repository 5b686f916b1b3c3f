"""What an index is kept in step with: its part of the change log, and everything that it should hold."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from credit_search.protocol import Document
from credit_search.schema import IndexSchema
from sqlalchemy import Connection


class Step(NamedTuple):
    """Documents to write and keys to delete, and the change number up to which that is complete."""

    documents: list[Document]
    deleted: list[int]
    cursor: int


class Stream(Protocol):
    """One index's view of the database. `noun` and `measure` are what its documents are called and counted by."""

    @property
    def schema(self) -> IndexSchema: ...

    @property
    def noun(self) -> str: ...

    @property
    def measure(self) -> str: ...

    def after(self, connection: Connection, cursor: int, limit: int) -> Step:
        """The next `limit` changes after the cursor; nothing is left where the cursor stays as it is."""
        ...

    def everything_after(self, connection: Connection, key: int, limit: int) -> list[Document]:
        """The next `limit` documents after this key, in the order of keys."""
        ...

    def count(self, connection: Connection) -> int:
        """How many documents the index should hold."""
        ...

    def versions(self, connection: Connection) -> Iterator[tuple[int, int]]:
        """Key and version of every document that it should hold."""
        ...

    def waiting(self, connection: Connection, cursor: int) -> set[int]:
        """Keys that have changed after the cursor."""
        ...

    def mark_changed(self, connection: Connection, keys: Sequence[int]) -> None:
        """Append a change for each key, within the caller's transaction, so that whoever follows writes it again."""
        ...


def counted(number: int, stream: Stream) -> str:
    """Such as 1,200 个主体."""
    return f"{number:,} {stream.measure}{stream.noun}"
