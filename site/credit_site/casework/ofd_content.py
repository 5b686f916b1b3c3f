"""OFD (GB/T 33190-2016), a package of XML like a workbook: its list of parts is looked at, nothing is unpacked."""

import re
import struct
import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from credit_site.casework.refused_content import ContentRefusedError
from credit_site.localisation import Say

OFD: Final = "application/ofd"
ROOT: Final = "OFD.xml"
MOST_PARTS: Final = 2_000
MOST_UNPACKED: Final = 200_000_000  # bytes
MOST_TIMES: Final = 200  # larger than packed
MOST_ROOT: Final = 1_000_000  # bytes
LONGEST_LIST: Final = MOST_PARTS * 200  # bytes of the list of parts
LONGEST_END: Final = 22 + (1 << 16)
_END: Final = b"PK\x05\x06"
_END_FIELDS: Final = struct.Struct("<4s4H2LH")
_ENCRYPTED: Final = 0x1
_LINK: Final = 0o120000
_KINDS_OF_FILE: Final = 0o170000
_OFD_ELEMENT: Final = re.compile(rb"<(?:\w+:)?OFD\b[^>]*http://www\.ofdspec\.org/2016")


def inspect_ofd(file: BinaryIO, say: Say) -> BinaryIO:
    """The same file.

    Raises:
        ContentRefusedError: it is another package, damaged, or made to harm whoever unpacks it.
    """
    _look_at_end(file, say)
    try:
        with zipfile.ZipFile(file) as package:
            _look_at_parts(package, say)
            root = _root_of(package)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError, KeyError) as error:
        raise ContentRefusedError(_damaged(say)) from error
    if root is None or not _OFD_ELEMENT.search(root):
        raise ContentRefusedError(say("这是压缩包或办公文档，不是 OFD。请解压后逐个上传，文档请另存为 PDF。"))
    if b"<!DOCTYPE" in root or b"<!ENTITY" in root:
        raise ContentRefusedError(_strange(say))
    file.seek(0)
    return file


def _look_at_end(file: BinaryIO, say: Say) -> None:
    """Refuse a list of parts that is too long before it is read: reading it takes memory for each."""
    size = file.seek(0, 2)
    file.seek(max(0, size - LONGEST_END))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or at + _END_FIELDS.size > len(tail):
        raise ContentRefusedError(_damaged(say))
    _, _, _, _, parts, list_size, list_at, comment = _END_FIELDS.unpack_from(tail, at)
    if at + _END_FIELDS.size + comment != len(tail) or list_at + list_size + len(tail) - at != size:
        raise ContentRefusedError(_strange(say))  # something lies before, between or behind
    if parts > MOST_PARTS or list_size > LONGEST_LIST:
        raise ContentRefusedError(_strange(say))


def _look_at_parts(package: zipfile.ZipFile, say: Say) -> None:
    parts = package.infolist()
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    names = {part.filename for part in parts}
    if (
        len(names) != len(parts)
        or len(parts) > MOST_PARTS  # the end may have told another number
        or unpacked > MOST_UNPACKED
        or unpacked > MOST_TIMES * (packed + 1_000)
        or not all(_is_plain(part) for part in parts)
    ):
        raise ContentRefusedError(_strange(say))


def _is_plain(part: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(part.filename)
    is_link = (part.external_attr >> 16) & _KINDS_OF_FILE == _LINK
    leads_out = path.is_absolute() or ".." in path.parts or "\\" in part.filename or ":" in part.filename
    return not (part.flag_bits & _ENCRYPTED or is_link or leads_out)


def _root_of(package: zipfile.ZipFile) -> bytes | None:
    if ROOT not in package.namelist():
        return None
    with package.open(ROOT) as part:
        return part.read(MOST_ROOT)


def _damaged(say: Say) -> str:
    return say("这个 OFD 文件不完整或已经损坏。请重新导出后上传。")


def _strange(say: Say) -> str:
    return say("这个 OFD 文件的结构不正常，不能收。请用阅读软件重新导出，或另存为 PDF 后上传。")
