"""What is asked when not every part of a query stands in any document.

First by parts: the trade name and trade must stand, region and legal form need not. Then the nearest: documents that
share the rarest pairs of characters and of sounds, for `ranking` to choose from.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from rapidfuzz.distance import OSA

from credit_search.clauses import All, Clause, Some, Term
from credit_search.documents import START
from credit_search.folding import LIMITED
from credit_search.name_parts import parts_of, short_region, without_chatter
from credit_search.protocol import IndexReader
from credit_search.readings import character_pairs, heard, sounds_of
from credit_search.strict import pairs
from credit_search.understanding import Reading

RARE = 20_000  # documents; a pair in more of them tells little and costs much
FEWEST = 3  # pairs to go by where all are common
MOST = 12
SHARE = 0.3  # of the known pairs that a document must hold to be looked at
SHORTEST_CORE = 2
_FORM_SLIPS = {"有限责任公司": 2, "有限公司": 1}  # slips within which a form is still that form
SHORTEST_SLIP, LONGEST_SLIP = 3, 7


def by_parts(reading: Reading) -> Clause | None:
    """The finest region by its short name, and the core, must stand; None where that says nothing new."""
    text = without_chatter("".join(reading.words))
    parts = parts_of(text)
    if len(parts.core) < SHORTEST_CORE or (len(reading.words) == 1 and parts.core == reading.words[0]):
        return None
    must = [pairs(parts.core)]
    if parts.region:
        must.append(pairs(short_region(parts.region)))
    should: list[Clause] = [Term("grams", pair) for pair in character_pairs(parts.region + LIMITED)]
    return All(tuple(must), tuple(should))


def with_form_mended(reading: Reading) -> Reading:
    """The reading with a misspelt 有限公司 at its end made whole, as 有限宏司 or 有限任公司."""
    if not reading.words or reading.spelt or reading.mixed or LIMITED in reading.words[-1]:
        return reading
    word = reading.words[-1]
    for length in range(min(LONGEST_SLIP, len(word) - 1), SHORTEST_SLIP - 1, -1):
        ending = word[-length:]
        if any(OSA.distance(ending, form) <= slips for form, slips in _FORM_SLIPS.items()):
            return replace(reading, words=(*reading.words[:-1], word[:-length] + LIMITED))
    return reading


async def nearest(reading: Reading, reader: IndexReader) -> Clause | None:
    """Documents that share enough of what is rare in the query; None where nothing in it is known."""
    seen, heard = _pairs_of(reading)
    clauses = [
        *await _rarest(reader, "grams", seen),
        *await _rarest(reader, "sounds", heard),
    ]
    slipped = await _rarest(reader, "grams", _slipped_pairs(reading))
    if not clauses and not slipped:
        return None
    return Some((*clauses, *slipped), max(1, round(len(clauses) * SHARE)))


def _slipped_pairs(reading: Reading) -> list[str]:
    """The pairs that the core would have with two neighbours exchanged, or one character too many taken out.

    In a trade name of two characters such a slip leaves no pair as it was.
    """
    if reading.spelt or reading.mixed:
        return []
    parts = parts_of("".join(reading.words))
    text = parts.region[-1:] + parts.core
    exchanged = [right + left for left, right in pairwise(parts.core)]
    skipped = [left + right for left, right in zip(text, text[2:], strict=False)]
    return list(dict.fromkeys(exchanged + skipped))


def _pairs_of(reading: Reading) -> tuple[list[str], list[str]]:
    if reading.spelt:
        spelt = [pair for way in reading.spelt for pair in character_pairs(sounds_of(way.syllables))]
        return [], list(dict.fromkeys(spelt))
    if reading.mixed:
        seen = [a.character + b.character for a, b in pairwise(reading.mixed) if a.character and b.character]
        spelt = character_pairs(sounds_of(unit.sound for unit in reading.mixed))
        return list(dict.fromkeys(seen)), list(dict.fromkeys(spelt))
    text = "".join(reading.words)
    return list(dict.fromkeys(character_pairs(START + text))), list(dict.fromkeys(character_pairs(heard(text))))


async def _rarest(reader: IndexReader, field: str, terms: Sequence[str]) -> list[Clause]:
    frequencies = await reader.frequencies(field, terms)
    known = sorted((f, term) for f, term in zip(frequencies, terms, strict=True) if f)
    rare = [term for frequency, term in known if frequency <= RARE]
    chosen = rare[:MOST] if len(rare) >= FEWEST else [term for _, term in known[:FEWEST]]
    return [Term(field, term) for term in chosen]
