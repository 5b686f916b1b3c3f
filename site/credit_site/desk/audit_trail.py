"""The audit trail as auditors read it: by who, by what it was done to, newest first; and whether it is whole."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from urllib.parse import urlencode

from credit_records.casework.audit import Entry, entries, verify
from credit_records.casework.states import STATE_TITLES
from credit_records.staff.officers import ROLE_TITLES, Role
from starlette.responses import Response

from credit_site.civil_time import civil
from credit_site.desk.session import ROOM, Seat

AUDIT: Final = f"{ROOM}/audit"
PAGE: Final = 50
LONGEST: Final = 100
_NUMBER: Final = re.compile(r"[0-9]{1,15}")

ACTIONS: Final[Mapping[str, str]] = {
    "sign-in": "登录",
    "sign-out": "退出",
    "pass-second-factor": "通过动态口令",
    "second-factor": "绑定动态口令",
    "lock": "输错过多，锁定",
    "unlock": "解锁",
    "add": "增设账号",
    "reset-password": "重置密码",
    "change-password": "更换密码",
    "reset-second-factor": "重置动态口令",
    "set-role": "改角色",
    "enable": "启用",
    "disable": "停用",
    "link": "关联统一身份",
    "revoke-sessions": "结束会话",
    "open-material": "打开材料",
    "application.begin": "开始填写",
    "application.submit": "提交申请",
    "application.accept": "受理",
    "application.decline": "不予受理",
    "application.ask": "要求补正",
    "application.supply": "补正材料",
    "application.note": "备注",
    "application.propose": "提出准予意见",
    "application.send_back": "复核退回",
    "application.extend": "延长期限",
    "application.grant": "作出准予决定",
    "application.refuse": "作出不予决定",
    "application.drop": "申请人撤回",
    "application.reopen": "重新办理",
}
ACTORS: Final[Mapping[str, str]] = {"applicant": "申请人", "system": "系统"}
DETAILS: Final[Mapping[str, str]] = {
    "number": "编号",
    "state": "状态",
    "text": "内容",
    "reason": "理由",
    "record": "记录",
    "effect": "效果",
    "corrected": "更正",
    "login": "登录名",
    "role": "角色",
    "unit": "单位",
    "failures": "输错次数",
    "until": "锁定到",
    "ended": "结束",
    "linked": "已关联",
    "material": "材料",
    "sha256": "SHA-256",
}
OBJECTS: Final[Mapping[str, str]] = {"application": "申请", "staff": "账号", "record": "记录"}


@dataclass(frozen=True, slots=True)
class EntryLine:
    """`detail` is what the entry tells, as name and value; `address` the case that it is about, where it is one."""

    seq: int
    at: str
    actor: str
    action: str
    object: str
    address: str
    detail: list[tuple[str, str]]
    hash: str


async def show_audit(seat: Seat) -> Response:
    given = dict(seat.visit.pairs)
    actor, about = given.get("actor", "").strip()[:LONGEST], given.get("object", "").strip()[:LONGEST]
    after = int(given["after"]) if _NUMBER.fullmatch(given.get("after", "")) else None
    found = await seat.site.database.read_aside(
        entries, after=after, about=about or None, actor=actor or None, limit=PAGE + 1
    )
    verdict = await seat.site.database.read_aside(verify) if given.get("verify") == "yes" else None
    chosen = [(key, value) for key, value in (("actor", actor), ("object", about)) if value]
    address = f"{AUDIT}?{urlencode(chosen)}" if chosen else AUDIT
    following = f"{AUDIT}?{urlencode([*chosen, ('after', found[PAGE - 1].seq)])}" if len(found) > PAGE else ""
    context = {
        "lines": [_line(each) for each in found[:PAGE]],
        "actor": actor,
        "object": about,
        "verdict": verdict,
        "first": address if after is not None else "",
        "following": following,
        "address": AUDIT,
    }
    return seat.page("desk/audit.html", context)


def _line(entry: Entry) -> EntryLine:
    kind, _, number = entry.object.partition("/")
    return EntryLine(
        seq=entry.seq,
        at=civil(datetime.fromisoformat(entry.at)),
        actor=ACTORS.get(entry.actor, entry.actor),
        action=ACTIONS.get(entry.action, entry.action),
        object=f"{OBJECTS.get(kind, kind)} {number}",
        address=f"{ROOM}/cases/{number}" if kind == "application" and number.isdecimal() else "",
        detail=[
            (DETAILS.get(key, key), _told(key, value)) for key, value in entry.told.items() if value not in (None, "")
        ],
        hash=entry.hash,
    )


def _told(key: str, value: object) -> str:
    if key == "state":
        return STATE_TITLES.get(str(value), (str(value), ""))[0]
    if key == "role":
        return ROLE_TITLES.get(cast("Role", value), str(value))
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
