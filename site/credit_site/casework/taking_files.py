"""A file on its way in: read with a limit, looked at, made harmless, brought to the store, and noted as a paper."""

from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
from typing import BinaryIO, Final

from credit_records.casework.errors import CaseworkError
from credit_records.casework.materials import MOST_BYTES, add_material
from credit_records.casework.store import Kept
from sqlalchemy import Engine
from starlette.datastructures import FormData, UploadFile

from credit_site.casework.holding import A_MINUTE
from credit_site.casework.material_content import Content, content_of, with_ending
from credit_site.casework.refused_content import ContentRefusedError
from credit_site.casework.virus_check import ScannerAwayError, holds_virus
from credit_site.casework.writing_down import written
from credit_site.errors import ProblemError
from credit_site.form_tokens import LONGEST_TOKEN
from credit_site.forms import text_of
from credit_site.localisation import Say
from credit_site.site import Site

MOST_MEGABYTES: Final = MOST_BYTES // 2**20
MOST_FORM: Final = MOST_BYTES + 100_000  # with what the form adds
FILE: Final = "file"
PURPOSE: Final = "purpose"
_FULL: Final = frozenset({ENOSPC, EDQUOT})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no file was taken. `field` is the id of what is to be put right, `status` that of the answer."""

    field: str
    sentence: str
    status: int = 422


async def take_file(site: Site, say: Say, form: FormData, *, secret: str, ticket: str, address: str) -> Refusal | None:
    """Take the form's file as the paper that it names; None where it was taken.

    `ticket` and `address`, of the application and of who calls, are counted.
    """
    purpose, file = text_of(form, PURPOSE)[:LONGEST_TOKEN], form.get(FILE)
    try:
        if not purpose:
            raise _RefusedError(Refusal(PURPOSE, say("请选择这是哪一项材料。")))
        if not isinstance(file, UploadFile) or not file.filename:
            raise _RefusedError(Refusal(FILE, say("请选择要上传的文件。")))
        if (file.size or 0) > MOST_BYTES:
            raise _RefusedError(too_large(say))
        _count(site, say, ticket, address)
        content, kept = await _kept(site, say, file.file)
        name = with_ending(file.filename, content.media_type)
        await _noted(site, say, _Noting(secret, purpose, name, content.media_type, kept))
    except _RefusedError as refused:
        return refused.refusal
    return None


class _RefusedError(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.sentence)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class _Noting:
    secret: str
    purpose: str
    name: str
    media_type: str
    kept: Kept


def _count(site: Site, say: Say, ticket: str, address: str) -> None:
    left = site.casework.count_upload(ticket, address)
    if not left.allowed:
        sentence = say("上传的次数太多，请过 %(minutes)s 分钟再传。") % {"minutes": -(-left.wait // A_MINUTE)}
        raise _RefusedError(Refusal(FILE, sentence, 429))


async def _kept(site: Site, say: Say, file: BinaryIO) -> tuple[Content, Kept]:
    """The file as it may be kept, brought to the store."""
    try:
        return await site.casework.look_at(lambda: _looked_at(site, say, file))
    except ContentRefusedError as error:
        raise _RefusedError(Refusal(FILE, str(error))) from error
    except ScannerAwayError as error:
        sentence = say("查毒程序没有应答，暂时不能收文件。请过几分钟再传；填好的内容都在。")
        raise _RefusedError(Refusal(FILE, sentence, 503)) from error
    except OSError as error:
        raise _RefusedError(Refusal(FILE, _not_kept(error, say), 503)) from error


def _looked_at(site: Site, say: Say, file: BinaryIO) -> tuple[Content, Kept]:
    if site.casework.scanner and holds_virus(file, site.casework.scanner):
        raise ContentRefusedError(say("查毒程序在这个文件里发现了病毒，没有收下。请在自己的电脑上查毒。"))
    content = content_of(file, say)
    return content, site.casework.store.keep(content.file)


async def _noted(site: Site, say: Say, new: _Noting) -> None:
    def note(engine: Engine) -> None:
        add_material(
            engine,
            new.secret,
            new.purpose,
            new.name,
            media_type=new.media_type,
            size=new.kept.size,
            sha256=new.kept.sha256,
        )

    try:
        await written(site, say, note)
    except CaseworkError as error:
        raise _RefusedError(Refusal(FILE, str(error), 409)) from error
    except ProblemError as error:
        sentence = f"{error.problem.title}{say('：')}{error.problem.detail}"
        raise _RefusedError(Refusal(FILE, sentence, error.problem.status)) from error


def too_large(say: Say) -> Refusal:
    sentence = say("文件超过 %(most)s MB。请压缩、降低扫描分辨率，或拆成几个文件。") % {"most": MOST_MEGABYTES}
    return Refusal(FILE, sentence, 413)


def _not_kept(error: OSError, say: Say) -> str:
    if error.errno in _FULL:
        return say("磁盘满了，文件没有收下；填好的内容都在。请过一会儿再传，或告诉平台的工作人员。")
    return say("文件存不下来；填好的内容都在。请过一会儿再传，或告诉平台的工作人员。")
