"""A sheet sent in the browser: chosen, looked at, put in the inbox, and waited for until its receipt is there."""

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import BinaryIO, Final

from credit_records.catalogue import Kind
from credit_records.inbox_layout import PART, TAKING, UPLOADS, new_upload, provider_folder
from credit_records.provider_deliveries import uploaded
from credit_records.template_workbook import template_workbook
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from credit_site.form_tokens import FIELD
from credit_site.forms import FormTooLargeError, read_form, text_of
from credit_site.private_pages import PRIVATE, led_to
from credit_site.provider_room.session import ROOM, Member
from credit_site.provider_room.upload_content import fault_of
from credit_site.record_view import titled

MOST_MEGABYTES: Final = 50
MOST_BYTES: Final = MOST_MEGABYTES * 1_000_000
MOST_FORM: Final = MOST_BYTES + 100_000  # with what the form adds
WORKBOOK_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TICKET: Final = re.compile(r"[0-9a-f]{8}")  # what `new_upload` begins names with
_FULL: Final = frozenset({ENOSPC, EDQUOT})


@dataclass(frozen=True, slots=True)
class KindChoice:
    name: str
    title: str
    template: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """`field` is the id of what is to be put right."""

    field: str
    sentence: str


async def show_form(member: Member) -> Response:
    return _form(member, dict(member.visit.pairs).get("kind", ""), [])


async def upload(member: Member) -> Response:
    try:
        form = await read_form(member.request, member.say, MOST_FORM)
    except FormTooLargeError:
        return _form(member, "", [Fault("file", _too_large(member))], 413)
    try:
        return await _judged(member, form)
    finally:
        await form.close()


async def _judged(member: Member, form: FormData) -> Response:
    say = member.say
    member.check_form(text_of(form, FIELD))
    name = text_of(form, "kind")
    kind = member.kinds.get(name)
    file = form.get("file")
    faults = []
    if kind is None and (known := member.site.catalogue.kinds.get(name)):
        sentence = say("本单位没有登记报送“%(kind)s”；确应报送的，请联系平台为本单位增加这个种类。")
        faults.append(Fault("kind", sentence % {"kind": titled(known, member.visit.locale)}))
    elif kind is None:
        faults.append(Fault("kind", say("请选择数据种类。")))
    if not isinstance(file, UploadFile) or not file.filename:
        faults.append(Fault("file", say("请选择要上传的文件。")))
    elif (file.size or 0) > MOST_BYTES:
        faults.append(Fault("file", _too_large(member)))
    elif fault := await run_in_threadpool(fault_of, file.file, say):
        faults.append(Fault("file", fault))
    if faults or kind is None or not isinstance(file, UploadFile):
        return _form(member, name, faults, 422)
    left = member.site.desk.count_upload(member.provider)
    if not left.allowed:
        minutes = -(-left.wait // 60)
        sentence = say("一小时里传的文件太多，请过 %(minutes)s 分钟再传，或放到收件目录。") % {"minutes": minutes}
        return _form(member, name, [Fault("file", sentence)], 429)
    return await _keep(member, kind, file)


async def wait(member: Member) -> Response:
    """How far the upload has come; on to its receipt, once that is there."""
    ticket = member.request.path_params["ticket"]
    if not _TICKET.fullmatch(ticket):
        raise HTTPException(404)
    found = await member.site.database.read(uploaded, member.provider.name, f"{ticket}_")
    if found is not None and found.finished_at is not None:
        return led_to(f"{ROOM}/deliveries/{found.id}", member.visit)
    waiting, taken = await run_in_threadpool(_places, member.site.desk.inbox, member.provider.name, ticket)
    if found is None and not waiting and not taken:
        raise HTTPException(404)
    name = "provider/waiting_partial.html" if member.visit.partial else "provider/waiting.html"
    rows, begun = found.rows if found else 0, taken or found is not None
    return member.page(name, {"address": f"{ROOM}/uploads/{ticket}", "rows": rows, "begun": begun})


async def template(member: Member) -> Response:
    kind = member.kinds.get(member.request.path_params["kind"])
    if kind is None:
        raise HTTPException(404)
    workbook = await run_in_threadpool(template_workbook, kind, member.site.catalogue)
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{kind.name}.xlsx"'}
    return Response(workbook, media_type=WORKBOOK_TYPE, headers=headers)


def _form(member: Member, chosen: str, faults: Sequence[Fault], status: int = 200) -> Response:
    locale = member.visit.locale
    kinds = [
        KindChoice(kind.name, titled(kind, locale), f"{ROOM}/templates/{kind.name}.xlsx", kind.name == chosen)
        for kind in member.kinds.values()
    ]
    return member.page(
        "provider/upload_partial.html" if member.visit.partial else "provider/upload.html",
        {"kinds": kinds, "faults": faults, "most": MOST_MEGABYTES},
        status,
    )


def _too_large(member: Member) -> str:
    return member.say("文件超过 %(most)s MB。请压缩成 gzip、分成几个文件，或放到收件目录。") % {"most": MOST_MEGABYTES}


async def _keep(member: Member, kind: Kind, file: UploadFile) -> Response:
    try:
        ticket = await run_in_threadpool(
            _put, member.site.desk.inbox, member.provider.name, kind, file.filename or "", file.file
        )
    except OSError as error:
        full = error.errno in _FULL
        sentence = (
            member.say("磁盘已满，文件没有收下。请过一会儿再传，或告诉管理员。")
            if full
            else member.say("文件存不进收件目录。请过一会儿再传，或告诉管理员。")
        )
        return _form(member, kind.name, [Fault("file", sentence)], 503)
    return led_to(f"{ROOM}/uploads/{ticket}", member.visit)


def _put(inbox: Path, provider: str, kind: Kind, file_name: str, content: BinaryIO) -> str:
    """Put the file into the inbox, where it appears whole; its ticket."""
    target = new_upload(inbox, provider, kind, file_name)
    part = target.with_name(target.name + PART)
    try:
        with part.open("wb") as file:
            shutil.copyfileobj(content, file, 1 << 20)
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return target.name.partition("_")[0]


def _places(inbox: Path, provider: str, ticket: str) -> tuple[bool, bool]:
    """Whether the file waits in the inbox, and whether it is being recorded."""
    folder = provider_folder(inbox, provider)
    waits, taken = (folder / UPLOADS).glob(f"*/{ticket}_*"), (folder / TAKING).glob(f"*/*/{ticket}_*")
    return any(waits), any(taken)
