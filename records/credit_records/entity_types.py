"""What type a subject is: from what is declared, else from its code, else from the legal form in its name."""

import re
from collections import defaultdict
from functools import lru_cache
from typing import Final

from credit_records.catalogue import CodeList
from credit_records.folding import fold

DECLARED: Final = "declared"
NAME: Final = "name"
CODE_KIND: Final = "code_kind"  # the first two characters of the code: registering department and kind

BRANCH: Final = "branch"

_BRACKETED: Final = re.compile(r"\([^()]*\)$")
_PARENTS: Final = ("公司", "供销合作社", "供销社", "合作联社")
_PARENT: Final = re.compile("|".join(_PARENTS))


class EntityTypes:
    """Finds types by the catalogue's list `entity_type`. Safe to share between threads."""

    def __init__(self, code_list: CodeList) -> None:
        self._words = code_list.words
        endings: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for code in code_list.codes:
            for word in map(fold, code.keywords):
                endings[word[-2:]].append((word, code.code))
        self._endings = {end: sorted(words, key=lambda found: -len(found[0])) for end, words in endings.items()}
        self._by_code = {prefix: code.code for code in code_list.codes for prefix in code.code_prefixes}
        self.declared = lru_cache(maxsize=10_000)(self._declared)

    def find(self, declared: str | None, uscc: str, name: str) -> tuple[str | None, str | None]:
        """The code of the type and from what: `declared`, `code_kind` or `name`; (None, None) where nothing tells."""
        if declared and (found := self.declared(declared)):
            return found, DECLARED
        if found := self._by_code.get(uscc[:2]):
            return found, CODE_KIND
        found = self._of_name(name if name.isalnum() else fold(name))
        return found, NAME if found else None

    def _declared(self, text: str) -> str | None:
        """有限责任公司(自然人独资) is what stands before the bracket; 有限责任公司分公司 what it ends in."""
        folded = fold(text)
        if folded in self._words:
            return self._words[folded]
        bare = _BRACKETED.sub("", folded)
        first = fold(text.split(maxsplit=1)[0]) if text.split() else ""
        for candidate in (bare, first):
            for length in range(len(candidate), 1, -1):
                if found := self._words.get(candidate[-length:]):
                    return found
        inside = [word for word in self._words if len(word) > 1 and word in folded]
        return self._words[max(inside, key=len)] if inside else None

    def _of_name(self, name: str) -> str | None:
        found = self._ending(name)
        if found is None and name.endswith(")"):
            name = _BRACKETED.sub("", name)
            found = self._ending(name)
        # 某某有限公司城关店: a company's name with something after it names a part of that company.
        return BRANCH if _PARENT.search(name) and not name.endswith(_PARENTS) else found

    def _ending(self, name: str) -> str | None:
        """The type of the longest legal form in which the name ends."""
        for word, code in self._endings.get(name[-2:], ()):
            if name.endswith(word):
                return code
        return None
