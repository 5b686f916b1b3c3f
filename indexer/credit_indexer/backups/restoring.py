"""Puts a backup back: everything is unpacked and checked beside the data folder's content before that is touched."""

import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from alembic.script import ScriptDirectory
from credit_records import migrations
from credit_records.casework.store import FOLDER as MATERIALS
from credit_records.database import migrate, open_database
from credit_records.settings import Settings
from pydantic import ValidationError
from sqlalchemy.exc import DatabaseError

from credit_indexer.backups.dumping import BackupError, Dump, database_name, dump_of, holds_anything
from credit_indexer.backups.manifest import NAME, FileNote, Manifest, note_of

LARGEST_MANIFEST: Final = 1 << 30
# What lies in the data folder about the database that was there, and means nothing for another.
_PROJECTED: Final = ("index", "rebuild-*.json")


@dataclass(frozen=True, slots=True)
class Restored:
    """`aside` is the folder in which what was there before now lies; None where there was nothing."""

    manifest: Manifest
    aside: Path | None


def restore_backup(settings: Settings, backup: Path, *, force: bool) -> Restored:
    """Put the backup into the data folder and the database of the settings.

    Raises:
        InUseError: another program has the database open.
        BackupError: the backup is damaged or of another program's, or something is there and `force` is not given.
    """
    dump = dump_of(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".restoring-") as work:
        manifest = _unpacked(backup, Path(work), settings, force=force)
        dump.check(Path(work) / manifest.dump)
        dump.check_unused()
        if not force:
            _check_empty(settings)
        aside = _put_aside(settings, dump)
        dump.load(Path(work) / manifest.dump)
        if (Path(work) / MATERIALS).is_dir():
            _close_to_others(Path(work) / MATERIALS)
            shutil.move(Path(work) / MATERIALS, settings.data_dir / MATERIALS)
    engine = open_database(settings)
    migrate(engine)
    engine.dispose()
    return Restored(manifest, aside)


def _unpacked(backup: Path, folder: Path, settings: Settings, *, force: bool) -> Manifest:
    """What the backup says of itself, once all of its files lie in the folder and are as it says."""
    try:
        with tarfile.open(backup) as archive:
            manifest = _manifest_of(archive, backup)
            _check_fits(manifest, settings, force=force)
            left = dict(manifest.files)
            for member in archive:
                note = left.pop(member.name, None)
                if note is not None:
                    archive.extract(member, folder, filter="data")
                    _check_whole(folder / member.name, note, backup)
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(_unreadable(backup, str(error))) from error
    if left:
        raise BackupError(_unreadable(backup, f"缺少 {min(left)}"))
    return manifest


def _manifest_of(archive: tarfile.TarFile, backup: Path) -> Manifest:
    first = archive.next()
    if first is None or first.name != NAME or first.size > LARGEST_MANIFEST:
        raise BackupError(_unreadable(backup, "开头没有清单"))
    content = archive.extractfile(first)
    try:
        return Manifest.model_validate_json(content.read() if content else b"")
    except ValidationError as error:
        raise BackupError(_unreadable(backup, "清单看不懂，可能由更新的版本写成")) from error


def _check_fits(manifest: Manifest, settings: Settings, *, force: bool) -> None:
    if manifest.database != database_name(settings):
        message = (
            f"这份备份来自 {manifest.database}，现在设置的数据库是 {database_name(settings)}。"
            "请检查 CHENGXIN_DATABASE_URL"
        )
        raise BackupError(message)
    if manifest.schema_revision not in set(_known_revisions()):
        message = f"这份备份由更新的版本（{manifest.program}，表结构 {manifest.schema_revision}）写成。请先升级程序"
        raise BackupError(message)
    if manifest.city != settings.city and not force:
        message = f"这是 {manifest.city} 的备份，现在设置的城市是 {settings.city}。请检查 CHENGXIN_CITY，或加 --force"
        raise BackupError(message)


def _known_revisions() -> Iterator[str]:
    """Of the tables, oldest last."""
    for folder in migrations.__path__:
        yield from (script.revision for script in ScriptDirectory(folder).walk_revisions())


def _check_whole(path: Path, note: FileNote, backup: Path) -> None:
    if not path.is_file() or note_of(path) != note:
        raise BackupError(_unreadable(backup, f"{path.name} 与清单不符"))


def _close_to_others(folder: Path) -> None:
    """What people handed in is nobody else's to list, as where it was kept."""
    for path in (folder, *folder.rglob("*/")):
        path.chmod(0o700)


def _unreadable(backup: Path, reason: str) -> str:
    return f"{backup} 不是完好的备份：{reason}。请换另一份；现有的数据没有动过"


def _check_empty(settings: Settings) -> None:
    engine = open_database(settings)
    try:
        occupied = (settings.data_dir / MATERIALS).exists() or holds_anything(engine)
    except DatabaseError:
        occupied = True  # something is there, if not what it should be
    finally:
        engine.dispose()
    if occupied:
        message = (
            f"{settings.data_dir} 里已有数据，没有覆盖。确实要换成备份里的，请加 --force；原来的会移到旁边，不会删除"
        )
        raise BackupError(message)


def _put_aside(settings: Settings, dump: Dump) -> Path | None:
    """Where what was there lies now."""
    folder = settings.data_dir / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    folder.mkdir()
    dump.put_aside(folder)
    for pattern in (MATERIALS, *_PROJECTED):
        for path in settings.data_dir.glob(pattern):
            shutil.move(path, folder / path.name)
    if any(folder.iterdir()):
        return folder
    folder.rmdir()
    return None
