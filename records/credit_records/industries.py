"""Guesses the section of GB/T 4754 from a name, else from a scope of business. A guess, and said to be one."""

from collections import defaultdict
from collections.abc import Iterator
from operator import add
from typing import Final

from credit_records.catalogue import CodeList

DECLARED: Final = "declared"
NAME: Final = "name"
SCOPE: Final = "scope"
SCOPE_READ: Final = 60  # characters; what a subject mainly does is written first


class Industries:
    """Keyword rules of the catalogue's list `industry`. Safe to share between threads."""

    def __init__(self, code_list: CodeList) -> None:
        by_start: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for code in code_list.codes:
            for word in code.keywords:
                by_start[word[:2]].append((word, code.code))
        self._by_start = {start: sorted(words, key=lambda found: -len(found[0])) for start, words in by_start.items()}

    def find(self, declared: str | None, name: str, scope: str | None) -> tuple[str | None, str | None]:
        """The section's letter and from what: `declared`, `name` or `scope`; (None, None) where nothing tells."""
        if declared:
            return declared, DECLARED
        if found := self._weightiest(name):
            return found, NAME
        if scope and (found := self._first(scope[:SCOPE_READ])):
            return found, SCOPE
        return None, None

    def _weightiest(self, name: str) -> str | None:
        """The section of the longest keyword, of the last among equals: a name says its trade just before its form."""
        best, length = None, 0
        for words in self._beginning_in(name):
            for word, code in words:
                if word in name:
                    if len(word) >= length:
                        best, length = code, len(word)
                    break
        return best

    def _first(self, scope: str) -> str | None:
        return next(
            (code for words in self._beginning_in(scope) for word, code in words if word in scope),
            None,
        )

    def _beginning_in(self, text: str) -> Iterator[list[tuple[str, str]]]:
        """The keywords that begin with each pair of characters, longest first, in the order of the text.

        The pairs go through `map` and `filter`, past the interpreter: every name and scope comes this way.
        """
        return filter(None, map(self._by_start.get, map(add, text, text[1:])))
