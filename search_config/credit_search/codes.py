"""Codes as they are searched: folded over what people and scanners confuse, and the near misses of a damaged one.

A 统一社会信用代码 has 18 characters of the digits and the letters without I O S V Z (GB 32100-2015, 4.1), so O, I, Z
and S in a query can only be 0, 1, 2 and 5; B and 8 are both legal and are folded together on both sides.
"""

from credit_search.folding import fold

LENGTH = 18
ORGANISATION = slice(8, 17)
ORGANISATION_LENGTH = 9
ALPHABET = "0123456789ACDEFGHJKLMNPQRTUWXY"  # after folding
_CONFUSED = str.maketrans("OIZSBV", "01258U")
MIN_PART = 4  # digits; fewer would be a list of everything


def fold_code(text: str) -> str:
    """A code or part of one as its index terms are: `９１６２-O1o2 …` → `91620102…`."""
    plain = text if text.isascii() and text.isalnum() else fold(text)
    return plain.upper().translate(_CONFUSED)


def reversed_code(folded: str) -> str:
    return folded[::-1]


def looks_like_code(folded_query: str) -> bool:
    """Whether a folded query is a code or part of one: Latin letters and digits, of a code's length or many digits."""
    if len(folded_query) < MIN_PART or not folded_query.isascii() or not folded_query.isalnum():
        return False
    digits = sum(map(str.isdigit, folded_query))
    if len(folded_query) in _CODE_LENGTHS:
        return digits > 0
    return digits * 3 >= len(folded_query)


_CODE_LENGTHS = (ORGANISATION_LENGTH, LENGTH - 1, LENGTH, LENGTH + 1)


def near_misses(folded: str) -> tuple[str, ...]:
    """Every whole code that is one slip away: a character wrong, lost, added, or two neighbours exchanged."""
    found: set[str] = set()
    if len(folded) == LENGTH:
        for i, own in enumerate(folded):
            before, after = folded[:i], folded[i + 1 :]
            found.update(f"{before}{c}{after}" for c in ALPHABET if c != own)
        found.update(
            f"{folded[:i]}{folded[i + 1]}{folded[i]}{folded[i + 2 :]}"
            for i in range(LENGTH - 1)
            if folded[i] != folded[i + 1]
        )
    elif len(folded) == LENGTH - 1:
        found.update(f"{folded[:i]}{c}{folded[i:]}" for i in range(LENGTH) for c in ALPHABET)
    elif len(folded) == LENGTH + 1:
        found.update(folded[:i] + folded[i + 1 :] for i in range(LENGTH + 1))
    return tuple(sorted(found))
