"""Hands records out to the city's subjects as they come by: exactly so many, to most a few, to some many.

Nothing is kept of subjects that have passed, so a million of them take no more memory than a thousand.
"""

import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import accumulate, islice

from credit_records.catalogue import Catalogue

from credit_indexer.demo.authorities import Authorities
from credit_indexer.demo.kind_vocabulary import KindVocabulary, read_common, read_kind_vocabularies
from credit_indexer.demo.parties import Parties, Party
from credit_indexer.demo.records import City, MadeRecord, RecordMaker
from credit_indexer.demo.subjects import FictionalSubject
from credit_indexer.demo.town import Town
from credit_indexer.demo.vocabulary import read_vocabulary
from credit_indexer.demo.working_days import WorkingDays

BLOCK = 1_000  # subjects among which records are shared out
UNKNOWN_TO_ALL = 0.35  # the share of subjects without records
MOST_KNOWN = 15.0  # times as much as of those of whom least is known
TRIES = 20
SPREAD = 1.6  # of the Pareto distribution that says how much is known of the others


class CityRecords:
    """Makes the records of a town as it is on the day `today`."""

    def __init__(self, town: Town, declared: Catalogue, seed: int, today: date) -> None:
        common = read_common()
        parties = Parties(town, read_vocabulary(), common.party_categories)
        self.city = City(declared, common, Authorities(town), parties, WorkingDays(today))
        told = read_kind_vocabularies()
        # What says who the subjects are is the register's; everything else is said about them.
        kinds = [kind for kind in declared.kinds.values() if not kind.subject.authoritative]
        self.makers: Mapping[str, RecordMaker] = {
            kind.name: RecordMaker(kind, told.get(kind.name) or KindVocabulary(), self.city) for kind in kinds
        }
        self.today = today
        self.number_of_today = self.city.days.number_of_today()
        self._random = random.Random(seed)
        self._serial = 0
        self._suitable = lru_cache(maxsize=None)(self._find_suitable)

    def of(
        self, subjects: Iterable[FictionalSubject], *, of_subjects: int, records: int, known: Mapping[str, int]
    ) -> Iterator[MadeRecord]:
        """So many records about so many subjects; `known` is how many certain ones have, by their code."""
        remaining = iter(subjects)
        told, passed = 0, 0
        while block := list(islice(remaining, BLOCK)):
            passed += len(block)
            due = records * passed // max(of_subjects, passed) - told
            told += due
            yield from self._of_block(block, due, known)

    def about(self, party: Party, maker: RecordMaker, decided: int | None = None) -> MadeRecord:
        """One more record about a party; `decided` is the number of a working day."""
        self._serial += 1
        return maker.make(party, self._random, self._serial, decided)

    def kinds_of_offices(self) -> Mapping[str, set[str]]:
        """The kinds that each office sends, by the office's name."""
        sent: dict[str, set[str]] = {office.name: set() for office in self.city.authorities.all()}
        for maker in self.makers.values():
            for department, districts in maker.senders():
                for office in self.city.authorities.of(department, districts=districts):
                    sent[office.name].add(maker.kind.name)
        return sent

    def number_from(self, serial: int) -> None:
        """Number what comes from here on, so that a later run makes other records."""
        self._serial = serial

    def _of_block(self, block: Sequence[FictionalSubject], due: int, known: Mapping[str, int]) -> Iterator[MadeRecord]:
        for subject, count in zip(block, self._shares(block, due, known), strict=True):
            if count:
                party = self.city.parties.of_row(subject)
                seen: set[tuple[str, ...]] = set()
                for _ in range(count):
                    yield self._different(party, seen)

    def _different(self, party: Party, seen: set[tuple[str, ...]]) -> MadeRecord:
        """A record with another key than those of the party before it, where its kind has no numbers to see to that."""
        makers, weights = self._suitable(party.uscc[:2], party.trade)
        for _ in range(TRIES):
            record = self.about(party, makers[bisect_right(weights, self._random.random() * weights[-1])])
            key = record.maker.unnumbered_key(record.values)
            if key is None:
                break
            if key not in seen:
                seen.add(key)
                break
        return record

    def _shares(self, block: Sequence[FictionalSubject], due: int, known: Mapping[str, int]) -> list[int]:
        fixed = [min(known.get(subject.uscc, 0), due // 2) for subject in block]
        draw = self._random
        weights = [
            0.0 if draw.random() < UNKNOWN_TO_ALL else min(draw.paretovariate(SPREAD), MOST_KNOWN) for _ in block
        ]
        weights[-1] = weights[-1] or 1.0  # so that there is always somebody
        shared = Counter(draw.choices(range(len(block)), weights, k=max(due - sum(fixed), 0)))
        return [of_one + shared[place] for place, of_one in enumerate(fixed)]

    def _find_suitable(self, form: str, trade: str) -> tuple[list[RecordMaker], list[float]]:
        """Makers that suit subjects of this form and trade, with their running weights."""
        like = Party("", form, "", "", "", trade, "", "")
        found = [maker for maker in self.makers.values() if maker.suits(like)]
        return found, list(accumulate(maker.vocabulary.share for maker in found))
