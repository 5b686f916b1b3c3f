"""Finds the administrative division of an address, and says what a division is called."""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

from credit_records.catalogue import Catalogue, Locale, catalogue
from credit_records.divisions import Division, former_division_names, read_divisions, short_name
from credit_records.places import Places
from credit_records.romanising import romanised_division

ADDRESS: Final = "address"
DECLARED: Final = "declared"
CODE: Final = "code"


class Gazetteer:
    """Divisions of the whole country with the catalogue's supplement. Made once; safe to share between threads."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._divisions = read_divisions(catalogue)
        self._places = Places(self._divisions.values())
        self._declared = lru_cache(maxsize=20_000)(self._places.declared)
        self._labels = lru_cache(maxsize=20_000)(self._compose_label)

    def locate(
        self, address: str | None, province: str | None, city: str | None, uscc: str | None
    ) -> tuple[str | None, str | None]:
        """The finest division that can be told, and from what: `address`, `declared`, `code`; (None, None) if none.

        A place of the address outweighs what is declared, and that the six digits of division in the code, which
        say where a subject was first registered.
        """
        declared = self._declared(province or "", city or "")
        if address:
            found = self._places.in_address(address, declared)
            # What an address says no finer than what is declared adds nothing: the declaration stands.
            if found is not None and not _contains(found, declared):
                return found, ADDRESS
        if declared is not None:
            return declared, DECLARED
        registered = self.from_code(uscc) if uscc else None
        return registered, CODE if registered else None

    def from_code(self, uscc: str) -> str | None:
        """The division inside a 统一社会信用代码, its third to eighth digits; coarser where that one is no more."""
        digits = uscc[2:8]
        for code in (digits, digits[:4] + "00", digits[:2] + "0000"):
            if code in self._divisions:
                return code
        return None

    def label(self, division: str, locale: Locale = "zh") -> str:
        """The full name, 甘肃省兰州市城关区 or Chengguan District, Lanzhou, Gansu; the digits where it is unknown."""
        return self._labels(division, locale)

    def _compose_label(self, division: str, locale: Locale) -> str:
        line = [found for code in _line(division) if (found := self._divisions.get(code))]
        line = [place for place in line if not (place.is_province and line[-1].fictional)]
        if not line:
            return division
        if locale == "en":
            return ", ".join(self._romanised(place) for place in reversed(line))
        return "".join(place.name for place in line)

    def short_label(self, division: str, locale: Locale = "zh") -> str:
        """Its own name alone: 城关区, Chengguan District."""
        found = self._divisions.get(division)
        if found is None:
            return division
        return self._romanised(found) if locale == "en" else found.name

    def bucket(self, division: str | None, home_division: str) -> str:
        """The value of the region facet, fine at home and coarse elsewhere.

        The six-digit district inside the home city, the city inside the home province, elsewhere the province;
        "" where the division is unknown.
        """
        if not division:
            return ""
        if division[:4] == home_division[:4]:
            return division
        return division[:4] + "00" if division[:2] == home_division[:2] else division[:2] + "0000"

    def names(self) -> Iterable[str]:
        """All names of divisions, long and short, former ones too."""
        names = {name for place in self._divisions.values() for name in (place.name, *place.aliases)}
        names.update(former_division_names())
        return names | {short_name(name) for name in names}

    def bare_names(self) -> Iterable[str]:
        """Names of provinces and prefecture-level cities without the word for their rank, as 甘肃, 兰州.

        Those of counties are left out: 东方, 合作 or 同仁 begin more trade names than addresses.
        """
        return {short_name(place.name) for code, place in self._divisions.items() if code.endswith("00")}

    def _romanised(self, place: Division) -> str:
        return place.name_en or romanised_division(place.name)


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer of the catalogue that ships with the program, made on first use."""
    return Gazetteer(catalogue())


def _line(division: str) -> tuple[str, ...]:
    """Province, city and district codes of a division, each once."""
    return tuple(dict.fromkeys((division[:2] + "0000", division[:4] + "00", division)))


def _prefix(division: str) -> str:
    """The digits with which every division inside this one begins."""
    return division[:2] if division.endswith("0000") else division[:4] if division.endswith("00") else division


def _contains(division: str, inner: str | None) -> bool:
    """Whether `inner` lies within `division` or is it."""
    return inner is not None and inner.startswith(_prefix(division))
