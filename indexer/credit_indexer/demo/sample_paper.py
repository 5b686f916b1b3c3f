"""A page that stands for whatever a fictional applicant hands in: a whole PDF that says that it is a sample."""

from typing import Final

MEDIA_TYPE: Final = "application/pdf"
FILE_NAME: Final = "示例材料.pdf"
_TEXT: Final = b"BT /F1 28 Tf 90 700 Td (SAMPLE - fictional city) Tj ET"
_OBJECTS: Final = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
    b"<</Length %d>>stream\n%s\nendstream" % (len(_TEXT), _TEXT),
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
)


def sample_paper() -> bytes:
    """The page, as ISO 32000 wants it: objects, where each of them begins, and where that list begins."""
    written, begins = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(_OBJECTS, 1):
        begins.append(len(written))
        written += b"%d 0 obj%s\nendobj\n" % (number, each)
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(_OBJECTS) + 1)
    written += b"".join(b"%010d 00000 n \n" % begin for begin in begins)
    written += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(_OBJECTS) + 1, table)
    return bytes(written)
