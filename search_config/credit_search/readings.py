"""The pinyin of a folded text, without tones, from data/readings.tsv.

A sound is one private character for each syllable, so that sounds compare, and cut into runs, as text does. A
character without a reading (a Latin letter, a digit, a rare character, the placeholder for 有限公司) stands for
itself. Words whose characters read otherwise than alone (重庆, 长沙, 银行) are looked up where one may begin.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import add

from credit_search.folding import LIMITED

LONGEST_WORD = 4
FIRST_SOUND = 0xE100
# Characters that names use in two readings, neither of them rare: documents hold both.
OTHER_READINGS = {
    "长": ("chang", "zhang"),
    "行": ("xing", "hang"),
    "重": ("zhong", "chong"),
    "乐": ("le", "yue"),
    "朝": ("chao", "zhao"),
    "都": ("du", "dou"),
    "盛": ("sheng", "cheng"),
    "厦": ("xia", "sha"),
    "藏": ("cang", "zang"),
    "曾": ("ceng", "zeng"),
    "单": ("dan", "shan"),
    "柏": ("bai", "bo"),
    "会": ("hui", "kuai"),
    "调": ("diao", "tiao"),
    "传": ("chuan", "zhuan"),
    "筠": ("yun", "jun"),
}
_READ_TWICE = frozenset(OTHER_READINGS)


class _Itself(dict[str, str]):
    def __missing__(self, character: str) -> str:
        self[character] = character
        return character


@dataclass(frozen=True, slots=True)
class Readings:
    """`sound` and `initial` give the sound of a character and the first letter of a sound.

    `words` maps a word to its sounds; `heads` are their first pairs, `ambiguous` the characters that they are for.
    """

    sound: Callable[[str], str]
    initial: Callable[[str], str]
    sound_of: dict[str, str]
    syllable_of: dict[str, str]
    words: dict[str, str]
    heads: frozenset[str]
    ambiguous: frozenset[str]
    syllables: frozenset[str]


@cache
def readings() -> Readings:
    text = (files("credit_search") / "data" / "readings.tsv").read_text(encoding="utf-8")
    by_character, by_word = ([line.split("\t") for line in part.splitlines()] for part in text.split("\n\n"))
    spelt_words = {word: spelt.split() for word, spelt in by_word}
    known = {reading for reading, _ in by_character}.union(*spelt_words.values(), *OTHER_READINGS.values())
    sound_of = {syllable: chr(FIRST_SOUND + place) for place, syllable in enumerate(sorted(known))}
    sounds = _Itself()
    for reading, characters in by_character:
        sounds.update(dict.fromkeys(characters, sound_of[reading]))
    words = {word: "".join(sound_of[s] for s in spelt) for word, spelt in spelt_words.items()}
    plain = {s for s in known if s.isascii() and s.isalpha() and len(s) > 1} | {"a", "e", "o"}
    return Readings(
        sound=sounds.__getitem__,
        initial=_Itself({sound: syllable[0] for syllable, sound in sound_of.items()}).__getitem__,
        sound_of=sound_of,
        syllable_of={sound: syllable for syllable, sound in sound_of.items()},
        words=words,
        heads=frozenset(word[:2] for word in words),
        ambiguous=frozenset(
            c for word, heard_so in words.items() for c, s in zip(word, heard_so, strict=True) if sounds[c] != s
        ),
        syllables=frozenset(plain),
    )


def character_pairs(text: str) -> list[str]:
    """Neighbouring characters of a text."""
    return list(map(add, text, text[1:]))


def heard(text: str) -> str:
    """The sounds of a text, one character for each of its own."""
    known = readings()
    sounds = "".join(map(known.sound, text))
    if known.ambiguous.isdisjoint(text) or known.heads.isdisjoint(map(add, text, text[1:])):
        return sounds
    return _with_words(text, sounds, known)


def _with_words(text: str, sounds: str, known: Readings) -> str:
    found: list[str] = []
    index = 0
    while index < len(text):
        piece = sounds[index]
        if text[index : index + 2] in known.heads:
            for length in range(LONGEST_WORD, 1, -1):
                word = known.words.get(text[index : index + length])
                if word:
                    piece = word
                    break
        found.append(piece)
        index += len(piece)
    return "".join(found)


def otherwise_heard(text: str, sounds: str) -> str | None:
    """The sounds with each character that has two readings in its other one; None where there is none."""
    if _READ_TWICE.isdisjoint(text):
        return None
    others = _other_sounds()
    return "".join([others.get(c + s, s) for c, s in zip(text, sounds, strict=True)])


@cache
def _other_sounds() -> dict[str, str]:
    """A character and one of its two sounds → the other."""
    sound = readings().sound_of
    pairs = [(c, sound[one], sound[two]) for c, (one, two) in OTHER_READINGS.items()]
    return {c + one: two for c, one, two in pairs} | {c + two: one for c, one, two in pairs}


def syllables(text: str) -> list[str]:
    """The syllables of a text, spelt: `重庆火锅` → `chong qing huo guo`."""
    spelt = readings().syllable_of
    return [spelt.get(sound, sound) for sound in heard(text)]


def sounds_of(spelt: Iterable[str]) -> str:
    """The sounds of syllables; what is no syllable stands for itself."""
    known = readings().sound_of
    return "".join([known.get(syllable, syllable) for syllable in spelt])


def sounds_beginning(letters: str) -> list[str]:
    """The sounds whose syllables begin so, as one does that is still being typed."""
    known = readings()
    return [known.sound_of[syllable] for syllable in sorted(known.syllables) if syllable.startswith(letters)]


def initials(sounds: str) -> str:
    """The first letters of sounds."""
    return "".join(map(readings().initial, sounds))


LIMITED_SOUNDS = (("you", "xian", "ze", "ren", "gong", "si"), ("you", "xian", "gong", "si"))


def spelt_limited(latin: str) -> str:
    """Latin text with 有限公司 spelt out in it as the placeholder."""
    for sounds in LIMITED_SOUNDS:
        latin = latin.replace("".join(sounds), LIMITED)
    return latin


def limited_at(sounds: Sequence[str], index: int) -> int:
    """How many syllables from `index` on spell 有限公司 or 有限责任公司; 0 where they do not."""
    return next((len(form) for form in LIMITED_SOUNDS if tuple(sounds[index : index + len(form)]) == form), 0)
