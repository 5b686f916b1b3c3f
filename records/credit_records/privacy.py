"""Identity numbers of natural persons are never stored in clear: they are masked before anything else is done.

Their names are masked at the same door, where the kind of record says so.
"""

import re
import unicodedata
from typing import Final

from stdnum import numdb
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from credit_records.codes import is_valid

KEPT_START: Final = 3
KEPT_END: Final = 2

_MAYBE: Final = re.compile(r"\d[\d \-\u3000]{13}")
SHORTEST_NUMBER: Final = 15
_GAP: Final = r"[ \-\u3000]?"
_SECOND_GENERATION: Final = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{16}}{_GAP}[\dXxＸｘ](?!\d)")
# Fifteen digits have no check digit, and old business registration numbers have fifteen too: only where the text
# before says that it is a person's number.
_FIRST_GENERATION: Final = re.compile(r"(?:身份证|证件)[^\d]{0,12}(?P<number>\d{15})(?![\dXxＸｘ])")


def mask(text: str) -> str:
    """The text with every identity number reduced to its first three and last two characters.

    Three digits name no place smaller than a third of a province, two no person. A number with a wrong check digit
    is masked too, for a slip of the pen still tells who is meant; a valid 统一社会信用代码 is not.
    """
    if len(text) < SHORTEST_NUMBER or not _MAYBE.search(text):
        return text
    masked = _SECOND_GENERATION.sub(lambda found: _hidden(found[0]) if is_identity_number(found[0]) else found[0], text)
    return _FIRST_GENERATION.sub(_hide_number, masked)


def is_identity_number(text: str) -> bool:
    """Whether this is a person's number: 18 characters, a date of birth that exists, a place or at least no valid code.

    One number in 31 passes the check of a 统一社会信用代码 by chance, so a known place of birth outweighs that check.
    """
    number = "".join(unicodedata.normalize("NFKC", text).replace("-", "").split()).upper()
    if len(number) != 18 or not number[:17].isdigit() or not "11" <= number[:2] <= "83":
        return False
    if number[6:8] not in {"18", "19", "20"} or not _is_born(number):
        return False
    return _is_place(number[:6]) or not is_valid(number)


def mask_name(name: str) -> str:
    """A natural person's name reduced to its first character: 张*. Masking twice is masking once."""
    return f"{name[:1]}*"


def _is_born(number: str) -> bool:
    try:
        ric.get_birth_date(number)
    except (ValidationError, ValueError):
        return False
    return True


def _is_place(division: str) -> bool:
    """Whether GB/T 2260 has, or ever had, this division."""
    return any("county" in found for _, found in numdb.get("cn/loc").info(division))


def _hidden(number: str) -> str:
    return number[:KEPT_START] + "*" * (len(number) - KEPT_START - KEPT_END) + number[-KEPT_END:]


def _hide_number(found: re.Match[str]) -> str:
    return found[0].replace(found["number"], _hidden(found["number"]))
