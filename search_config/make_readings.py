"""Writes credit_search/data/readings.tsv, the pinyin of single characters and of words that read otherwise.

Made once from pypinyin's dictionaries, because reading a name through the library takes eighty times as long as
through a table. Run it when the library's dictionaries change: `python search_config/make_readings.py`.
"""

from collections import defaultdict
from pathlib import Path

from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT

TARGET = Path(__file__).parent / "credit_search" / "data" / "readings.tsv"
# Read alone, the library takes it for its other reading; in names of enterprises (长风, 长江) it is this one.
IN_NAMES = {"长": "chang"}
FIRST, LAST = 0x4E00, 0x9FFF
LONGEST_WORD = 4


def main() -> None:
    characters = {chr(code): lazy_pinyin(chr(code))[0] for code in range(FIRST, LAST + 1)}
    characters = {c: reading for c, reading in characters.items() if reading != c}
    characters |= IN_NAMES
    by_reading: dict[str, list[str]] = defaultdict(list)
    for character, reading in characters.items():
        by_reading[reading].append(character)
    lines = [f"{reading}\t{''.join(found)}" for reading, found in sorted(by_reading.items())]
    lines.append("")
    for word in sorted(PHRASES_DICT):
        if 2 <= len(word) <= LONGEST_WORD and all(c in characters for c in word):
            reading = lazy_pinyin(word)
            if reading != [characters[c] for c in word] and len(reading) == len(word):
                lines.append(f"{word}\t{' '.join(reading)}")
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
