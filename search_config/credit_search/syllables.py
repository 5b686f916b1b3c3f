"""Latin letters read as pinyin: every sensible way to cut them into syllables."""

from dataclasses import dataclass
from functools import cache

from credit_search.folding import LIMITED
from credit_search.readings import readings

LONGEST = 6  # letters of the longest syllable: zhuang
MOST_WAYS = 6


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to read letters: whole syllables, and the beginning of one more where the last is unfinished."""

    syllables: tuple[str, ...]
    unfinished: str = ""


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(s[:n] for s in readings().syllables for n in range(1, len(s)))


def spellings(letters: str) -> list[Spelling]:
    """The ways to cut `letters`, those with the fewest syllables first; empty where they are no pinyin.

    ü may be typed as v or u after l and n, as keyboards have it; the readings hold v.
    """
    known = readings().syllables
    ways: list[list[tuple[str, ...]]] = [[] for _ in range(len(letters) + 1)]
    ways[0] = [()]
    for end in range(1, len(letters) + 1):
        found: list[tuple[str, ...]] = []
        for start in range(max(0, end - LONGEST), end):
            piece = letters[start:end]
            if ways[start] and (piece in known or piece == LIMITED):
                found.extend((*way, piece) for way in ways[start])
        found.sort(key=len)
        ways[end] = found[:MOST_WAYS]
    whole = [Spelling(way) for way in ways[-1]]
    return whole or _unfinished(letters, ways)


def _unfinished(letters: str, ways: list[list[tuple[str, ...]]]) -> list[Spelling]:
    for end in range(len(letters) - 1, max(0, len(letters) - LONGEST) - 1, -1):
        if ways[end] and letters[end:] in _beginnings():
            return [Spelling(way, letters[end:]) for way in ways[end][:MOST_WAYS] if way]
    return []
