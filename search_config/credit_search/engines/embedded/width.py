"""Whether a question is likely to match so much that it is worth answering in several threads at once."""

from collections.abc import Callable
from typing import Final

from credit_search.clauses import All, Clause, Everything, Prefix, Some, Term

WIDE: Final = 50_000  # documents; a thread costs about a tenth of a millisecond, counting so many some ten
FEW: Final = 2  # conditions; what meets more of them is seldom much, and looking at each costs time too


def is_wide(clause: Clause, frequency: Callable[[str, str], int]) -> bool:
    """A guess. `frequency` tells in how many documents a term of a field stands."""
    match clause:
        case Everything() | Prefix():
            return True
        case Term(field, value):
            return isinstance(value, str) and frequency(field, value) >= WIDE
        case All(must):
            return len(must) <= FEW and all(is_wide(part, frequency) for part in must)
        case Some(clauses):
            return any(is_wide(part, frequency) for part in clauses)
    return False
