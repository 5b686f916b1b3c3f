"""The receipt of a delivery: what became of it, for the provider that sent it, as figures and a sentence."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Final

import orjson
from sqlalchemy import Connection, func, select

from credit_records.catalogue import Catalogue, catalogue
from credit_records.deliveries import Delivery, read_delivery
from credit_records.rows import REFUSED
from credit_records.tables import quarantine

SHOWN_PROBLEMS: Final = 20
WHOLE_FILE: Final = "整个文件"
"""The field of a problem that is the file's and no row's; its row is 0."""


@dataclass(frozen=True, slots=True)
class ReceiptProblem:
    """Something to correct. `row` is the line of the file, the header being 1; 0 means the file itself."""

    row: int
    severity: str
    field: str
    value: str
    rule: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery.

    Attributes:
        delivery: its number; None where a file never came so far, as when nobody could tell its kind.
        accepted: whether anything of it was recorded, or there was nothing wrong.
        received_at, finished_at: UTC, ISO text.
        problems: the first of them; `more` is how many others the CSV beside the receipt holds.
        ignored: headers that are no field of the kind.
        subjects: how many it names that nobody had named before.
        sentence: the whole in Chinese, with what to do next.
    """

    delivery: int | None
    provider: str | None
    source: str
    way: str
    kind: str
    kind_title: str
    file_name: str
    content_sha256: str
    bytes: int
    received_at: str
    finished_at: str | None
    accepted: bool
    rows: int
    new: int
    changed: int
    unchanged: int
    refused: int
    noted: int
    sentence: str
    problems: tuple[ReceiptProblem, ...] = ()
    more: int = 0
    ignored: tuple[str, ...] = ()
    subjects: int = 0


def receipt_of(
    connection: Connection,
    number: int,
    *,
    ignored: tuple[str, ...] = (),
    limit: int = SHOWN_PROBLEMS,
    declared: Catalogue | None = None,
) -> Receipt:
    """The receipt of the delivery of this number, as it stands now."""
    delivery = read_delivery(connection, number)
    kinds = (declared or catalogue()).kinds
    title = kinds[delivery.kind].title if delivery.kind in kinds else delivery.kind
    columns = [quarantine.c[each.name] for each in fields(ReceiptProblem)]
    statement = select(*columns).where(quarantine.c.delivery_id == number).order_by(quarantine.c.row, quarantine.c.id)
    found = [ReceiptProblem(*row) for row in connection.execute(statement.limit(limit + 1))]
    more = 0
    if len(found) > limit:
        count = select(func.count()).select_from(quarantine).where(quarantine.c.delivery_id == number)
        more = connection.execute(count).scalar_one() - limit
    unreadable = bool(found) and found[0].row == 0
    return Receipt(
        delivery=number,
        provider=delivery.provider,
        source=delivery.source,
        way=delivery.way,
        kind=delivery.kind,
        kind_title=title,
        file_name=delivery.file_name,
        content_sha256=delivery.content_sha256,
        bytes=delivery.bytes,
        received_at=delivery.started_at.isoformat(),
        finished_at=delivery.finished_at.isoformat() if delivery.finished_at else None,
        accepted=not unreadable and (delivery.rows == 0 or delivery.rows > delivery.refused),
        rows=delivery.rows,
        new=delivery.new,
        changed=delivery.changed,
        unchanged=delivery.unchanged,
        refused=delivery.refused,
        noted=delivery.noted,
        sentence=_of_file(found[0]) if unreadable else _of_rows(delivery, title),
        problems=tuple(found[:limit]),
        more=more,
        ignored=ignored,
        subjects=delivery.subjects,
    )


def refusal(*, provider: str, source: str, file_name: str, size: int, at: str, problem: ReceiptProblem) -> Receipt:
    """The receipt of a file of which nobody could tell what kind of record it holds."""
    return Receipt(
        delivery=None,
        provider=provider,
        source=source,
        way="inbox",
        kind="",
        kind_title="",
        file_name=file_name,
        content_sha256="",
        bytes=size,
        received_at=at,
        finished_at=at,
        accepted=False,
        rows=0,
        new=0,
        changed=0,
        unchanged=0,
        refused=0,
        noted=0,
        sentence=_of_file(problem),
        problems=(problem,),
    )


def as_json(receipt: Receipt) -> bytes:
    """The receipt as a file beside what was delivered: one object with the names of `Receipt`."""
    return orjson.dumps(asdict(receipt), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def from_json(text: bytes) -> Receipt:
    """The receipt that `as_json` wrote."""
    values: dict[str, Any] = orjson.loads(text)
    values["problems"] = tuple(ReceiptProblem(**each) for each in values["problems"])
    values["ignored"] = tuple(values["ignored"])
    return Receipt(**values)


def _of_file(problem: ReceiptProblem) -> str:
    return f"整个文件没有收下：{problem.reason}。{problem.remedy}。"


def _of_rows(delivery: Delivery, title: str) -> str:
    if not delivery.rows:
        return f"收到{title}文件，里面没有数据行。"
    told = (
        f"收到{title} {delivery.rows:,} 行：新增 {delivery.new:,}，更新 {delivery.changed:,}，"
        f"未变 {delivery.unchanged:,}，退回 {delivery.refused:,}，提示 {delivery.noted:,}。"
    )
    if delivery.subjects:
        told += f"其中 {delivery.subjects:,} 个主体是首次出现。"
    if delivery.refused:
        return f"{told}退回的行没有收录，请照原因和改法改正后，只把这些行再送一次。"
    if delivery.noted:
        return f"{told}提示的行已经收录，只是其中的个别值没有采用或需要核对。"
    return told


def is_refused(problem: ReceiptProblem) -> bool:
    """Whether the row was refused; else only a value was not used."""
    return problem.severity == REFUSED
