"""Makes a backup while everything runs: the database first, then the files, which are never changed once written."""

import io
import os
import re
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from alembic.migration import MigrationContext
from credit_records.casework.store import FOLDER as MATERIALS
from credit_records.changes import latest_seq
from credit_records.database import open_database
from credit_records.deliveries import utc_now
from credit_records.settings import Settings
from sqlalchemy.exc import DatabaseError

from credit_indexer.backups.dumping import BackupError, database_name, dump_of
from credit_indexer.backups.manifest import NAME, Manifest, note_of

TRIES: Final = 5
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
ENDING: Final = ".tar"
_PREFIX: Final = "chengxin-"


def target_of(place: Path, now: datetime) -> Path:
    """The file to write: the place itself, or a new one in it where it is a folder."""
    return place / f"{_PREFIX}{now:%Y%m%dT%H%M%SZ}{ENDING}" if place.is_dir() else place


def save_backup(settings: Settings, place: Path) -> tuple[Path, Manifest]:
    """Write a backup into this folder or file; where it is, and what it says of itself.

    Raises:
        BackupError: there is no database, or it did not pass its check, or the file is there already.
    """
    target = target_of(place, datetime.now(UTC))
    if target.exists():
        message = f"{target} 已经存在，没有覆盖。请换一个文件名，或写一个文件夹"
        raise BackupError(message)
    if not target.parent.is_dir():
        message = f"没有文件夹 {target.parent}。请先建好它"
        raise BackupError(message)
    revision, changes = _state_of(settings)
    dump = dump_of(settings)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".chengxin-backup-") as work:
        saved = Path(work) / dump.file_name
        dump.save(saved)
        about = Manifest(
            made_at=utc_now(),
            program=version("chengxin"),
            schema_revision=revision,
            database=database_name(settings),
            city=settings.city,
            changes=changes,
            dump=dump.file_name,
            files={dump.file_name: note_of(saved)},
        )
        whole = Path(work) / "whole"
        manifest = _pack(whole, about, saved, settings.data_dir)
        whole.replace(target)
    return target, manifest


def remove_all_but(folder: Path, count: int) -> list[Path]:
    """Remove the oldest backups of a folder, so that so many are left; those removed."""
    found = sorted(folder.glob(f"{_PREFIX}*Z{ENDING}"))
    surplus = found[: max(len(found) - count, 0)]
    for path in surplus:
        path.unlink()
    return surplus


def _state_of(settings: Settings) -> tuple[str, int]:
    engine = open_database(settings, read_only=True)
    try:
        with engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
            if revision is not None:
                return revision, latest_seq(connection)
    except DatabaseError as error:
        message = f"数据库读不出来（{error.orig}）"
        raise BackupError(message) from error
    finally:
        engine.dispose()
    message = "数据库里还没有表，没有可备份的内容。请检查 CHENGXIN_DATA_DIR 和 CHENGXIN_DATABASE_URL"
    raise BackupError(message)


def _materials(data_dir: Path) -> Iterator[tuple[str, Path]]:
    """Path in the backup, and where the file lies. What is still on its way is not named by its digest yet."""
    for path in sorted((data_dir / MATERIALS).rglob("*")):
        if _DIGEST.fullmatch(path.parent.name + path.name) and path.is_file():
            yield path.relative_to(data_dir).as_posix(), path


def _pack(target: Path, about: Manifest, saved: Path, data_dir: Path, tries: int = TRIES) -> Manifest:
    """Write the backup; what it says of itself, with every file. Files of drafts that expire meanwhile are left out."""
    try:
        materials = dict(_materials(data_dir))
        notes = {name: note_of(path) for name, path in materials.items()}
        manifest = about.model_copy(update={"files": {**about.files, **notes}})
        _write(target, manifest, {about.dump: saved, **materials})
    except FileNotFoundError:
        if tries <= 1:
            raise
        return _pack(target, about, saved, data_dir, tries - 1)
    return manifest


def _write(target: Path, manifest: Manifest, files: dict[str, Path]) -> None:
    with target.open("wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            content = manifest.model_dump_json(indent=1).encode()
            first = tarfile.TarInfo(NAME)
            first.size = len(content)
            archive.addfile(first, io.BytesIO(content))
            for name, path in files.items():
                archive.add(path, name, recursive=False, filter=_nobodys)
        file.flush()
        os.fsync(file.fileno())


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Owners are those of the machine that restores it."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
