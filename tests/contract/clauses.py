"""Any clause, and any documents of the small index, for properties that every engine keeps."""

import string
from typing import Any

from credit_search.clauses import All, Between, Everything, OneOf, Prefix, Some, Term
from hypothesis import strategies as st

from tests.contract.small_index import document

MOST_ROWS = 12
_LETTERS = st.sampled_from(["ab", "bc", "cd", "de", "ea"])
_CODES = st.text(string.ascii_lowercase[:3] + ".*[", min_size=1, max_size=3)
ROWS = st.lists(
    st.tuples(st.lists(_LETTERS, max_size=4), _CODES, st.sampled_from(["", "east", "west"]), st.integers(0, 3)),
    max_size=MOST_ROWS,
)
_LEAVES = st.one_of(
    st.builds(Term, st.just("grams"), _LETTERS),
    st.builds(Term, st.just("year"), st.integers(0, 3)),
    st.builds(OneOf, st.just("code"), st.lists(_CODES, max_size=3).map(tuple)),
    st.builds(Prefix, st.just("code"), _CODES),
    st.builds(
        Between, st.just("year"), st.one_of(st.none(), st.integers(0, 3)), st.one_of(st.none(), st.integers(0, 3))
    ),
    st.just(Everything()),
)
CLAUSES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(All, st.lists(inner, min_size=1, max_size=3).map(tuple), st.lists(inner, max_size=2).map(tuple)),
        st.builds(Some, st.lists(inner, min_size=1, max_size=3).map(tuple), st.integers(1, 2)),
    ),
    max_leaves=6,
)


def documents_of(rows: list[Any], version: int = 1) -> list[dict[str, Any]]:
    return [
        document(n, " ".join(grams), code=code, region=region, year=year, version=version)
        for n, (grams, code, region, year) in enumerate(rows, 1)
    ]
