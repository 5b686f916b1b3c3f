"""`chengxin backup` and `chengxin restore`."""

from pathlib import Path
from typing import Annotated

import typer
from credit_records.settings import Settings

from credit_indexer.backups.dumping import BackupError, InUseError
from credit_indexer.backups.manifest import Manifest
from credit_indexer.backups.restoring import restore_backup
from credit_indexer.backups.saving import remove_all_but, save_backup
from credit_indexer.failures import BUSY, UNREADABLE, told_clearly
from credit_indexer.terminal import complain, say

IN_USE = "有程序正在使用这个数据库。请先停止网站、索引程序和收取程序，再恢复；现有的数据没有动过。"


def backup(
    place: Annotated[Path, typer.Argument(help="写到哪里：一个文件夹，或一个新的文件名")],
    keep: Annotated[
        int | None, typer.Option(min=1, help="写到文件夹时：只留最近的这么多份，更早的删去；不写时都留着")
    ] = None,
) -> None:
    """备份数据库和办事材料，写成一个文件；网站、索引和收取照常运行。"""
    with told_clearly():
        try:
            target, manifest = save_backup(Settings(), place)
        except BackupError as error:
            complain(f"{error}。")
            raise typer.Exit(UNREADABLE) from error
        size = target.stat().st_size / 1_000_000
        say(f"已备份到 {target}：{size:,.1f} MB，{_told(manifest)}，数据库通过了完整性检查。")
        say("设置（chengxin.toml、环境变量）和密钥（数据目录里的 secret.key 等）不在备份里，请另行保管。")
        say("索引不必备份，恢复后会重新建立。")
        if keep is not None and place.is_dir():
            for path in remove_all_but(place, keep):
                say(f"已删去较早的备份 {path.name}。")


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="chengxin backup 写成的文件")],
    force: Annotated[
        bool, typer.Option("--force", help="数据目录里已有数据时也恢复；原有的移到旁边的文件夹，不删除")
    ] = False,
) -> None:
    """从备份恢复数据库和办事材料；须先停止网站、索引程序和收取程序。"""
    with told_clearly():
        try:
            restored = restore_backup(Settings(), file, force=force)
        except InUseError as error:
            complain(IN_USE)
            raise typer.Exit(BUSY) from error
        except BackupError as error:
            complain(f"{error}。")
            raise typer.Exit(UNREADABLE) from error
        say(f"已恢复 {file.name}：{_told(restored.manifest)}，{restored.manifest.made_at} 备份。")
        if restored.aside is not None:
            say(f"原有的数据移到了 {restored.aside}，确认无误后可以删去。")
        say("请先启动索引程序（它会重新建立索引），再启动收取程序和网站。")


def _told(manifest: Manifest) -> str:
    materials = len(manifest.files) - 1
    return f"变更记录到第 {manifest.changes:,} 号" + (f"，办事材料 {materials:,} 份" if materials else "")
