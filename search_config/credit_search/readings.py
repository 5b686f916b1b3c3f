"""The pinyin of a folded text: one syllable a character, without tones, from data/readings.tsv.

A character without a reading (a Latin letter, a digit, a rare character, the placeholder for 有限公司) stands for
itself. Words whose characters read otherwise than alone (重庆, 长沙, 银行) are looked up where one may begin.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import add

from credit_search.folding import LIMITED

LONGEST_WORD = 4
# Characters that names use in two readings, neither of them rare: documents hold both.
OTHER_READINGS = {
    "长": {"chang": "zhang", "zhang": "chang"},
    "行": {"xing": "hang", "hang": "xing"},
    "重": {"zhong": "chong", "chong": "zhong"},
    "乐": {"le": "yue", "yue": "le"},
    "朝": {"chao": "zhao", "zhao": "chao"},
    "都": {"du": "dou", "dou": "du"},
    "盛": {"sheng": "cheng", "cheng": "sheng"},
    "厦": {"xia": "sha", "sha": "xia"},
    "藏": {"cang": "zang", "zang": "cang"},
    "曾": {"ceng": "zeng", "zeng": "ceng"},
    "单": {"dan": "shan", "shan": "dan"},
    "柏": {"bai": "bo", "bo": "bai"},
    "会": {"hui": "kuai", "kuai": "hui"},
    "调": {"diao": "tiao", "tiao": "diao"},
    "传": {"chuan": "zhuan", "zhuan": "chuan"},
    "筠": {"yun": "jun", "jun": "yun"},
}
_READ_TWICE = frozenset(OTHER_READINGS)


class _Table(dict[str, str]):
    def __missing__(self, character: str) -> str:
        self[character] = character
        return character


@dataclass(frozen=True, slots=True)
class Readings:
    """`read` gives the syllable of a character; `heads` are the first pairs of the `words` that read otherwise."""

    read: Callable[[str], str]
    words: dict[str, list[str]]
    heads: frozenset[str]
    syllables: frozenset[str]


@cache
def readings() -> Readings:
    text = (files("credit_search") / "data" / "readings.tsv").read_text(encoding="utf-8")
    characters_part, words_part = text.split("\n\n")
    table = _Table()
    for line in characters_part.splitlines():
        reading, characters = line.split("\t")
        table.update(dict.fromkeys(characters, reading))
    words: dict[str, list[str]] = {}
    for line in words_part.splitlines():
        word, spelt = line.split("\t")
        words[word] = spelt.split()
    plain = {s for s in set(table.values()) if s.isascii() and s.isalpha() and len(s) > 1} | {"a", "e", "o"}
    return Readings(table.__getitem__, words, frozenset(word[:2] for word in words), frozenset(plain))


def character_pairs(text: str) -> list[str]:
    """Neighbouring characters of a text."""
    return list(map(add, text, text[1:]))


def syllables(text: str) -> list[str]:
    """One syllable per character: `重庆火锅` → `chong qing huo guo`."""
    known = readings()
    spelt = list(map(known.read, text))
    if not known.heads.isdisjoint(map(add, text, text[1:])):
        _read_words(text, spelt, known)
    return spelt


def _read_words(text: str, spelt: list[str], known: Readings) -> None:
    index = 0
    while index < len(text) - 1:
        step = 1
        if text[index : index + 2] in known.heads:
            for length in range(LONGEST_WORD, 1, -1):
                word = known.words.get(text[index : index + length])
                if word:
                    spelt[index : index + len(word)] = word
                    step = len(word)
                    break
        index += step


def other_syllables(text: str, spelt: Sequence[str]) -> list[str] | None:
    """The syllables with each character that has two readings in its other one; None where there is none."""
    if _READ_TWICE.isdisjoint(text):
        return None
    return [OTHER_READINGS.get(c, {}).get(s, s) for c, s in zip(text, spelt, strict=True)]


LIMITED_SOUNDS = (("you", "xian", "ze", "ren", "gong", "si"), ("you", "xian", "gong", "si"))


def spelt_limited(latin: str) -> str:
    """Latin text with 有限公司 spelt out in it as the placeholder."""
    for sounds in LIMITED_SOUNDS:
        latin = latin.replace("".join(sounds), LIMITED)
    return latin


def limited_at(sounds: Sequence[str], index: int) -> int:
    """How many syllables from `index` on spell 有限公司 or 有限责任公司; 0 where they do not."""
    return next((len(form) for form in LIMITED_SOUNDS if tuple(sounds[index : index + len(form)]) == form), 0)
