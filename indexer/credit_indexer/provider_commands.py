"""`chengxin provider`: the departments that send records, and their keys."""

import re
from collections.abc import Collection, Sequence
from typing import Annotated

import typer
from credit_records.catalogue import catalogue
from credit_records.database import migrate, open_database
from credit_records.gazetteer import gazetteer
from credit_records.inbox_layout import make_folders
from credit_records.providers import (
    NAME_PATTERN,
    Provider,
    ProviderExistsError,
    UnknownProviderError,
    add_provider,
    all_providers,
    rotate_key,
    set_active,
    set_kinds,
)
from credit_records.settings import Settings
from sqlalchemy import Engine as Database

from credit_indexer.failures import UNREADABLE, told_clearly
from credit_indexer.kind_names import kind_named
from credit_indexer.terminal import complain, say

provider = typer.Typer(help="报送单位：登记、列出、规定可以报送的种类、换发密钥、停用、启用。", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="单位的代号：小写字母、数字、- 和 _，用在地址和文件夹里。")]
KindOption = Annotated[
    list[str] | None, typer.Option("--kind", help="可以报送的种类：名称或中文标题，如 行政处罚；可以写几次。")
]
AllKindsOption = Annotated[bool, typer.Option("--all-kinds", help="目录里现有的全部种类，包括登记信息。")]


def _database(settings: Settings) -> Database:
    database = open_database(settings)
    migrate(database)
    return database


@provider.command()
def add(
    name: NameArgument,
    title: Annotated[str, typer.Option(help="单位的名称，公示时作为来源。")],
    *,
    department: Annotated[str, typer.Option(help="所属部门，按它统计；不写时与名称相同。")] = "",
    district: Annotated[str, typer.Option(help="所在区县的六位代码；市级单位不写。")] = "",
    kind: KindOption = None,
    all_kinds: AllKindsOption = False,
) -> None:
    """登记一个报送单位，建好它的收件文件夹，给出密钥（只显示这一次）。"""
    with told_clearly():
        allowed = _kinds_named(kind, all_kinds=all_kinds)
        settings = Settings()
        database = _database(settings)
        _refuse(_fault(name, title, district, database))
        try:
            key = add_provider(
                database, name, title.strip(), department.strip() or title.strip(), district or None, kinds=allowed
            )
        except ProviderExistsError as error:
            _refuse(f"{error}：chengxin provider rotate {name}。")
        folder = make_folders(settings.resolved_inbox_dir, name)
    say(f"已登记 {title.strip()}（{name}），可以报送：{_titles(allowed)}。\n收件文件夹：{folder}")
    _show_key(key)


def _fault(name: str, title: str, district: str, database: Database) -> str | None:
    if not re.match(NAME_PATTERN, name):
        return f"代号 {name} 不合要求：以小写字母或数字开头，只用小写字母、数字、- 和 _，最多 63 个。"
    if not title.strip():
        return "请用 --title 写明单位的名称。"
    if district and (not re.fullmatch(r"[0-9]{6}", district) or gazetteer().label(district) == district):
        return f"没有代码为 {district} 的区县；请填六位行政区划代码，如 620102。"
    with database.connect() as connection:
        same = next((known for known in all_providers(connection) if known.title == title.strip()), None)
    return f"已有名称为 {same.title} 的单位（{same.name}）；名称用来统计，不能相同。" if same else None


def _kinds_named(given: Sequence[str] | None, *, all_kinds: bool) -> list[str]:
    """Names of the kinds that were named, or all; ends the command where it was neither, or both."""
    if bool(given) == all_kinds:
        _refuse("请用 --kind 写明它可以报送的种类（可以写几次），或只写 --all-kinds 让它报送全部种类。")
    return list(catalogue().kinds) if all_kinds else [kind_named(each).name for each in given or ()]


def _titles(allowed: Collection[str]) -> str:
    declared = catalogue().kinds
    if set(declared) <= set(allowed):
        return "全部种类"
    return "、".join(each.title for each in declared.values() if each.name in allowed) or "没有种类"


@provider.command("list")
def list_command() -> None:
    """列出报送单位：代号、名称、部门、区县、是否启用、可以报送的种类。"""
    with told_clearly():
        database = _database(Settings())
        with database.connect() as connection:
            known = all_providers(connection)
    if not known:
        say("还没有登记报送单位。用 chengxin provider add 登记。")
    for each in known:
        say("\t".join(_cells(each)))


def _cells(known: Provider) -> tuple[str, ...]:
    place = gazetteer().short_label(known.district) if known.district else "市级"
    return known.name, known.title, known.department, place, "启用" if known.active else "停用", _titles(known.kinds)


@provider.command()
def kinds(name: NameArgument, kind: KindOption = None, all_kinds: AllKindsOption = False) -> None:
    """规定可以报送的种类，代替原来的；从下一次报送起生效，已经收下的数据不变。"""
    with told_clearly():
        allowed = _kinds_named(kind, all_kinds=all_kinds)
        try:
            set_kinds(_database(Settings()), name, allowed)
        except UnknownProviderError as error:
            _refuse(f"{error}。chengxin provider list 可列出全部。")
    say(f"{name} 可以报送：{_titles(allowed)}。")


@provider.command()
def rotate(name: NameArgument) -> None:
    """换发密钥：旧密钥立即作废，新密钥只显示这一次。"""
    with told_clearly():
        try:
            key = rotate_key(_database(Settings()), name)
        except UnknownProviderError as error:
            _refuse(f"{error}。chengxin provider list 可列出全部。")
    say(f"{name} 的旧密钥已作废。")
    _show_key(key)


@provider.command()
def disable(name: NameArgument) -> None:
    """停用：密钥不再被接受，文件夹里的文件不再收取，已经收下的数据不变。"""
    _set_active(name, active=False)
    say(f"已停用 {name}。chengxin provider enable {name} 可重新启用。")


@provider.command()
def enable(name: NameArgument) -> None:
    """重新启用。"""
    _set_active(name, active=True)
    say(f"已启用 {name}。")


def _set_active(name: str, *, active: bool) -> None:
    with told_clearly():
        try:
            set_active(_database(Settings()), name, active=active)
        except UnknownProviderError as error:
            _refuse(f"{error}。chengxin provider list 可列出全部。")


def _show_key(key: str) -> None:
    say(f"密钥：{key}\n请立即交给该单位妥善保存：平台只存它的摘要，不能再次显示。")


def _refuse(fault: str | None) -> None:
    if fault is not None:
        complain(fault)
        raise typer.Exit(UNREADABLE)
