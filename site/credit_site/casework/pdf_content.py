"""PDF, looked at from outside: whole, readable without a password, and nothing else at the same time.

It is not taken apart. What may be hidden in a page is for a virus scanner; whoever opens it here gets it as a download.
"""

import mmap
import re
from io import UnsupportedOperation
from typing import BinaryIO, Final

from credit_site.casework.refused_content import ContentRefusedError
from credit_site.localisation import Say

PDF: Final = "application/pdf"
END: Final = 1024  # bytes; a reader looks for the end of a PDF in these
ZIP_END: Final = b"PK\x05\x06"
LONGEST_ZIP_END: Final = 22 + (1 << 16)  # bytes, with its comment
_START_OF_TABLE: Final = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*\Z")
_TABLE: Final = re.compile(rb"\s*(?:xref\b|\d+\s+\d+\s+obj\b)")
_ENCRYPTED: Final = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")


def inspect_pdf(file: BinaryIO, say: Say) -> BinaryIO:
    """The same file.

    Raises:
        ContentRefusedError: it is cut off, locked, or another kind of file too.
    """
    body = _mapped(file)
    last = body[-END:]
    found = _START_OF_TABLE.search(last.rstrip(b"\0"))
    if found is None:
        raise ContentRefusedError(say("这个 PDF 不完整，可能没有下载完，或末尾多了别的内容。请重新导出后上传。"))
    at = int(found[1])
    if not 0 < at < len(body) or not _TABLE.match(body[at : at + 40]):
        raise ContentRefusedError(say("这个 PDF 已经损坏，打不开。请重新导出后上传。"))
    if ZIP_END in body[-LONGEST_ZIP_END:]:
        raise ContentRefusedError(say("这个 PDF 里夹带了压缩包，不能收。请只上传文件本身。"))
    if _ENCRYPTED.search(body):
        raise ContentRefusedError(say("这个 PDF 有密码，工作人员打不开。请去掉密码后上传。"))
    return file


def _mapped(file: BinaryIO) -> bytes | mmap.mmap:
    """The whole of it, without reading it into memory where it lies on the disk."""
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (UnsupportedOperation, AttributeError, OSError):
        return file.read()
