"""What a file is, by its content: only what plainly is no table is turned away here, the receiver judges the rest."""

import gzip
import zipfile
import zlib
from typing import BinaryIO, Final

from credit_site.localisation import Say

SNIFFED: Final = 1 << 16  # bytes
WORKBOOK: Final = "xl/workbook.xml"
ENCODINGS: Final = ("utf-8-sig", "gb18030")
WIDE: Final = (b"\xff\xfe", b"\xfe\xff")  # UTF-16
_TEXT_CONTROLS: Final = frozenset("\t\n\r\x0b\x0c")


def fault_of(file: BinaryIO, say: Say) -> str | None:
    """Why the file can't be taken, in a sentence; None where it may be a table. The file stands at its start again."""
    try:
        return _fault(file, say)
    finally:
        file.seek(0)


def _fault(file: BinaryIO, say: Say) -> str | None:
    start = file.read(SNIFFED)
    if start.startswith(b"PAR1"):
        return None
    if start.startswith(b"PK\x03\x04"):
        return None if _is_workbook(file) else say("这是压缩包，不是 XLSX。请解压后逐个上传里面的文件。")
    if start.startswith(b"\x1f\x8b"):
        file.seek(0)
        try:
            start = gzip.GzipFile(fileobj=file, mode="rb").read(SNIFFED)
        except (OSError, EOFError, zlib.error):
            return say("gzip 压缩文件不完整，请重新压缩后再上传。")
    return _fault_of_text(start, say)


def _fault_of_text(start: bytes, say: Say) -> str | None:
    if not start.strip():
        return say("文件是空的，请确认导出是否成功。")
    if start.lstrip().startswith(b"<"):
        return say("这是网页或 XML，不是数据表。请在 Excel 或 WPS 里另存为 .xlsx 或 CSV。")
    if not _is_text(start):
        return say("这不是可以读的数据表。请上传 XLSX、CSV、TSV、JSON Lines 或 Parquet；旧版 .xls 请另存为 .xlsx。")
    return None


def _is_workbook(file: BinaryIO) -> bool:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as package:
            return WORKBOOK in package.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _is_text(start: bytes) -> bool:
    if start.startswith(WIDE):
        return True
    for encoding in ENCODINGS:
        # A character may be cut in two where the piece ends.
        text = start.decode(encoding, "replace")
        strange = sum(each == "\ufffd" or (ord(each) < 32 and each not in _TEXT_CONTROLS) for each in text[:-4])
        if strange == 0:
            return True
    return False
