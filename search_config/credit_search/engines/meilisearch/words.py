"""Terms as Meilisearch can hold them without understanding them.

What it filters by, Meilisearch folds first: capitals, accents, variants of Chinese characters. Our terms are folded
already, some are no characters of any script, and two that differ must stay two. So each is written in digits that
nothing folds, four of them for each UTF-16 unit: what begins alike is still written alike from its beginning.
"""

DIGITS = 4  # for each UTF-16 unit
LONGEST = 116 * DIGITS  # of the 468 bytes that Meilisearch compares


def written(term: str) -> str:
    """The digits of a term; of one beyond 116 characters, those of its beginning."""
    return term.encode("utf-16-be", "surrogatepass").hex()[:LONGEST]


def read(digits: str) -> str:
    """The term that `written` wrote."""
    return bytes.fromhex(digits).decode("utf-16-be", "replace")
