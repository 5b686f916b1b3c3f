"""Reads places out of dirty text: an address, or a province and city as a provider writes them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final, NamedTuple

from credit_records.divisions import Division, short_name

_UNDECLARED: Final = "undeclared"  # where names are looked for only when nothing was declared
_RANKS: Final = 3  # province, city, district
# What follows a short name when it is a street, a town or a village that only bears the same name.
_NOT_A_PLACE: Final = re.compile(r".{0,2}[路街巷道弄]|[镇乡村社屯庄组桥站]|大道|大街|公路")
_NATIONAL: Final = re.compile(r"^(?:中国|中华人民共和国)?[\s(（]*")
_BETWEEN: Final = frozenset(" 　,，.。、-－/()（）")
_MEAGRE: Final = "省市区县州盟旗"


class _Named(NamedTuple):
    name: str
    code: str
    short: bool


Index = dict[str, dict[str, list[_Named]]]
"""Where a name is looked for → its first two characters → the names that begin so, longest first."""


class Places:
    """Names of divisions, arranged by the division inside which a name is looked for."""

    def __init__(self, divisions: Iterable[Division]) -> None:
        self._all = tuple(divisions)
        self._index = _arrange(self._all)
        self._under = _districts(self._all)

    def in_address(self, address: str, declared: str | None) -> str | None:
        """The finest division that an address names, read from its start: province, city, district.

        A district named alone is looked for inside `declared`, else in the whole country if its name is unique there.
        """
        found, position = self._walk(address, _prefix(declared) if declared else "")
        for _ in range(_RANKS):
            context = found or declared
            if context is None or not context.endswith("00"):
                break
            inside = self._anywhere(address, position, context)
            if inside is None:
                break
            found = inside
        return found

    def declared(self, province: str, city: str) -> str | None:
        """The division of a province and a city as declared: 甘肃 and 兰州, 上海 and 浦东, 吉林 and 延边州."""
        home = self._of_name(province.strip(), "")
        inside = self._of_name(city.strip(), home[:2] if home else "")
        return inside or home

    def _walk(self, address: str, declared: str) -> tuple[str | None, int]:
        """Follow names from the start of the address, each inside the one before; the last, and where it ended."""
        position = _opening(address)
        contexts: tuple[str, ...] = (declared, declared[:2], "") if declared else ("", _UNDECLARED)
        found = None
        for _ in range(_RANKS):
            while address[position : position + 1] in _BETWEEN:
                position += 1
            step = self._longest(address, position, contexts)
            if step is None:
                break
            found = step.code
            position += len(step.name)
            contexts = (_prefix(found),)
            if not found.endswith("00"):
                break
        return found, position

    def _longest(self, address: str, position: int, contexts: tuple[str, ...]) -> _Named | None:
        start = address[position : position + 2]
        for within in contexts:
            for named in self._index[within].get(start, ()):
                if address.startswith(named.name, position) and not (
                    named.short and _NOT_A_PLACE.match(address, position + len(named.name))
                ):
                    return named
        return None

    def _anywhere(self, address: str, position: int, context: str) -> str | None:
        """The first full name of a district of this city, or city of this province, that stands further on."""
        best, best_at = None, len(address)
        for name, code in self._under.get(context[:4], ()):
            at = address.find(name, position, best_at + len(name))
            if 0 <= at < best_at:
                best, best_at = code, at
        return best

    def _of_name(self, name: str, within: str) -> str | None:
        """A division by a name that may be short or cut: 延边州, 巴音郭楞, 浦东."""
        if len(name) < 2:
            return None
        for named in self._index[within].get(name[:2], ()):
            if named.name == name:
                return named.code
        stem = name.rstrip(_MEAGRE) if len(name) > 2 else name
        if len(stem) < 2 or not within:
            return None
        matching = [place for place in self._all if place.code.startswith(within) and place.name.startswith(stem)]
        return min(matching, key=_rank).code if matching else None


def _arrange(places: Iterable[Division]) -> Index:
    """The coarsest bears a name; one that two of a rank share is nobody's. Full names come before short ones."""
    holders: dict[tuple[str, str], list[tuple[Division, bool]]] = defaultdict(list)
    for place in sorted(places, key=lambda place: (_rank(place), place.code)):
        for name in (place.name, *place.aliases):
            for within in _full_within(place):
                holders[within, name].append((place, False))
        for within in _short_within(place):
            holders[within, short_name(place.name)].append((place, True))
    index: Index = defaultdict(lambda: defaultdict(list))
    for (within, name), named in holders.items():
        first = [place for place, short in named if not short] or [place for place, _ in named]
        if sum(_rank(place) == _rank(first[0]) for place in first) == 1 and len(name) > 1:
            short = all(short for _, short in named)
            index[within][name[:2]].append(_Named(name, first[0].code, short))
    for names in index.values():
        for alike in names.values():
            alike.sort(key=lambda named: -len(named.name))
    return index


def _full_within(place: Division) -> tuple[str, ...]:
    """Inside which divisions a full name may be looked for: the country, its province, its city."""
    return ("", place.code[:2], place.code[:4])[: _rank(place)]


def _short_within(place: Division) -> tuple[str, ...]:
    """Where a short name may be. Alone it says too little in a country whose streets and towns bear the same names."""
    if place.is_province:
        return ("",)
    if place.is_city:
        return (place.code[:2], _UNDECLARED)
    return () if place.is_functional else (place.code[:2], place.code[:4])


def _districts(places: tuple[Division, ...]) -> dict[str, list[tuple[str, str]]]:
    """First four digits → names and codes one level below; districts under no city stand under their province."""
    cities = {place.code[:4] for place in places if place.is_city}
    under: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for place in places:
        if _rank(place) == _RANKS:
            city = place.code[:4]
            under[city if city in cities else city[:2] + "00"].append((place.name, place.code))
        elif place.is_city:
            under[place.code[:2] + "00"].append((place.name, place.code))
    return under


def _rank(place: Division) -> int:
    return 1 if place.is_province else 2 if place.is_city else _RANKS


def _prefix(code: str) -> str:
    return code[:2] if code.endswith("0000") else code[:4]


def _opening(address: str) -> int:
    found = _NATIONAL.match(address)
    return found.end() if found else 0
