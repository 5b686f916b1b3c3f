import gzip
import hashlib
import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from credit_indexer.sources.opening import inspect
from credit_indexer.sources.source import UnreadableFileError
from credit_records.catalogue import Kind

from tests.indexer.dressed_tables import delimited, parquet, workbook

TABLE = (("企业名称", "统一社会信用代码"), [(f"虚构{i}号商行", f"9262019900000{i:05}") for i in range(2000)])
NOISE = b"".join(hashlib.sha256(bytes([i % 256, i // 256])).digest() for i in range(10_000))


def zipped(names: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return packed.getvalue()


def parquet_of_bytes() -> bytes:
    """Texts that are not UTF-8, as some programs write them."""
    packed = io.BytesIO()
    text = pa.array(["虚构商行".encode("gbk")]).view(pa.string())
    pq.write_table(pa.table([text, text], names=["企业名称", "统一社会信用代码"]), packed)
    return packed.getvalue()


def damaged(content: bytes, at: float) -> bytes:
    position = int(len(content) * at)
    return content[:position] + b"\xde\xad\xbe\xef" * 8 + content[position + 32 :]


CASES: dict[str, tuple[bytes, str]] = {
    "truncated.csv.gz": (gzip.compress(delimited(TABLE))[:-700], "截断"),
    "damaged.csv.gz": (damaged(gzip.compress(delimited(TABLE)), 0.5), "已损坏"),
    "twice.csv.gz": (gzip.compress(gzip.compress(delimited(TABLE))), "两层"),
    "nothing.csv.gz": (gzip.compress(b""), "没有内容"),
    "program.csv": (b"\x7fELF\x02\x01\x01\0" + NOISE, "可执行程序"),
    "windows.csv": (b"MZ\x90\0" + NOISE, "可执行程序"),
    "archive.csv": (zipped({"a.csv": delimited(TABLE)}), "ZIP"),
    "cut.xlsx": (workbook(TABLE)[:-500], "损坏"),
    "bad.xlsx": (damaged(workbook(TABLE), 0.5), "损坏"),
    "xml.xlsx": (zipped({"xl/workbook.xml": b"<workbook><sheets>"}), "XML"),
    "dtd.xlsx": (zipped({"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "损坏"),
    "hollow.xlsx": (zipped({"xl/workbook.xml": b"<workbook/>"}), "结构有错误"),
    "encrypted.xlsx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE, "加了密码"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + NOISE, "图片"),
    "page.xls": (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
    "paper.csv": (b"%PDF-1.7\n" + NOISE, "PDF"),
    "noise.csv": (b"\xfe" + NOISE, "不是文本"),
    "zeros.csv": (bytes(100_000), "不是文本"),
    "empty.csv": (b"", "空文件"),
    "blank.csv": (b"\n \n\n", "表头"),
    "bom.csv": (b"\xef\xbb\xbf", "表头"),
    "headless.csv": (delimited(TABLE).split(b"\n", 1)[1], "没有找到表头"),
    "headless.gbk.csv": (delimited(TABLE, encoding="gbk").split(b"\n", 1)[1], "没有找到表头"),
    "half_header.csv": (delimited((("企业名称", "备注"), [("甲", "乙")])), "缺少必需的列：统一社会信用代码"),
    "half_header.parquet": (parquet((("企业名称", "备注"), [("甲", "乙")])), "缺少必需的列：统一社会信用代码"),
    "half_header.xlsx": (workbook((("信用代码", "备注"), [("甲", "乙")])), "缺少必需的列：企业名称"),
    "half_header.jsonl": ('{"企业名称": "甲"}\n'.encode(), "缺少必需的列：统一社会信用代码"),
    "cut.parquet": (parquet(TABLE)[:-300], "Parquet"),
    "bad.parquet": (damaged(parquet(TABLE), 0.3), "Parquet"),
    "gbk.parquet": (parquet_of_bytes(), "不是 UTF-8"),
    "array.json": (b'[{"a": 1}]', "JSON 数组"),
    "pretty.json": ('{\n  "企业名称": "甲",\n  "统一社会信用代码": "乙"\n}\n'.encode(), "JSON Lines"),
    "half.utf16.csv": (delimited(TABLE, encoding="utf-16")[:-1], "UTF-16"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_file_that_cannot_be_read_gets_one_clear_sentence(name: str, kind: Kind, tmp_path: Path) -> None:
    content, expected = CASES[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError) as refused:
        inspect(path, kind)
    sentence = str(refused.value)
    assert expected in sentence
    assert sentence.startswith(f"无法读取 {name}：")
    assert sentence.endswith("。")
    assert "\n" not in sentence


def huge_line(path: Path) -> None:
    path.write_bytes("企业名称,统一社会信用代码\n".encode())
    os.truncate(path, 2 << 30)


def gzip_bomb(path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=9) as stream:
        stream.write("企业名称,统一社会信用代码\n".encode())
        row = b"a," + b"0" * 1021 + b"\n"
        for _ in range(150):
            stream.write(row * 1024)


def parquet_bomb(path: Path) -> None:
    column = pa.chunked_array([pa.array(["0" * 1000] * 20_000)] * 5)
    table = pa.table({"企业名称": column, "统一社会信用代码": column})
    pq.write_table(table, path, compression="zstd", use_dictionary=False)


def workbook_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/sharedStrings.xml", b"<sst>" + b" " * (100 << 20) + b"</sst>")


def lying_workbook_bomb(path: Path) -> None:
    """The directory of the archive claims that little comes out."""
    workbook_bomb(path)
    content = bytearray(path.read_bytes())
    size = struct.pack("<I", (100 << 20) + 11)
    while (at := content.find(size)) >= 0:
        content[at : at + 4] = struct.pack("<I", 1000)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (huge_line, "超过 4 MiB"),
        (gzip_bomb, "200 倍"),
        (parquet_bomb, "200 倍"),
        (workbook_bomb, "200 倍"),
        (lying_workbook_bomb, "损坏"),
        (Path.mkdir, "文件夹"),
        (Path.absolute, "不存在"),
        (os.mkfifo, "不是普通文件"),
    ],
)
def test_a_trap_is_refused_without_falling_into_it(
    make: Callable[[Path], None], expected: str, kind: Kind, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    make(path)
    with pytest.raises(UnreadableFileError, match=expected):
        inspect(path, kind)
