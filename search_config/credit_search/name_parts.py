"""A name taken apart into region, trade name (字号), trade and legal form, by data/name_parts.toml.

Only a help for ranking and for the terms of `core`; a name that doesn't follow the rule simply has fewer parts. All
texts here are folded, and their limited forms too (`folding.fold_limited`).
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from credit_records.gazetteer import gazetteer

from credit_search.folding import fold, fold_limited

MOST_REGIONS = 3  # province, city, district
LONGEST_TRADE_NAME = 6
_RANKS = "省市县区州盟旗"
_BRACKETED = re.compile(r"[(（〔\[【]([^)）〕\]】]*)[)）〕\]】]")


@dataclass(slots=True)
class NameParts:
    """`core` is trade name and trade."""

    region: str
    core: str
    form: str

    @property
    def trade_name(self) -> str:
        """The part of the core before a known trade, or all of it."""
        trade = _lexicon().trades.search(self.core, 1)
        return self.core[: trade.start()] if trade and trade.start() <= LONGEST_TRADE_NAME else self.core


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """Regions by their first two characters and forms by their last one, longest first."""

    regions: dict[str, tuple[str, ...]]
    forms: dict[str, tuple[str, ...]]
    trades: re.Pattern[str]
    chatter: tuple[str, ...]


@cache
def _lexicon() -> _Lexicon:
    data = tomllib.loads((files("credit_search") / "data" / "name_parts.toml").read_text(encoding="utf-8"))
    ranked = {name for name in gazetteer().names() if name[-1] in _RANKS}
    regions = {folded for name in ranked.union(gazetteer().bare_names()) if len(folded := fold(name)) >= 2}
    forms = {fold_limited(form) for form in data["legal_forms"]}
    return _Lexicon(
        regions=_longest_first((region[:2], region) for region in regions),
        forms=_longest_first((form[-1], form) for form in forms),
        trades=re.compile("|".join(sorted(data["trades"], key=len, reverse=True))),
        chatter=tuple(sorted(data["chatter"], key=len, reverse=True)),
    )


def _longest_first(keyed: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for key, text in keyed:
        grouped[key].append(text)
    return {key: tuple(sorted(texts, key=len, reverse=True)) for key, texts in grouped.items()}


def region_length(text: str) -> int:
    """How many characters at the start of a name are names of regions."""
    regions = _lexicon().regions
    start = 0
    for _ in range(MOST_REGIONS):
        for region in regions.get(text[start : start + 2], ()):  # in place: this runs a million times in a load
            if text.startswith(region, start):
                start += len(region)
                break
        else:
            break
    return start


def short_region(text: str) -> str:
    """The last of the regions in `text` without the word for its rank: `甘肃省兰州市` → `兰州`."""
    start = 0
    while (length := _first_region(text, start)) and start + length < len(text):
        start += length
    last = text[start:]
    return last[:-1] if len(last) > 2 and last[-1] in _RANKS else last


def _first_region(text: str, start: int) -> int:
    found = (r for r in _lexicon().regions.get(text[start : start + 2], ()) if text.startswith(r, start))
    return len(next(found, ""))


def form_length(text: str) -> int:
    """How many characters at the end of a name are its legal form."""
    for form in _lexicon().forms.get(text[-1:], ()):
        if text.endswith(form):
            return len(form)
    return 0


def take_apart(name: str) -> NameParts:
    """The parts of a name as published; a region in brackets counts as none wherever it stands."""
    if "(" in name or "（" in name:
        name = _BRACKETED.sub(_without_region, name)
    return parts_of(fold_limited(fold(name)))


def parts_of(text: str) -> NameParts:
    """The parts of a text that is folded already."""
    start = region_length(text)
    end = len(text) - form_length(text)
    if end <= start:
        start, end = (0, end) if end > 0 else (0, len(text))
    return NameParts(text[:start], text[start:end], text[end:])


def is_region(text: str) -> bool:
    return text in _lexicon().regions.get(text[:2], ())


def _without_region(match: re.Match[str]) -> str:
    return "" if is_region(fold(match.group(1))) else match.group(0)


def without_chatter(text: str) -> str:
    """A folded question without the words that people put around a name."""
    for words in _lexicon().chatter:
        rest = text.replace(words, "")
        if len(rest) >= 2:
            text = rest
    return text
