"""Files of each kind that is taken, small and whole, and ways to spoil them."""

import struct
import zipfile
import zlib
from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

OFD_ROOT = (
    b'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0">'
    b"<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
)


def pdf(body: bytes = b"", trailer: bytes = b"") -> bytes:
    """One empty page."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    ]
    written, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + body, []
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = len(written)
    written += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return written + b"trailer\n<</Size 4/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, table)


def jpeg(size: tuple[int, int] = (60, 40), *, secret: str = "") -> bytes:
    """A grey picture; `secret` is written into everything beside its pixels."""
    exif = Image.Exif()
    exif[0x010E] = secret or "nothing"  # a description
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (36.0, 3.0, 41.0)  # where it was taken
    written = BytesIO()
    Image.new("RGB", size, "grey").save(
        written, "JPEG", exif=exif, comment=secret.encode(), icc_profile=secret.encode()
    )
    return written.getvalue()


def png(size: tuple[int, int] = (60, 40), *, secret: str = "", mode: str = "RGB") -> bytes:
    told = PngInfo()
    told.add_text("Author", secret)
    told.add_itxt("XML:com.adobe.xmp", secret)
    written = BytesIO()
    Image.new(mode, size).save(written, "PNG", pnginfo=told)
    return written.getvalue()


def png_bomb(width: int, height: int) -> bytes:
    """A few bytes that claim, and after decompression are, a picture of this size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    line = bytes(1 + width // 8)
    rows = b"".join(packer.compress(line) for _ in range(min(height, 2_000))) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def package(parts: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def ofd(**more: bytes) -> bytes:
    return package({"OFD.xml": OFD_ROOT, "Doc_0/Document.xml": b"<ofd:Document/>", **more})
