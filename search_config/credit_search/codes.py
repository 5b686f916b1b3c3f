"""Codes as they are searched: folded over what people and scanners confuse, and the near misses of a damaged one.

A 统一社会信用代码 has 18 characters of the digits and the letters without I O S V Z (GB 32100-2015, 4.1), so O, I, Z
and S in a query can only be 0, 1, 2 and 5; B and 8 are both legal and are folded together on both sides.
"""

from itertools import product

from credit_search.clauses import All, Clause, OneOf, Prefix, Term
from credit_search.folding import fold

LENGTH = 18
ORGANISATION_START = 8
ORGANISATION_LENGTH = 9
ALPHABET = "0123456789ACDEFGHJKLMNPQRTUWXY"  # after folding
_CONFUSED = str.maketrans("OIZSBV", "01258U")
MIN_PART = 4  # digits; fewer would be a list of everything
# The organisation code in threes, and the check character: few enough different terms to be cheap, and any run of
# characters that begins or ends with one of them is found.
PARTS = (("a", 8, 11), ("b", 11, 14), ("c", 14, 17), ("d", 17, 18))


def fold_code(text: str) -> str:
    """A code or part of one as its index terms are: `９１６２-O1o2 …` → `91620102…`."""
    plain = text if text.isascii() and text.isalnum() else fold(text)
    return plain.upper().translate(_CONFUSED)


def code_parts(folded: str) -> str:
    """The parts of a whole code as index terms: `a` … `d` for the place, then the characters."""
    # `PARTS`, written out: this runs for every subject of a load.
    return f"a{folded[8:11]} b{folded[11:14]} c{folded[14:17]} d{folded[17:18]}"


def stands_at(part: str, start: int) -> Clause:
    """Codes in which `part` begins at this place, as far as it lies in the last ten characters."""
    found: list[Clause] = []
    for place, first, last in PARTS:
        inside = part[max(first - start, 0) : max(last - start, 0)]
        if not inside:
            continue
        before = max(start - first, 0)
        if before:
            found.append(OneOf("code_parts", tuple(f"{place}{lead}{inside}" for lead in _leads(before))))
        elif len(inside) < last - first:
            found.append(Prefix("code_parts", place + inside))
        else:
            found.append(Term("code_parts", place + inside))
    return All(tuple(found))


def _leads(length: int) -> list[str]:
    return ["".join(lead) for lead in product(ALPHABET, repeat=length)]


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
