"""What a file is, by its content alone: a PDF, a picture or an OFD, made harmless where that is possible.

Pictures are decoded and written anew, so nothing but what is seen in them is kept. PDF and OFD may bear seals and
signatures that a new writing would break: they are looked at and kept as they are, and only ever sent as a download.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from credit_site.casework.ofd_content import OFD, inspect_ofd
from credit_site.casework.pdf_content import PDF, inspect_pdf
from credit_site.casework.picture_content import JPEG, PNG, anew
from credit_site.casework.refused_content import ContentRefusedError
from credit_site.localisation import Say

SNIFFED: Final = 16  # bytes
PICTURES: Final = frozenset({JPEG, PNG})
ENDINGS: Final[Mapping[str, str]] = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", OFD: ".ofd"}
LONGEST_ENDING: Final = 5
_OTHER_ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {JPEG: (".jpeg", ".jpe")}


@dataclass(frozen=True, slots=True)
class Content:
    """What is to be kept, standing at its start, and what it is."""

    media_type: str
    file: BinaryIO


def content_of(file: BinaryIO, say: Say) -> Content:
    """The content as it may be kept.

    Raises:
        ContentRefusedError: it is nothing that is taken, is damaged, or hides something; with what to do.
    """
    start = file.read(SNIFFED)
    file.seek(0)
    if not start:
        raise ContentRefusedError(say("文件是空的，请重新选择。"))
    found = next(((kind, read) for magic, kind, read in _KINDS if start.startswith(magic)), None)
    if found is None:
        raise ContentRefusedError(_unknown(start, say))
    media_type, read = found
    kept = read(file, say)
    kept.seek(0)
    return Content(media_type, kept)


def _unknown(start: bytes, say: Say) -> str:
    if start[4:8] == b"ftyp":
        return say("这是手机的 HEIC 照片或视频。请把照片另存为 JPEG，或者截图后上传。")
    if start.startswith((b"\xd0\xcf\x11\xe0", b"{\\rtf")):
        return say("这是 Word 等办公文档。请在软件里另存为（导出）PDF 后上传。")
    return say("只收 PDF、JPEG、PNG 和 OFD；格式凭内容判断，改文件名没有用。请另存为其中一种后上传。")


def with_ending(file_name: str, media_type: str) -> str:
    """The file's own name with the ending of what it is, so that nobody opens it as something else."""
    stem, dot, ending = file_name.rpartition(".")
    is_ending = dot and ending.isascii() and ending.isalnum() and len(ending) <= LONGEST_ENDING
    if is_ending and f".{ending.lower()}" in (*_OTHER_ENDINGS.get(media_type, ()), ENDINGS[media_type]):
        return file_name
    return (stem if is_ending else file_name) + ENDINGS[media_type]


Reader = Callable[[BinaryIO, Say], BinaryIO]
_KINDS: Final[tuple[tuple[bytes, str, Reader], ...]] = (
    (b"%PDF-", PDF, inspect_pdf),
    (b"\xff\xd8\xff", JPEG, anew),
    (b"\x89PNG\r\n\x1a\n", PNG, anew),
    (b"PK\x03\x04", OFD, inspect_ofd),
)
