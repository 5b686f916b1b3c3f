"""One declaration of each index, from which every engine makes its own mapping.

Raise `FORMAT` when the meaning of a field changes though its declaration does not (a new analysis, say): an
index is named after the hash of its declaration and format, so the old one is rebuilt rather than misread.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

FORMAT = 5


class FieldType(StrEnum):
    KEYWORD = "keyword"  # one exact term, or several
    TOKENS = "tokens"  # terms that we analysed, joined by spaces
    RUNS = "runs"  # a text or several, of which every run of so many characters is a term
    NUMBER = "number"  # an unsigned integer, by which documents are found if it is the key or a facet
    STORED = "stored"  # a JSON array that comes back with a hit and is not searched


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: FieldType
    facet: bool = False
    sortable: bool = False
    run: int = 0  # characters in each term of RUNS


def runs(text: str, length: int) -> list[str]:
    """What the terms of RUNS are: `runs("abcd", 2)` is ab, bc, cd. A shorter text has none."""
    return [text[i : i + length] for i in range(len(text) - length + 1)]


@cache
def _readings_digest() -> str:
    """The documents hold sounds by their place in data/readings.tsv, so another file is another index."""
    return hashlib.sha256((files("credit_search") / "data" / "readings.tsv").read_bytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class IndexSchema:
    """A named index. `key` is the field by which a document is replaced or deleted."""

    name: str
    key: str
    fields: tuple[Field, ...]

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that change when the declaration, `FORMAT` or the readings do."""
        return hashlib.sha256(f"{FORMAT}{_readings_digest()}{self!r}".encode()).hexdigest()[:8]

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)


SUBJECTS = IndexSchema(
    name="subjects",
    key="id",
    # Terms that hardly two documents share cost an index most: of those, only the code is worth it.
    fields=(
        Field("id", FieldType.NUMBER),  # the subject's number in the database
        Field("version", FieldType.NUMBER),  # change-log number that this document reflects
        Field("grams", FieldType.RUNS, run=2),  # the folded names, ^ before and $ after them
        Field("sounds", FieldType.RUNS, run=2),  # ^ and their pinyin, a character for each syllable (`readings.heard`)
        Field("initials", FieldType.RUNS, run=4),  # their pinyin initials, ^ before and $ after them
        Field("code", FieldType.KEYWORD),  # the whole code, folded over what is misread
        Field("code_parts", FieldType.TOKENS),  # its last ten characters in parts, each with its place
        Field("region", FieldType.KEYWORD, facet=True),
        Field("type", FieldType.KEYWORD, facet=True),
        Field("status", FieldType.KEYWORD, facet=True),
        Field("year", FieldType.NUMBER, facet=True),
        Field("industry", FieldType.KEYWORD, facet=True),
        Field("established", FieldType.NUMBER, sortable=True),  # yyyymmdd, 0 where unknown
        Field("shown", FieldType.STORED),
    ),
)

RECORDS = IndexSchema(
    name="records",
    key="id",
    fields=(
        Field("id", FieldType.NUMBER),  # the record's number in the database
        Field("version", FieldType.NUMBER),
        Field("code", FieldType.KEYWORD),  # the subject's whole code, folded over what is misread
        Field("number", FieldType.KEYWORD),  # document number, folded
        Field("grams", FieldType.RUNS, run=2),  # the subject's name, the number and the texts, each between ^ and $
        Field("kind", FieldType.KEYWORD, facet=True),
        Field("colour", FieldType.KEYWORD, facet=True),  # of the list that it is an entry of: red or black
        Field("authority", FieldType.KEYWORD, facet=True),
        Field("category", FieldType.KEYWORD, facet=True),
        Field("violation", FieldType.KEYWORD, facet=True),
        Field("region", FieldType.KEYWORD, facet=True),
        Field("industry", FieldType.KEYWORD, facet=True),
        Field("amount_band", FieldType.KEYWORD, facet=True),
        Field("year", FieldType.NUMBER, facet=True),  # of the decision
        Field("month", FieldType.NUMBER, facet=True),  # yyyymm of the decision
        Field("decided", FieldType.NUMBER, sortable=True),  # yyyymmdd, 0 where unknown
        Field("amount", FieldType.NUMBER, sortable=True),  # hundredths of a yuan
        Field("confiscated", FieldType.NUMBER, sortable=True),  # hundredths of a yuan
        Field("shown", FieldType.STORED),
    ),
)
