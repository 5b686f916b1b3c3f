"""The one way to write a code in an address."""

import re

from credit_records.codes import fold_code

_CODE = re.compile(r"[0-9A-Z]{8,32}")
LONGEST_TYPED = 80


def canonical_code(text: str) -> str | None:
    """A code as typed, `９１６２ 0102-…`, as it is kept; None where it cannot be one.

    Length and characters are not held to GB 32100-2015, because codes that break it are kept and shown too.
    """
    if len(text) > LONGEST_TYPED:
        return None
    code = fold_code(text)
    return code if _CODE.fullmatch(code) else None
