"""What is taken is told by its content; what is none of these, is broken, or hides something, is refused."""

import gzip
import struct
import zipfile
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from credit_site.casework.material_content import Content, content_of, with_ending
from credit_site.casework.refused_content import ContentRefusedError
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.site.casework.files import OFD_ROOT, jpeg, ofd, package, pdf, png, png_bomb

UNSEEN = "where-it-was-taken-and-by-whom"
WHOLE = {"application/pdf": pdf(), "image/jpeg": jpeg(), "image/png": png(), "application/ofd": ofd()}


def read(body: bytes) -> Content:
    return content_of(BytesIO(body), str)


def refusal(body: bytes) -> str:
    with pytest.raises(ContentRefusedError) as refused:
        read(body)
    return str(refused.value)


@pytest.mark.parametrize("media_type", WHOLE)
def test_each_kind_is_told_by_its_content(media_type):
    assert read(WHOLE[media_type]).media_type == media_type


@pytest.mark.parametrize("media_type", ["application/pdf", "application/ofd"])
def test_what_may_be_signed_is_kept_byte_for_byte(media_type):
    assert read(WHOLE[media_type]).file.read() == WHOLE[media_type]


@pytest.mark.parametrize("picture", [jpeg(secret=UNSEEN), png(secret=UNSEEN)], ids=["JPEG", "PNG"])
def test_of_a_picture_only_what_is_seen_is_kept(picture):
    assert UNSEEN.encode() in picture
    kept = read(picture).file.read()
    assert UNSEEN.encode() not in kept
    with Image.open(BytesIO(kept)) as shown:
        assert not shown.getexif()
        assert not {"icc_profile", "comment", "Author", "XML:com.adobe.xmp"} & shown.info.keys()


def test_a_picture_that_lies_on_its_side_is_kept_upright():
    with Image.open(read(jpeg((60, 40))).file) as shown:
        assert shown.size == (40, 60)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_depth_are_taken(mode):
    with Image.open(read(png(mode=mode)).file) as shown:
        shown.load()


def test_what_follows_a_picture_is_left_behind():
    hidden = package({"evil.exe": b"MZ" * 100})
    assert hidden not in read(jpeg() + hidden).file.read()
    assert b"<script>" not in read(png() + b"<script>alert(1)</script>").file.read()


NOT_TAKEN = {
    "nothing": b"",
    "a drawing that may hold scripts": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a drawing after a declaration": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a program": b"MZ" + bytes(200),
    "a script": b"#!/bin/sh\nrm -rf /",
    "an animation": b"GIF89a" + bytes(100),
    "a photograph of a phone": b"\0\0\0\x18ftypheic" + bytes(100),
    "an office document": package({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<t/>"}),
    "an old office document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "an archive": package({"a.pdf": pdf()}),
    "a compressed file": gzip.compress(pdf()),
    "a PDF after something": b"\n" + pdf(),
}


@pytest.mark.parametrize("body", NOT_TAKEN.values(), ids=NOT_TAKEN.keys())
def test_nothing_else_is_taken(body):
    assert refusal(body).endswith("。")


SPOILT = {
    "a PDF cut off": pdf()[:-60],
    "a PDF whose table is elsewhere": pdf().replace(b"startxref\n", b"startxref\n9"),
    "a PDF with a password": pdf(trailer=b"/Encrypt 9 0 R"),
    "a PDF with an archive behind it": pdf() + package({"a.exe": b"MZ"}),
    "a PDF with an archive whose comment ends it": pdf()
    + package({"a.exe": b"MZ"})[:-2]
    + struct.pack("<H", 40)
    + b"startxref\n15\n%%EOF\n".rjust(40, b"\n"),
    "a PDF with a page behind it": pdf() + b"<script>alert(1)</script>",
    "a JPEG cut off": jpeg((600, 400))[:400],
    "a PNG cut off": png((600, 400))[:60],
    "a PNG in name alone": b"\x89PNG\r\n\x1a\n" + b"<script>alert(1)</script>",
    "a JPEG in name alone": b"\xff\xd8\xff\xe0" + b"<?php system($_GET[0]); ?>",
    "an OFD cut off": ofd()[:-30],
    "an OFD without its root": package({"Doc_0/Document.xml": b"<x/>"}),
    "an OFD whose root is something else": package({"OFD.xml": b"<html/>"}),
    "an OFD with an archive before it": package({"a": b"b"}) + ofd(),
    "an OFD with something behind it": ofd() + b"<script>alert(1)</script>",
    "an OFD whose root names entities": package(
        {"OFD.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + OFD_ROOT}
    ),
}


@pytest.mark.parametrize("body", SPOILT.values(), ids=SPOILT.keys())
def test_what_is_broken_or_two_things_at_once_is_refused(body):
    assert refusal(body).endswith("。")


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "..\\..\\autorun.inf", "C:/evil.dll", "Doc_0/../../../x"],
)
def test_an_ofd_whose_parts_lead_out_of_it_is_refused(name):
    assert "结构不正常" in refusal(ofd(**{name: b"x"}))


def test_an_ofd_with_a_link_is_refused():
    link = zipfile.ZipInfo("Doc_0/link")
    link.external_attr = 0o120777 << 16
    written = BytesIO(ofd())
    with zipfile.ZipFile(written, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "结构不正常" in refusal(written.getvalue())


def test_an_ofd_that_swells_is_refused_before_it_is_unpacked():
    assert "结构不正常" in refusal(ofd(bomb=bytes(30_000_000)))


def test_an_ofd_of_ten_thousand_parts_is_refused():
    parts = {f"Doc_0/Pages/Page_{number}/Content.xml": b"<p/>" for number in range(10_000)}
    assert "结构不正常" in refusal(ofd(**parts))


def test_an_ofd_that_says_it_has_few_parts_and_has_many_is_refused():
    body = bytearray(ofd(**{f"part-{number}": b"" for number in range(10_000)}))
    at = body.rfind(b"PK\x05\x06")
    body[at + 8 : at + 12] = struct.pack("<HH", 3, 3)
    assert "结构不正常" in refusal(bytes(body))


def test_a_picture_that_swells_is_refused_before_it_is_decoded():
    bomb = png_bomb(60_000, 60_000)
    assert len(bomb) < 100_000
    assert "像素太多" in refusal(bomb)
    assert "像素太多" in refusal(png_bomb(9_000, 9_000))


def test_a_picture_whose_texts_swell_is_refused_or_taken_without_them():
    told = zlib_text(40_000_000)
    body = png()
    head = body.index(b"IDAT") - 4
    try:
        kept = read(body[:head] + told + body[head:]).file.read()
    except ContentRefusedError:
        return
    assert len(kept) < 10_000


def zlib_text(size: int) -> bytes:
    data = b"Comment\0\0" + zlib.compress(b"a" * size, 9)
    return struct.pack(">I", len(data)) + b"zTXt" + data + struct.pack(">I", zlib.crc32(b"zTXt" + data))


@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_whatever_is_damaged_is_taken_or_refused_and_nothing_breaks(media_type, data):
    body = bytearray(WHOLE[media_type])
    for _ in range(data.draw(st.integers(1, 5))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ContentRefusedError):
        read(bytes(body[: data.draw(st.integers(0, len(body)))]))


@pytest.mark.parametrize(
    ("given_name", "media_type", "kept"),
    [
        ("凭证.pdf", "application/pdf", "凭证.pdf"),
        ("照片.JPEG", "image/jpeg", "照片.JPEG"),
        ("照片.jpg.html", "image/jpeg", "照片.jpg.jpg"),
        ("evil.svg", "image/png", "evil.png"),
        ("没有结尾", "application/ofd", "没有结尾.ofd"),
        ("2026.11.23罚款", "application/pdf", "2026.11.23罚款.pdf"),
    ],
)
def test_a_file_is_called_as_what_it_is(given_name, media_type, kept):
    assert with_ending(given_name, media_type) == kept
