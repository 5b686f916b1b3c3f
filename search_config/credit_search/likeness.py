"""How alike a query and a name are, by sight and by sound."""

from dataclasses import dataclass

from rapidfuzz.distance import OSA, LCSseq

from credit_search.documents import name_initials
from credit_search.folding import LIMITED, fold, fold_limited
from credit_search.name_parts import NameParts, parts_of, take_apart
from credit_search.readings import character_pairs, heard, sounds_of
from credit_search.strict import ways_of
from credit_search.understanding import Reading, Understood

# What is left over of a name that the query does not say counts against it: little for a region or a legal form,
# which people leave out, more for what the enterprise is called. On a scale where a full match is 10.
FULL = 10.0
CORE_LEFT = 0.35
REGION_LEFT = 0.05
FORM_LEFT = 0.1
OTHER_FORM = 1.5  # a company was asked for by its form, and this is none
SAME_CORE = 1.0
SAME_TRADE_NAME = 0.6
BEGINS = 0.3
SAME_CHARACTERS = 0.5  # two exchanged are the likelier slip than one taken for another
BY_SOUND = 0.95  # a match by sound alone is worth a little less than one by sight
INITIALS = 9.0
SAME_WRITING = 2.0  # for a whole name within a slip or two of the query, against those that only share its words


@dataclass(frozen=True, slots=True)
class Asked:
    """A query made ready for comparing with many names."""

    folded: str
    text: str
    words: tuple[tuple[str, ...], ...]  # each in the ways that it may stand in a name
    pairs: frozenset[str]
    core: str
    sounds: tuple[str, ...]
    sound_pairs: tuple[frozenset[str], ...]
    letters: str
    characters: list[str]

    @classmethod
    def of(cls, reading: Reading) -> "Asked":
        text = "".join(reading.words)
        if reading.spelt:
            sounds = tuple(sounds_of(way.syllables) for way in reading.spelt)
        elif reading.mixed:
            sounds = (sounds_of(unit.sound for unit in reading.mixed),)
        else:
            sounds = (heard(text),)
        latin = reading.kind in (Understood.PINYIN, Understood.INITIALS)
        return cls(
            folded=reading.folded,
            text=text,
            words=tuple(tuple(ways_of(word)) for word in reading.words),
            pairs=frozenset(character_pairs(text)),
            core=parts_of(text).core,
            sounds=sounds,
            sound_pairs=tuple(frozenset(character_pairs(s)) for s in sounds),
            letters=text if latin else "",
            characters=sorted(text),
        )


@dataclass(frozen=True, slots=True)
class Likeness:
    """`covered` is the share of the query found in the name, 0 to 1; `score` also weighs what is left over."""

    exact: bool
    whole: bool  # every word of the query stands in the name
    covered: float
    score: float


def likeness(asked: Asked, name: str) -> Likeness:
    folded = fold(name)
    if folded == asked.folded:
        return Likeness(exact=True, whole=True, covered=1.0, score=FULL * 2)
    limited = fold_limited(folded)
    parts = take_apart(name) if len(folded) != len(name) else parts_of(limited)
    whole = _stands_whole(asked.words, limited)
    covered = 1.0 if whole else _cover(asked.text, asked.pairs, limited)
    score = FULL * covered - _left_over(asked.text, parts, limited)
    if covered < 1.0:
        sounds = heard(limited)
        by_sound = max(
            (_cover(s, p, sounds) for s, p in zip(asked.sounds, asked.sound_pairs, strict=True)), default=0.0
        )
        if by_sound * BY_SOUND > covered:
            covered = by_sound * BY_SOUND
            score = FULL * covered - _left_over_by_sound(asked, parts, sounds)
        if asked.letters:
            score, covered = max((score, covered), _by_initials(asked.letters, folded, sounds, parts))
        if len(limited) == len(asked.text) and sorted(limited) == asked.characters:
            score += SAME_CHARACTERS
        score += SAME_WRITING * OSA.normalized_similarity(asked.text, limited)
    if parts.core.startswith(asked.core):
        score += BEGINS
        if parts.core == asked.core:
            score += SAME_CORE
        elif parts.trade_name == asked.core:
            score += SAME_TRADE_NAME
    elif limited.startswith(asked.text):
        score += BEGINS
    return Likeness(exact=False, whole=whole, covered=covered, score=score)


def _stands_whole(words: tuple[tuple[str, ...], ...], name: str) -> bool:
    for ways in words:
        for way in ways:
            if way in name:
                break
        else:
            return False
    return True


def _cover(text: str, pairs: frozenset[str], name: str) -> float:
    """The share of `text` in `name`, half by what stands in order, half by neighbours that stay together."""
    if not text:
        return 0.0
    in_order = LCSseq.similarity(text, name) / len(text)
    if not pairs:
        return in_order
    together = len(pairs.intersection(character_pairs(name))) / len(pairs)
    return (in_order + together) / 2


def _left_over(text: str, parts: NameParts, limited: str) -> float:
    core_left = len(parts.core) - LCSseq.similarity(text, parts.core)
    region_left = len(parts.region) - LCSseq.similarity(text, parts.region)
    return core_left * CORE_LEFT + region_left * REGION_LEFT + _form_left(text, limited)


def _form_left(asked: str, name: str) -> float:
    if (asked[-1:] == LIMITED) == (name[-1:] == LIMITED):
        return 0.0
    return OTHER_FORM if asked[-1:] == LIMITED else FORM_LEFT


def _left_over_by_sound(asked: Asked, parts: NameParts, sounds: str) -> float:
    best = max(asked.sounds, key=lambda spelt: LCSseq.similarity(spelt, sounds))
    core = heard(parts.core)
    region = heard(parts.region)
    core_left = len(core) - LCSseq.similarity(best, core)
    region_left = len(region) - LCSseq.similarity(best, region)
    form_left = FORM_LEFT if best[-1:] != sounds[-1:] else 0.0
    return core_left * CORE_LEFT + region_left * REGION_LEFT + form_left


def _by_initials(letters: str, folded: str, sounds: str, parts: NameParts) -> tuple[float, float]:
    whole = name_initials(folded, sounds)
    start = len(parts.region)
    for text in (whole, whole[start:], whole[start : start + len(parts.core)]):
        if text == letters:
            return FULL, 1.0
        if text.startswith(letters):
            return INITIALS - (len(text) - len(letters)) * CORE_LEFT, 1.0
    return 0.0, 0.0
