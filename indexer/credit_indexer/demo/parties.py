"""Whom a fictional record is about: a subject of the city, or a natural person near one."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from credit_indexer.demo.subjects import FictionalSubject
from credit_indexer.demo.town import Town
from credit_indexer.demo.vocabulary import Vocabulary

UNKNOWN_REPRESENTATIVE = "示例人"
_SOLE_TRADER = "92"
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"


@dataclass(frozen=True, slots=True)
class Party:
    """`uscc` is empty for a natural person. `trade` is the word of the name that tells its business, or empty."""

    name: str
    uscc: str
    category: str
    representative: str
    subject: str
    trade: str
    division: str
    district: str
    address: str = ""


class Parties:
    """Makes parties of a town's subjects. `categories` are the labels of the categories of parties."""

    def __init__(self, town: Town, vocabulary: Vocabulary, categories: Mapping[str, str]) -> None:
        self._categories = categories
        words = sorted((word for industry in vocabulary.industries for word in industry.words), key=len, reverse=True)
        self._find_trade: Callable[[str], re.Match[str] | None] = re.compile("|".join(words)).search
        registry = f"{town.name}{{}}市场监督管理局"
        self._by_registry = {registry.format(each.name): (each.division, each.name) for each in town.districts}
        self._by_division = {district.division: district.name for district in town.districts}
        self._anywhere = (town.division, town.name)

    def of_row(self, subject: FictionalSubject) -> Party:
        """The party that a row of registrations tells of."""
        place = self._by_registry.get(subject.registration_authority, self._anywhere)
        return self._party(subject.name, subject.uscc, subject.legal_representative, place, subject.address)

    def of_subject(self, name: str, uscc: str, division: str | None) -> Party:
        """The party that a recorded subject is."""
        district = self._by_division.get(division or "")
        place = (division or "", district) if district else self._anywhere
        return self._party(name, uscc, "", place, "")

    def person(self, near: Party, rng: random.Random) -> Party:
        """A natural person, under a name that people are given where they stay unnamed: 李某芳."""
        name = f"{rng.choice(_SURNAMES)}某{rng.choice(_GIVEN)}"
        return replace(near, name=name, uscc="", category=self._categories["person"], representative="")

    def _party(self, name: str, uscc: str, representative: str, place: tuple[str, str], address: str) -> Party:
        found = self._find_trade(name)
        division, district = place
        return Party(
            name=name,
            uscc=uscc,
            category=self._categories["sole_trader" if uscc.startswith(_SOLE_TRADER) else "organisation"],
            representative=representative or UNKNOWN_REPRESENTATIVE,
            subject=name,
            trade=found[0] if found else "",
            division=division,
            district=district,
            address=address,
        )
