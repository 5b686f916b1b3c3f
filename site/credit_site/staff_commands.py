"""`chengxin staff`: the accounts of the desk, for who runs the machine; administrators do most of it at the desk."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from credit_records.database import DatabaseUnavailableError, migrate, open_database
from credit_records.staff import accounts, sessions
from credit_records.staff.accounts import Account, AccountError
from credit_records.staff.officers import ROLE_TITLES, Role
from sqlalchemy import Engine

from credit_site.civil_time import civil
from credit_site.settings import SiteSettings

UNREADABLE = 2

staff = typer.Typer(
    help="受理台的账号：增设、列出、重置密码、改角色、停用、启用、解锁、重置动态口令、结束会话。", no_args_is_help=True
)

LoginArgument = Annotated[str, typer.Argument(help="登录名：小写字母、数字、点、- 和 _。")]
RoleOption = Annotated[
    str, typer.Option(help="角色：clerk 经办员、reviewer 市级审核员、auditor 审计员、administrator 管理员。")
]
UnitOption = Annotated[str, typer.Option(help="经办员所属的报送单位代号；由命令装载的来源，前面加 ~。")]


@staff.command()
def add(
    login: LoginArgument,
    name: Annotated[str, typer.Option(help="姓名，申请人看不到。")],
    role: RoleOption,
    *,
    unit: UnitOption = "",
    email: Annotated[str, typer.Option(help="邮箱，用来发提醒；可以不写。")] = "",
) -> None:
    """增设一个账号，给出初始密码（只显示这一次，首次登录必须更换）。"""
    with _database() as database:
        given = accounts.add_officer(
            database, _operator(), login, name, _role(role), unit=unit or None, email=email or None
        )
    typer.echo(f"已增设 {name.strip()}（{login}），{ROLE_TITLES[_role(role)]}。")
    _show(given)


@staff.command()
def password(login: LoginArgument) -> None:
    """重置密码：旧密码和全部会话立即失效，新密码只显示这一次，首次登录必须更换。"""
    with _database() as database:
        given = accounts.reset_password(database, _operator(), login)
    _show(given)


@staff.command()
def role(login: LoginArgument, role: RoleOption, *, unit: UnitOption = "") -> None:
    """改角色；改成经办员的，要写明单位。全部会话立即失效。"""
    with _database() as database:
        accounts.set_role(database, _operator(), login, _role(role), unit or None)
    typer.echo(f"{login} 现在是{ROLE_TITLES[_role(role)]}。")


@staff.command("unit")
def unit_command(login: LoginArgument, unit: Annotated[str, typer.Argument(help="报送单位的代号。")]) -> None:
    """改经办员所属的单位。全部会话立即失效。"""
    with _database() as database:
        accounts.set_role(database, _operator(), login, "clerk", unit)
    typer.echo(f"{login} 现在办理 {unit} 的申请。")


@staff.command()
def disable(login: LoginArgument) -> None:
    """停用：不能再登录，全部会话立即失效；办过的事仍记在他名下。"""
    with _database() as database:
        accounts.set_active(database, _operator(), login, active=False)
    typer.echo(f"已停用 {login}。chengxin staff enable {login} 可重新启用。")


@staff.command()
def enable(login: LoginArgument) -> None:
    """重新启用。"""
    with _database() as database:
        accounts.set_active(database, _operator(), login, active=True)
    typer.echo(f"已启用 {login}。")


@staff.command()
def unlock(login: LoginArgument) -> None:
    """解除因多次输错密码的锁定。"""
    with _database() as database:
        accounts.unlock(database, _operator(), login)
    typer.echo(f"已解锁 {login}。")


@staff.command("reset-second-factor")
def reset_second_factor(login: LoginArgument) -> None:
    """重置动态口令：如手机丢失；下次登录时重新绑定。"""
    with _database() as database:
        accounts.reset_second_factor(database, _operator(), login)
    typer.echo(f"{login} 下次登录时重新绑定动态口令。")


@staff.command()
def link(
    login: LoginArgument,
    *,
    subject: Annotated[str, typer.Option(help="统一身份认证给这个人的编号（sub）；不写时取消关联。")] = "",
) -> None:
    """关联统一身份认证的账号；要先设置 CHENGXIN_OIDC_ISSUER。"""
    issuer = SiteSettings().oidc_issuer
    if subject and issuer is None:
        raise _refused("没有设置 CHENGXIN_OIDC_ISSUER，无从关联。")
    known = accounts.identity(str(issuer).rstrip("/"), subject) if subject else None
    with _database() as database:
        accounts.set_identity(database, _operator(), login, known)
    typer.echo(f"{login} 已{'关联' if subject else '取消关联'}。")


@staff.command("sessions")
def sessions_command(
    login: Annotated[str, typer.Argument(help="只看这个账号的；不写时列出全部。")] = "",
    *,
    revoke: Annotated[bool, typer.Option("--revoke", help="结束这个账号的全部会话。")] = False,
) -> None:
    """列出登录中的会话，或结束一个账号的全部会话。"""
    with _database() as database:
        if revoke:
            if not login:
                raise _refused("请写明要结束谁的会话。")
            typer.echo(f"已结束 {accounts.revoke_sessions(database, _operator(), login)} 个会话。")
            return
        with database.connect() as connection:
            living = sessions.sessions_of(connection)
    for each in living:
        if login in {"", each.officer.login}:
            typer.echo(f"{each.officer.login}\t{civil(each.created_at)}\t{civil(each.seen_at)}\t{each.client}")


@staff.command("list")
def list_command() -> None:
    """列出账号：登录名、姓名、角色、单位、动态口令、状态。"""
    with _database() as database, database.connect() as connection:
        known = accounts.accounts(connection)
    if not known:
        typer.echo("还没有账号。用 chengxin staff add 增设。")
    for each in known:
        typer.echo("\t".join(_cells(each)))


def _cells(of: Account) -> tuple[str, ...]:
    officer = of.officer
    state = "锁定" if of.locked_until else "启用" if officer.active else "停用"
    second = "已绑定动态口令" if of.has_second_factor else "未绑定动态口令"
    return officer.login, officer.name, ROLE_TITLES[officer.role], officer.unit or "全市", second, state


@contextmanager
def _database() -> Iterator[Engine]:
    """The database, brought up to date; what can't be done ends the command in a sentence."""
    try:
        database = open_database(SiteSettings())
        migrate(database)
        yield database
        database.dispose()
    except (AccountError, DatabaseUnavailableError) as error:
        raise _refused(f"{error}。".replace("。。", "。")) from error


def _role(text: str) -> Role:
    if text not in accounts.ROLES:
        known = "、".join(f"{each}（{title}）" for each, title in ROLE_TITLES.items())
        raise _refused(f"没有“{text}”这个角色，可以是：{known}。")
    return text


def _operator() -> str:
    """Who the audit trail names: whoever runs the command on the machine."""
    return f"system:{getpass.getuser()}"


def _show(given: str) -> None:
    typer.echo(f"初始密码：{given}\n请当面交给本人：只显示这一次，首次登录必须更换。")


def _refused(sentence: str) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(UNREADABLE)
