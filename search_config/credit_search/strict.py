"""The first thing asked of the engine: documents in which every part of the query stands."""

from collections.abc import Iterable
from itertools import pairwise

from credit_search.clauses import All, Clause, Everything, OneOf, Prefix, Some, Term
from credit_search.codes import LENGTH, ORGANISATION_LENGTH, ORGANISATION_START, near_misses, stands_at
from credit_search.documents import END, START
from credit_search.folding import LIMITED
from credit_search.readings import character_pairs, sounds_beginning, sounds_of
from credit_search.schema import runs
from credit_search.syllables import Spelling
from credit_search.understanding import Reading, Understood, Unit

# What lifts a document among the first that the engine returns: a name that begins or ends as the query does. How
# long the name is, the engine weighs itself; `ranking` has the last word.
BEGINS = 2.0
ENDS = 1.0
TAIL = 6  # last characters of a code that were read rightly, most likely
HEAD = 13  # first ones
SHORTEST_RUN, LONGEST_PREFIX = 3, 4  # initials: fewer letters than a run of four are looked up as its beginning

# Beginnings and ends of 有限公司 that a person is left with while typing, or when a part was copied.
_CUT_ENDS = ("有限责任公", "有限责任", "有限责", "有限公", "有限", "有")
_CUT_BEGINNINGS = ("限责任公司", "责任公司", "任公司", "限公司")
_COMPANY = "公司"
_OTHER_COMPANIES = frozenset("分支总子")


def strict(reading: Reading) -> Clause:
    """Every part of the query, in whichever of its readings."""
    match reading.kind:
        case Understood.EVERYTHING:
            return Everything()
        case Understood.CODE:
            return Term("code", reading.code)
        case Understood.CODE_PART:
            return code_part(reading.code)
        case Understood.PINYIN | Understood.INITIALS:
            return _latin(reading)
        case _:
            return _names(reading)


def beginning(reading: Reading) -> Clause | None:
    """Names that begin with the one character, letter or syllable typed so far; None where more was typed."""
    if len(reading.folded) == 1:
        return Some((Term("grams", START + reading.folded), Prefix("initials", START + reading.folded)))
    if len(reading.spelt) == 1 and len(reading.spelt[0].syllables) == 1 and not reading.spelt[0].unfinished:
        sounds = sounds_beginning(reading.spelt[0].syllables[0])
        return Some((Prefix("initials", START + reading.folded), *(Term("sounds", START + s) for s in sounds)))
    return None


def code_part(code: str) -> Clause:
    """The first or last characters of a code, or the organisation code in it or its first characters."""
    ways: list[Clause] = [Prefix("code", code), stands_at(code, LENGTH - len(code))]
    if len(code) <= ORGANISATION_LENGTH:
        ways.append(stands_at(code, ORGANISATION_START))
    return Some(tuple(ways))


def damaged_code(code: str) -> Clause | None:
    """Codes one slip away, or alike at one end; None where too little is left to go by."""
    if not LENGTH - 1 <= len(code) <= LENGTH + 1:
        return None
    return Some(
        (
            OneOf("code", near_misses(code)),
            stands_at(code[-TAIL:], LENGTH - TAIL),
            Prefix("code", code[:HEAD]),
        )
    )


def _names(reading: Reading) -> Clause:
    literal = All(tuple(_word(word) for word in reading.words), _bounds("".join(reading.words)))
    if reading.mixed:
        return Some((literal, units(reading.mixed)))
    return literal


def _bounds(text: str) -> tuple[Clause, ...]:
    if text == LIMITED:
        return ()  # nearly every name ends so: it would tell nothing, and cost as much as all the rest
    return Term("grams", START + text[0], BEGINS), Term("grams", text[-1] + END, ENDS)


def _word(word: str) -> Clause:
    ways = [pairs(way) for way in ways_of(word)]
    return ways[0] if len(ways) == 1 else Some(tuple(ways))


def ways_of(word: str) -> list[str]:
    """A word as it stands, and with a piece of 有限公司 at an end of it made whole or taken off."""
    ways = [word]
    for cut in _CUT_ENDS:
        if word.endswith(cut):
            ways.append(word.removesuffix(cut) or LIMITED)
            break
    for cut in _CUT_BEGINNINGS:
        if word.startswith(cut):
            ways.append(LIMITED + word.removeprefix(cut))
            break
    if word.endswith(_COMPANY) and word[-3:-2] not in _OTHER_COMPANIES:
        ways.append(word.removesuffix(_COMPANY) + LIMITED)
    return ways


def pairs(text: str) -> Clause:
    """Every pair of neighbouring characters of `text`; a single character wherever a pair begins with it."""
    if len(text) == 1:
        return Prefix("grams", text)
    terms = _terms("grams", character_pairs(text))
    return terms[0] if len(terms) == 1 else All(terms)


def _terms(field: str, values: Iterable[str]) -> tuple[Clause, ...]:
    return tuple(Term(field, value) for value in dict.fromkeys(values))


def units(mixed: tuple[Unit, ...]) -> Clause:
    """Characters and syllables in a row: a pair of two characters by sight, any other pair by sound."""
    found: list[Clause] = []
    for left, right in pairwise(mixed):
        if left.character and right.character:
            found.append(Term("grams", left.character + right.character))
        else:
            found.append(Term("sounds", sounds_of((left.sound, right.sound))))
    if not found:
        return Prefix("sounds", sounds_of((mixed[0].sound,)))
    return All(tuple(dict.fromkeys(found)))


def _latin(reading: Reading) -> Clause:
    letters = "".join(reading.words)
    ways: list[Clause] = [_sounded(spelling) for spelling in reading.spelt]
    ways.append(_initials(letters))
    if len(letters) > 1 and LIMITED not in letters:
        ways.append(All(_terms("grams", character_pairs(letters)), _bounds(letters)))
    return Some(tuple(ways))


def _initials(letters: str) -> Clause:
    """Names in which these initials stand in a row; those that begin and end with them first."""
    if len(letters) < SHORTEST_RUN:
        return Some((Prefix("initials", START + letters), Prefix("initials", letters)))
    if len(letters) < LONGEST_PREFIX:
        return Some((Prefix("initials", letters), Term("initials", START + letters, BEGINS)))
    bounds = (Term("initials", START + letters[:3], BEGINS), Term("initials", letters[-3:] + END, BEGINS))
    return All(_terms("initials", runs(letters, 4)), bounds)


def _sounded(spelling: Spelling) -> Clause:
    known = sounds_of(spelling.syllables)
    must: list[Clause] = list(_terms("sounds", character_pairs(known)))
    if spelling.unfinished:
        must.append(OneOf("sounds", tuple(known[-1] + sound for sound in sounds_beginning(spelling.unfinished))))
    elif len(known) == 1:
        return Some(tuple(Prefix("sounds", sound) for sound in sounds_beginning(spelling.syllables[0])))
    return All(tuple(must))
