"""What a file is, told by its content; its name only helps to say what it was taken for."""

import zipfile
from enum import StrEnum
from pathlib import Path

from credit_indexer.sources.bytestream import ByteStream, failed_read
from credit_indexer.sources.source import UnreadableFileError

SNIFFED_BYTES = 64 << 10


class Format(StrEnum):
    DELIMITED = "delimited"
    JSON_LINES = "json_lines"
    WORKBOOK = "workbook"
    PARQUET = "parquet"


ACCEPTED = "可以装载的格式有：CSV、TSV（均可再用 gzip 压缩）、XLSX、JSON Lines、Parquet"
RESAVE = "请在 Excel 或 WPS 里另存为不加密的 .xlsx 或 CSV 后再装载"

# First bytes of what is sent by mistake; the ZIP and gzip families are told apart further on.
FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "是旧版 Excel（.xls）文件或加了密码的工作簿", RESAVE),
    (b"\x7fELF", "是可执行程序，不是数据文件", ACCEPTED),
    (b"MZ\x90", "是 Windows 可执行程序，不是数据文件", ACCEPTED),
    (b"\x89PNG", "是 PNG 图片，不是数据文件", ACCEPTED),
    (b"\xff\xd8\xff", "是 JPEG 图片，不是数据文件", ACCEPTED),
    (b"GIF8", "是 GIF 图片，不是数据文件", ACCEPTED),
    (b"%PDF", "是 PDF 文件，不是数据表", ACCEPTED),
    (b"Rar!", "是 RAR 压缩包", "请解压后逐个装载里面的文件"),
    (b"7z\xbc\xaf\x27\x1c", "是 7z 压缩包", "请解压后逐个装载里面的文件"),
    (b"BZh", "是 bzip2 压缩文件", "请解压，或改用 gzip 压缩后再装载"),
    (b"\xfd7zXZ", "是 xz 压缩文件", "请解压，或改用 gzip 压缩后再装载"),
    (b"\x28\xb5\x2f\xfd", "是 zstd 压缩文件", "请解压，或改用 gzip 压缩后再装载"),
    (b"SQLite format 3", "是 SQLite 数据库，不是数据文件", ACCEPTED),
    (b"\x1f\x8b", "经过了两层 gzip 压缩", "请先解压一层后再装载"),
)


def recognise(path: Path) -> tuple[Format, ByteStream]:
    """The format of a file and its unpacked bytes; an UnreadableFileError where it is none of ours."""
    plain = ByteStream(path, gzipped=False)
    start = _start_of(path, plain)
    if start.startswith(b"PAR1"):
        return Format.PARQUET, plain
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _recognise_zip(path), plain
    stream = plain
    if start.startswith(b"\x1f\x8b"):
        stream = ByteStream(path, gzipped=True)
        start = stream.start(SNIFFED_BYTES)
        if start.startswith((b"PAR1", b"PK\x03\x04")):
            raise UnreadableFileError(path, "在 gzip 里又装了一个 Parquet 或 ZIP 文件", "请先解压一层后再装载")
        if not start.strip():
            raise UnreadableFileError(path, "压缩文件里没有内容", "请确认导出是否成功，重新生成后再传送")
    return _recognise_text(path, start), stream


def _start_of(path: Path, plain: ByteStream) -> bytes:
    try:
        if not path.exists():
            raise FileNotFoundError
        if path.is_dir():
            raise IsADirectoryError
        if not path.is_file():
            raise UnreadableFileError(path, "不是普通文件（管道或设备）", "请先保存成文件再装载")
    except OSError as error:
        raise failed_read(path, error) from error
    start = plain.start(SNIFFED_BYTES)
    if not start:
        raise UnreadableFileError(path, "是空文件（0 字节）", "请确认导出是否成功，重新生成后再传送")
    return start


def _recognise_zip(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeDecodeError) as error:
        raise UnreadableFileError(
            path, "是 XLSX 或 ZIP 文件，但已损坏或不完整", "请重新导出或重新传送完整的文件"
        ) from error
    if "xl/workbook.xml" in names:
        return Format.WORKBOOK
    raise UnreadableFileError(path, "是 ZIP 压缩包（或 Word、PPT 文档）", "请解压后逐个装载里面的数据文件")


def _recognise_text(path: Path, start: bytes) -> Format:
    for magic, problem, remedy in FOREIGN:
        if start.startswith(magic):
            raise UnreadableFileError(path, problem, remedy)
    head = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = start[:1024].decode("utf-16", errors="ignore").lstrip().encode(errors="ignore")
    if head[:1] == b"{":
        return Format.JSON_LINES
    if head[:1] == b"[":
        raise UnreadableFileError(path, "是一个 JSON 数组", "请改为 JSON Lines：每行一个对象，行末不加逗号")
    if head[:1] == b"<":
        raise UnreadableFileError(path, "是网页或 XML，不是数据表（有的系统把网页存成 .xls）", RESAVE)
    return Format.DELIMITED
