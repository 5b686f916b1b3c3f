"""Where in a record's texts the words of a query stand: what a page marks, and the piece of a text that it shows."""

import re

from credit_search.folding import LIMITED, fold, folded_positions
from credit_search.highlighting import Pieces
from credit_search.readings import character_pairs
from credit_search.understanding import Reading

LEAD = 24  # characters of a text that are shown before what was found in it
_LIMITED_PATTERN = "有限(?:责任)?公司"


class Excerpts:
    """Marks texts for one query: whole words where they stand, else the pairs of characters that found the record."""

    def __init__(self, reading: Reading) -> None:
        words = sorted(set(reading.words), key=len, reverse=True)
        pairs = {pair for word in words for pair in character_pairs(word) if LIMITED not in pair}
        self._whole = _pattern("|".join(_as_pattern(word) for word in words))
        # Looked for ahead, so that neighbouring pairs, which share a character, are all found.
        self._pairs = _pattern(f"(?=({'|'.join(map(re.escape, sorted(pairs)))}))" if pairs else "")

    def marked(self, text: str) -> Pieces:
        """The whole text with its whole words marked."""
        return _pieces(text, _spans(text, self._whole))

    def excerpt(self, text: str, length: int, *, loosely: bool = False) -> Pieces | None:
        """About `length` characters around the first word found; None where there is none. `loosely` marks pairs."""
        spans = _spans(text, self._pairs if loosely else self._whole)
        if not spans:
            return None
        start = max(0, min(spans[0][0] - LEAD, len(text) - length))
        shown = [(max(first - start, 0), min(last - start, length)) for first, last in spans if first < start + length]
        pieces = _pieces(text[start : start + length], shown)
        return [*([("…", False)] if start else []), *pieces, *([("…", False)] if start + length < len(text) else [])]


def _as_pattern(word: str) -> str:
    return re.escape(word).replace(LIMITED, _LIMITED_PATTERN)


def _pattern(source: str) -> re.Pattern[str] | None:
    return re.compile(source) if source else None


def _spans(text: str, pattern: re.Pattern[str] | None) -> list[tuple[int, int]]:
    """Where in the text the pattern is found in its folded form, as (first, past the last), none touching another."""
    if pattern is None:
        return []
    found = [match.span(match.lastindex or 0) for match in pattern.finditer(fold(text))]
    if not found:
        return []
    positions = folded_positions(text)
    spans: list[tuple[int, int]] = []
    for first, past in found:
        start, end = positions[first], positions[past - 1] + 1
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _pieces(text: str, spans: list[tuple[int, int]]) -> Pieces:
    pieces: Pieces = []
    reached = 0
    for first, past in spans:
        pieces += [(text[reached:first], False), (text[first:past], True)]
        reached = past
    pieces.append((text[reached:], False))
    return [piece for piece in pieces if piece[0]]
