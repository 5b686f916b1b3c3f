"""What a person means by a query: a code or part of one, pinyin, initials, a name or some of its words."""

import re
from dataclasses import dataclass
from enum import StrEnum

from credit_search.answers import MAX_QUERY_LENGTH
from credit_search.codes import LENGTH, fold_code, looks_like_code
from credit_search.folding import LIMITED, fold, fold_limited
from credit_search.readings import limited_at, spelt_limited, syllables
from credit_search.syllables import Spelling, spellings

_WORD_BREAK = re.compile(r"[\s,，、;；/|+]+")
_LATIN_RUN = re.compile(r"[a-z\ue000]*[a-z][a-z\ue000]*")
_SPELT_ALONE = re.compile(r"[a-z\ue000]+")
_VOWELS = frozenset("aeiouv")
SHORTEST_SPELLING = 2


class Understood(StrEnum):
    EVERYTHING = "everything"  # nothing was asked
    NOTHING = "nothing"  # what was asked holds no letter or digit
    CODE = "code"
    CODE_PART = "code_part"
    PINYIN = "pinyin"
    INITIALS = "initials"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Unit:
    """One character of what was asked, or one syllable of it typed in pinyin (then `character` is empty)."""

    character: str
    sound: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A query understood.

    `folded` is the whole query folded, `words` its words with limited forms folded, `code` the query as a code.
    `units` spells out each word that holds pinyin, one way for each in `spelt`; `unfinished` ends the last syllable.
    """

    kind: Understood
    folded: str = ""
    words: tuple[str, ...] = ()
    code: str = ""
    spelt: tuple[Spelling, ...] = ()
    mixed: tuple[Unit, ...] = ()
    cut: bool = False


def understand(q: str) -> Reading:
    """Never fails: control characters, halves of surrogates and query syntax fold away."""
    cut = len(q) > MAX_QUERY_LENGTH
    asked = q[:MAX_QUERY_LENGTH]
    folded = fold(asked)
    if not folded:
        kind = Understood.NOTHING if asked.strip() else Understood.EVERYTHING
        return Reading(kind, cut=cut)
    if looks_like_code(folded):
        kind = Understood.CODE if len(folded) == LENGTH else Understood.CODE_PART
        return Reading(kind, folded=folded, words=_words(asked), code=fold_code(asked), cut=cut)
    words = _words(asked)
    limited = spelt_limited("".join(words))
    if _SPELT_ALONE.fullmatch(limited) and any(c != LIMITED for c in limited):
        return _latin(folded, words, limited, cut)
    mixed = _mixed(limited) if _LATIN_RUN.search(limited) else ()
    return Reading(Understood.NAME, folded=folded, words=words, mixed=mixed, cut=cut)


def _words(asked: str) -> tuple[str, ...]:
    """The words of a query. Single characters spaced out are one word: nobody means them apart."""
    words = [folded for word in _WORD_BREAK.split(asked) if (folded := fold(word))]
    if all(len(word) == 1 for word in words):
        words = ["".join(words)]
    return tuple(map(fold_limited, words))


def _latin(folded: str, words: tuple[str, ...], letters: str, cut: bool) -> Reading:
    ways = tuple(_spellings_of(words)) if len(letters) >= SHORTEST_SPELLING else ()
    kind = Understood.PINYIN if ways and not _VOWELS.isdisjoint(letters) else Understood.INITIALS
    return Reading(kind, folded=folded, words=words, spelt=ways, cut=cut)


def _spellings_of(words: tuple[str, ...]) -> list[Spelling]:
    """Spellings of the letters: across the words where they are typed apart, as in `lan zhou`."""
    each = [spellings(spelt_limited(word)) for word in words]
    if len(words) > 1 and all(each) and not any(way.unfinished for ways in each[:-1] for way in ways):
        first = tuple(s for ways in each[:-1] for s in ways[0].syllables)
        return [Spelling(_limited_sounds((*first, *way.syllables)), way.unfinished) for way in each[-1]]
    return spellings(spelt_limited("".join(words)))


def _limited_sounds(sounds: tuple[str, ...]) -> tuple[str, ...]:
    folded = _limited_units([Unit("", sound) for sound in sounds])
    return tuple(unit.sound for unit in folded)


def _limited_units(units: list[Unit]) -> list[Unit]:
    """The units with 有限公司 as one, however much of it was typed in pinyin."""
    sounds = [unit.sound for unit in units]
    folded: list[Unit] = []
    index = 0
    while index < len(units):
        length = limited_at(sounds, index)
        folded.append(Unit(LIMITED, LIMITED) if length else units[index])
        index += length or 1
    return folded


def _mixed(text: str) -> tuple[Unit, ...]:
    """Characters and syllables in the order typed; empty where the Latin letters are no pinyin."""
    units: list[Unit] = []
    end = 0
    for run in _LATIN_RUN.finditer(text):
        units.extend(_characters(text[end : run.start()]))
        ways = spellings(run.group())
        if not ways:
            return ()
        units.extend(Unit("" if s != LIMITED else LIMITED, s) for s in ways[0].syllables)
        end = run.end()
    units.extend(_characters(text[end:]))
    return tuple(_limited_units(units))


def _characters(text: str) -> list[Unit]:
    return [Unit(c, s) for c, s in zip(text, syllables(text), strict=True)]
