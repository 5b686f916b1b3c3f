"""Names of subjects: what counts as the same name, and several names in one cell."""

import re

from credit_records.folding import fold

_SEPARATORS = re.compile(r"[、，,；;｜|\n\r\t]+")


def same_name(one: str, other: str) -> bool:
    """Whether two names differ at most in dress, so that going from one to the other is no renaming."""
    return one == other or fold(one) == fold(other)


def split_names(text: str) -> tuple[str, ...]:
    """The names in a cell of several, in order, each once."""
    parts = (" ".join(part.split()) for part in _SEPARATORS.split(text))
    return tuple(dict.fromkeys(part for part in parts if part and part not in {"无", "-", "--", "/", "—"}))
