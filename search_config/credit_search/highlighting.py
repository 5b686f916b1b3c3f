"""Which pieces of a shown name or code the query matched."""

from collections.abc import Iterable

from credit_search.codes import fold_code
from credit_search.folding import LIMITED, fold, folded_positions
from credit_search.readings import character_pairs, heard, sounds_of
from credit_search.understanding import Reading

Pieces = list[tuple[str, bool]]

_LIMITED_FORMS = ("有限责任公司", "有限公司")


class Highlighter:
    """Marks names and codes for one query."""

    def __init__(self, reading: Reading) -> None:
        self._words = [word for word in reading.words if LIMITED not in word]
        self._code = reading.code
        text = "".join(reading.words)
        self._pairs = frozenset(pair for word in reading.words for pair in character_pairs(word)) or frozenset(text)
        if reading.spelt:
            sounds = [sounds_of(way.syllables) for way in reading.spelt]
        else:
            sounds = [sounds_of(unit.sound for unit in reading.mixed) if reading.mixed else heard(text)]
        self._heard = frozenset(pair for each in sounds for pair in character_pairs(each))
        self._plain = len(reading.words) == 1 and len(self._words) == 1

    def name(self, name: str) -> Pieces:
        if self._plain and self._words[0] in name:
            before, word, after = name.partition(self._words[0])
            return [piece for piece in ((before, False), (word, True), (after, False)) if piece[0]]
        return _pieces(name, self._marked(name))

    def code(self, uscc: str) -> Pieces:
        """The part of a code that was asked for; nothing is marked in one that is only similar."""
        if not self._code:
            return [(uscc, False)]
        start = fold_code(uscc).find(self._code)
        if start < 0:
            return [(uscc, False)]
        return _pieces(uscc, range(start, start + len(self._code)))

    def _marked(self, name: str) -> set[int]:
        limited, positions = _limited_positions(name)
        marked: set[int] = set()
        sounds = character_pairs(heard(limited))
        for index, pair in enumerate(character_pairs(limited)):
            if pair in self._pairs or sounds[index] in self._heard:
                marked.update(positions[index], positions[index + 1])
        if not marked:
            marked.update(i for index, c in enumerate(limited) if c in self._pairs for i in positions[index])
        return marked


def _limited_positions(name: str) -> tuple[str, list[range]]:
    """A name with its limited forms folded, and for each character the range of `name` that it stands for."""
    folded, origins = fold(name), folded_positions(name)
    limited: list[str] = []
    positions: list[range] = []
    index = 0
    while index < len(folded):
        form = next((form for form in _LIMITED_FORMS if folded.startswith(form, index)), "")
        length = len(form) or 1
        limited.append(LIMITED if form else folded[index])
        positions.append(range(origins[index], origins[index + length - 1] + 1))
        index += length
    return "".join(limited), positions


def _pieces(text: str, marked: Iterable[int]) -> Pieces:
    wanted = set(marked)
    pieces: Pieces = []
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or (index in wanted) != (start in wanted):
            pieces.append((text[start:index], start in wanted))
            start = index
    return pieces
