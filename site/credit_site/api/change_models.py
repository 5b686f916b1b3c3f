"""The documents of the change feed."""

from typing import Literal

from pydantic import Field

from credit_site.api.models import Document, RecordDocument


class _Change(Document):
    seq: int = Field(description="变更的编号，只增不减 Number of the change; grows", examples=[817])
    at: str = Field(description="何时，UTC When", examples=["2026-05-06T01:02:03.456+00:00"])
    id: int = Field(description="记录的编号 Number of the record")


class ChangedRecord(_Change):
    gone: Literal[False]
    kind: str = Field(description="种类的代号 Name of the kind")
    record: RecordDocument


class Tombstone(_Change):
    """不再公示：取得过的请即删除并停止使用 No longer public: whoever took it deletes it and stops using it."""

    gone: Literal[True]
    kind: str | None = Field(description="种类的代号 Name of the kind")


class ChangesDocument(Document):
    items: list[ChangedRecord | Tombstone] = Field(description="变更，旧的在前 Changes, oldest first")
    next: int = Field(ge=0, description="下一次的 after The `after` of the next call", examples=[817])
    more: bool = Field(description="是否还有：有则立即再取 Whether there are more by now: ask again at once")
