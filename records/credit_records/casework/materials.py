"""Files of an application. Their content lies in the store; here is which file is which paper."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select

from credit_records.calendar import today
from credit_records.casework.application_rows import Application
from credit_records.casework.changing import change, instant, lock_by_secret
from credit_records.casework.errors import DraftGoneError, NotNowError, TooManyMaterialsError
from credit_records.casework.states import ASKED, DRAFT
from credit_records.casework.tables import application_material as material
from credit_records.database import writing
from credit_records.deliveries import utc_now

MOST_MATERIALS: Final = 5  # and as many again each time that more is asked for
MOST_BYTES: Final = 10 * 2**20
LONGEST_NAME: Final = 120
_BATCH: Final = 10_000


@dataclass(frozen=True, slots=True)
class Material:
    """A file that was handed in; `bytes` is its size as kept, `added_at` UTC."""

    id: int
    purpose: str
    file_name: str
    media_type: str
    bytes: int
    sha256: str
    added_at: str


def add_material(
    engine: Engine,
    secret: str,
    purpose: str,
    file_name: str,
    *,
    media_type: str,
    size: int,
    sha256: str,
    on: date | None = None,
) -> Material:
    """Note a file that the store keeps already. The file name is only ever shown.

    Raises:
        DraftGoneError: there is no application of this secret.
        NotNowError: the application takes no files now, or there is no such paper.
        TooManyMaterialsError: there are as many files as there may be.
    """
    with writing(engine) as connection:
        now = instant(on)
        found = _taking_files(connection, secret, now)
        if found.rules(on or today()).paper(purpose) is None:
            message = "没有这一项材料，请从列出的各项中选择"
            raise NotNowError(message)
        counted = select(func.count()).where(material.c.application_id == found.id, _lately(found))
        if connection.execute(counted).scalar_one() >= MOST_MATERIALS:
            message = f"最多上传 {MOST_MATERIALS} 个文件，请先删去一个，或者合并成一个 PDF"
            raise TooManyMaterialsError(message)
        values = {
            "application_id": found.id,
            "purpose": purpose,
            "file_name": _shown_name(file_name),
            "media_type": media_type,
            "bytes": size,
            "sha256": sha256,
            "added_at": now,
        }
        added = connection.execute(insert(material).values(values).returning(*_COLUMNS)).one()
        change(connection, found, {})
        return _as_material(added)


def remove_material(engine: Engine, secret: str, material_id: int) -> None:
    """Take a file out of a draft, or out of what is being handed in now. What is no file of it is passed over.

    Raises:
        DraftGoneError: there is no application of this secret.
        NotNowError: the application takes no files now.
    """
    with writing(engine) as connection:
        found = _taking_files(connection, secret, utc_now())
        removed = delete(material).where(
            material.c.id == material_id, material.c.application_id == found.id, _lately(found)
        )
        if connection.execute(removed).rowcount:
            change(connection, found, {})


def materials_of(connection: Connection, application_id: int) -> list[Material]:
    """The files of an application in the order in which they came."""
    statement = select(*_COLUMNS).where(material.c.application_id == application_id).order_by(material.c.id)
    return [_as_material(row) for row in connection.execute(statement)]


def purposes_of(connection: Connection, application_id: int) -> frozenset[str]:
    """The papers of which there is a file."""
    statement = select(material.c.purpose).where(material.c.application_id == application_id)
    return frozenset(connection.execute(statement).scalars())


def kept_contents(connection: Connection) -> Iterator[str]:
    """The SHA-256 of every file that an application has."""
    statement = select(material.c.sha256).distinct()
    yield from connection.execute(statement, execution_options={"yield_per": _BATCH}).scalars()


_COLUMNS: Final = (
    material.c.id,
    material.c.purpose,
    material.c.file_name,
    material.c.media_type,
    material.c.bytes,
    material.c.sha256,
    material.c.added_at,
)


def _as_material(row: Sequence[Any]) -> Material:
    return Material(*row)


def _lately(found: Application) -> ColumnElement[bool]:
    """The condition that a file came since the applicant may hand in files: what was submitted before stays."""
    return material.c.added_at >= (found.asked_at or "")


def _taking_files(connection: Connection, secret: str, now: str) -> Application:
    found = lock_by_secret(connection, secret)
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        message = "没有这份草稿或申请：草稿只保留 30 天"
        raise DraftGoneError(message)
    if found.state not in {DRAFT, ASKED}:
        message = "申请已经提交；需要补交材料时，会在这里告诉您"
        raise NotNowError(message)
    return found


def _shown_name(text: str) -> str:
    """The last part of whatever path a browser sent, without what can't be seen, its ending kept."""
    last = text.replace("\\", "/").rpartition("/")[2]
    seen = "".join(each for each in unicodedata.normalize("NFC", last) if unicodedata.category(each)[0] != "C").strip()
    if len(seen) <= LONGEST_NAME:
        return seen or "未命名"
    stem, dot, ending = seen.rpartition(".")
    ending = dot + ending if dot and len(ending) <= 8 else ""
    return (stem if ending else seen)[: LONGEST_NAME - len(ending)] + ending
