"""Lines of a text file: its encoding decided over the whole stream, each line kept within a limit of length."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from credit_indexer.sources.bytestream import ByteStream
from credit_indexer.sources.source import BrokenRow, UnreadableFileError

MAX_LINE_BYTES = 4 << 20  # the longest fields of the reporting format together stay below 100 KB
# Beyond this share of lines that no encoding explains it is not a text file with a blemish, it is not text.
BROKEN_SHARE = 0.1

ENCODING_TITLES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8（带 BOM）",
    "gb18030": "GB18030（含 GBK）",
    "utf-16": "UTF-16",
}


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines without their ends; `first` is the number of the first, from 1. A broken line is "" here.

    `ended` is false for the last lines of a file that does not end with a newline.
    """

    first: int
    lines: list[str]
    broken: list[BrokenRow]
    ended: bool = True


@dataclass(frozen=True, slots=True)
class Decoding:
    """One way to read a stream as text, and how much of it that leaves unexplained."""

    encoding: str
    newline: bytes
    lines: int
    broken: int

    @property
    def title(self) -> str:
        return ENCODING_TITLES[self.encoding]

    @property
    def is_credible(self) -> bool:
        return self.broken <= self.lines * BROKEN_SHARE


def decodings(stream: ByteStream) -> list[Decoding]:
    """How the whole stream may be read, best first; never empty. One pass where it is UTF-8, two where it is not."""
    start = stream.start(64 << 10)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return [_examine_utf16(stream)]
    newline = b"\r" if b"\r" in start and b"\n" not in start else b"\n"
    utf8 = _examine(stream, "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8", newline)
    if not utf8.broken:
        return [utf8]
    return sorted((utf8, _examine(stream, "gb18030", newline)), key=lambda found: found.broken)


def read_lines(stream: ByteStream, decoding: Decoding) -> Iterator[Lines]:
    """Blocks of whole lines. A line that does not decode, or that holds NUL, is "" in `lines` and told in `broken`."""
    if decoding.encoding == "utf-16":
        yield from _utf16_lines(stream)
        return
    number = 1
    for block in _blocks(stream, decoding.newline):
        lines, broken = _decode_block(block, decoding, number)
        yield Lines(number, lines, broken, block.endswith(decoding.newline))
        number += len(lines)


def _blocks(stream: ByteStream, newline: bytes) -> Iterator[bytes]:
    """Blocks of whole lines, each but the last ending with a newline."""
    held: list[bytes] = []
    held_bytes = 0
    for chunk in stream.chunks():
        cut = chunk.rfind(newline) + 1
        first_end = chunk.find(newline) + 1 if cut else len(chunk)
        if held_bytes + first_end > MAX_LINE_BYTES:
            raise too_long(stream)
        if cut:
            yield b"".join((*held, chunk[:cut]))
            held, held_bytes = [chunk[cut:]], len(chunk) - cut
        else:
            held.append(chunk)
            held_bytes += len(chunk)
    if held_bytes:
        yield b"".join(held)


def too_long(stream: ByteStream) -> UnreadableFileError:
    return UnreadableFileError(
        stream.path,
        f"有一行超过 {MAX_LINE_BYTES >> 20} MiB，不像数据表",
        "请确认文件没有损坏、行与行之间有换行符",
    )


def _codec(decoding_name: str) -> str:
    return "utf-8" if decoding_name == "utf-8-sig" else decoding_name


def _decodes(line: bytes, codec: str) -> bool:
    try:
        line.decode(codec)
    except UnicodeDecodeError:
        return False
    return b"\0" not in line


def _examine(stream: ByteStream, encoding: str, newline: bytes) -> Decoding:
    codec = _codec(encoding)
    lines = broken = 0
    ended = True
    for block in _blocks(stream, newline):
        lines += block.count(newline)
        ended = block.endswith(newline)
        if not _decodes(block, codec):
            broken += sum(not _decodes(line, codec) for line in block.split(newline))
    return Decoding(encoding, newline, lines + (not ended), broken)


def _decode_block(block: bytes, decoding: Decoding, first: int) -> tuple[list[str], list[BrokenRow]]:
    codec = _codec(decoding.encoding)
    newline = decoding.newline.decode()
    broken: list[BrokenRow] = []
    if _decodes(block, codec):
        text = block.decode(codec)
    else:
        parts = []
        for number, line in enumerate(block.removesuffix(decoding.newline).split(decoding.newline), first):
            if _decodes(line, codec):
                parts.append(line.decode(codec))
            else:
                parts.append("")
                broken.append(_undecodable(number, line, codec, decoding.title))
        text = newline.join(parts) + newline
    if first == 1:
        text = text.removeprefix("\ufeff")
    if newline == "\n" and "\r" in text:
        text = text.replace("\r\n", "\n").removesuffix("\r")
    return text.removesuffix(newline).split(newline), broken


def _undecodable(number: int, line: bytes, codec: str, title: str) -> BrokenRow:
    return BrokenRow(
        number,
        "encoding",
        f"这一行含有不能按 {title} 解码的字节或 NUL 字符",
        "请在原系统里改正这一行的乱码后重新导出",
        line.decode(codec, errors="replace").replace("\0", "\ufffd"),
    )


def _utf16_text(stream: ByteStream) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-16")()
    try:
        for chunk in stream.chunks():
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise UnreadableFileError(
            stream.path, "开头标明是 UTF-16 编码，后面却有不能解码的字节", "请另存为 UTF-8 编码后再装载"
        ) from error


def _utf16_lines(stream: ByteStream) -> Iterator[Lines]:
    held = ""
    number = 1
    for text in _utf16_text(stream):
        whole, newline, rest = (held + text).rpartition("\n")
        if len(rest) * 2 > MAX_LINE_BYTES:
            raise too_long(stream)
        held = rest
        if newline:
            lines = whole.replace("\r\n", "\n").removesuffix("\r").split("\n")
            yield Lines(number, lines, [])
            number += len(lines)
    if held:
        yield Lines(number, [held.removesuffix("\r")], [], ended=False)


def _examine_utf16(stream: ByteStream) -> Decoding:
    count = 0
    ended = False
    broken = 0
    for text in _utf16_text(stream):
        count += text.count("\n")
        ended = text.endswith("\n") if text else ended
        broken += text.count("\0")
    return Decoding("utf-16", b"\n", count + (not ended), broken)
