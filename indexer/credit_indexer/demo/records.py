"""Makes fictional records of one kind: what its catalogue file declares, filled from its vocabulary.

Fields that play a role get what the role means; others what the vocabulary says; those that are required and that
nobody speaks of a plain value of their type. So no kind is known here by its name.
"""

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, product
from operator import itemgetter
from typing import NamedTuple

from credit_records.catalogue import Catalogue, Kind

from credit_indexer.demo.authorities import Authorities, Authority
from credit_indexer.demo.circumstances import Circumstances, Row
from credit_indexer.demo.kind_vocabulary import Alternative, Common, KindVocabulary, Span, Value
from credit_indexer.demo.parties import Parties, Party
from credit_indexer.demo.values import Produce, circumstance, compile_value, names_in, plain_value
from credit_indexer.demo.working_days import WorkingDays

DEFAULT_LIMIT = 7  # working days, for kinds of which none is declared
LONGEST_DELAY = 30  # working days beyond the limit
IN_DISTRICTS = 0.8  # of what district offices may send, they send so much
MORE_RECENTLY = 0.85  # below 1, there are more records of late than of old

Chosen = tuple[int, ...]
"""The number of the alternative that was taken of each group."""

Steps = Sequence[tuple[str, Produce]]


class MadeRecord(NamedTuple):
    """A record as text, in the order of the maker's columns. Days are ordinals.

    Attributes:
        reported: when its authority published it.
        earlier: the same record as it was at first, where something has happened since: on the day `passed`.
    """

    maker: "RecordMaker"
    authority: Authority
    party: Party
    values: tuple[str, ...]
    reported: int
    passed: int
    earlier: tuple[str, ...] | None


class Course(NamedTuple):
    """What alternatives come to together.

    Attributes:
        since: the number of the group that tells what has happened after the decision; None is nothing.
        after: the fewest days until then, and how many more it may have taken.
    """

    senders: tuple[str, ...]
    districts: bool
    since: int | None
    after: tuple[int, int]


class City(NamedTuple):
    """What the makers of all kinds share."""

    declared: Catalogue
    common: Common
    authorities: Authorities
    parties: Parties
    days: WorkingDays


class RecordMaker:
    """Makes records of one kind."""

    def __init__(self, kind: Kind, vocabulary: KindVocabulary, city: City) -> None:
        self.kind = kind
        self.vocabulary = vocabulary
        self._city = city
        self._always_persons = kind.subject.code is None
        self._groups = tuple(vocabulary.choice.values())
        chosen_from = frozenset(name for group in self._groups for one in group for name in one.set)
        self._base = dict(_base_values(kind, vocabulary, city, chosen_from))
        told = {*self._base, *city.common.person, *chosen_from}
        self.columns = tuple(field.name for field in kind.fields if field.name in told)
        self._blank = dict.fromkeys(self.columns, "")
        self._values: Callable[[Row], tuple[str, ...]] = itemgetter(*self.columns)
        self._limit = kind.publication.timeliness_days or DEFAULT_LIMIT
        self._group_numbers = range(len(self._groups))
        self._course = lru_cache(maxsize=None)(self._make_course)
        self._plan = lru_cache(maxsize=None)(self._make_plan)
        self._table = lru_cache(maxsize=None)(self._make_table)

    @property
    def titles(self) -> tuple[str, ...]:
        """The headers of its columns."""
        return tuple(self.kind.by_name[name].title for name in self.columns)

    def unnumbered_key(self, values: tuple[str, ...]) -> tuple[str, ...] | None:
        """What tells the record from others of one party, where its kind has no document number to do so."""
        if self.kind.roles.document_number in self.kind.key:
            return None
        return (self.kind.name, *(values[self.columns.index(name)] for name in self.kind.key))

    def senders(self) -> set[tuple[str, bool]]:
        """Departments that send its records, whatever is chosen, and whether their district offices do."""
        courses = (self._make_course(chosen) for chosen in product(*(range(len(group)) for group in self._groups)))
        return {(sender, course.districts) for course in courses for sender in course.senders}

    def suits(self, party: Party) -> bool:
        forms = self.vocabulary.forms
        return (not forms or party.uscc[:2] in forms) and _suits(self.vocabulary.suits, party.trade)

    def make(self, party: Party, rng: random.Random, serial: int, decided: int | None = None) -> MadeRecord:
        """A record about the party, or a person near it; `decided` is the number of a working day, drawn if None."""
        draw, days = rng.random, self._city.days
        if self._always_persons or draw() < self.vocabulary.persons:
            party = self._city.parties.person(party, rng)
        chosen = tuple([self._choose(group, party.trade, draw()) for group in self._group_numbers])
        course = self._course(chosen)
        sender = course.senders[int(draw() * len(course.senders))]
        in_district = course.districts and draw() < IN_DISTRICTS
        authority = self._city.authorities.find(sender, party.division if in_district else None)
        number = days.drawn(draw() ** MORE_RECENTLY) if decided is None else decided
        day = days.later(number, 0)
        published = days.later(number, self._delay(authority, rng))
        passed, instead = 0, None
        if course.since is not None:
            passed, instead = day + course.after[0] + int(draw() * course.after[1]), course.since
            if passed > days.today:
                chosen, passed, instead = _with_first(chosen, course.since), 0, None
        c = Circumstances(rng, party, authority, day, published, passed, serial)
        row = self._blank.copy()
        for name, produce in self._plan(chosen, not party.uscc):
            row[name] = produce(row, c)
        earlier = self._as_it_was(row, c, chosen, instead) if instead is not None else None
        return MadeRecord(self, authority, party, self._values(row), published, passed, earlier)

    def _choose(self, group: int, trade: str, share: float) -> int:
        numbers, weights = self._table(group, trade)
        return numbers[bisect_right(weights, share * weights[-1])]

    def _make_table(self, group: int, trade: str) -> tuple[list[int], list[float]]:
        """The alternatives that suit a trade, with their running weights."""
        every = self._groups[group]
        found = [number for number, one in enumerate(every) if _suits(one.suits, trade)] or list(range(len(every)))
        return found, list(accumulate(every[number].weight for number in found))

    def _taken(self, chosen: Chosen) -> Iterator[Alternative]:
        return (group[number] for group, number in zip(self._groups, chosen, strict=True))

    def _make_course(self, chosen: Chosen) -> Course:
        senders, districts, since, after = self.vocabulary.senders, self.vocabulary.districts, None, (0, 0)
        for place, one in enumerate(self._taken(chosen)):
            senders = senders if one.sender is None else (one.sender,)
            districts = districts if one.districts is None else one.districts
            span = next((value for value in one.set.values() if isinstance(value, Span) and value.until_now), None)
            if span is not None:
                since, after = place, (span.days[0], span.days[1] - span.days[0] + 1)
        return Course(senders, districts, since, after)

    def _delay(self, authority: Authority, rng: random.Random) -> int:
        """Working days from decision to publication."""
        drawn = rng.random()
        if rng.random() < authority.care.late:
            return self._limit + 1 + int(drawn * drawn * LONGEST_DELAY)
        return int(drawn * drawn * (self._limit + 1))

    def _as_it_was(self, row: Row, c: Circumstances, chosen: Chosen, place: int) -> tuple[str, ...]:
        """The record before what has happened since: the first of the group held."""
        group = self._groups[place]
        first = group[0]
        before = row | dict.fromkeys(group[chosen[place]].set, "")
        for name, produce in self._plan(_with_first(chosen, place), not c.party.uscc):
            if name in first.set or name not in row:
                before[name] = produce(before, c)
        return self._values(before)

    def _make_plan(self, chosen: Chosen, is_person: bool) -> Steps:
        """What is made, in the order in which one thing needs another."""
        values = self._base.copy()
        for one in self._taken(chosen):
            values |= one.set
        if is_person:
            told = self._city.common.person.items()
            values |= {name: value for name, value in told if name in self.kind.by_name}
        steps: dict[str, Produce] = {}
        for name in self.columns:
            if name in values:
                self._add_step(name, values, steps, ())
        return tuple(steps.items())

    def _add_step(
        self, name: str, values: Mapping[str, Value], steps: dict[str, Produce], needed: Sequence[str]
    ) -> None:
        if name in steps:
            return
        value = values.get(name) if name not in needed else None
        if value is None:
            words = self._city.common.words.get(name)
            steps[name] = compile_value(words) if words else circumstance(name)
            return
        for other in sorted(names_in(value)):
            self._add_step(other, values, steps, (*needed, name))
        if name not in steps:  # a value that names itself is the circumstance of that name
            steps[name] = compile_value(value)


def _base_values(
    kind: Kind, vocabulary: KindVocabulary, city: City, chosen_from: frozenset[str]
) -> Iterator[tuple[str, Value]]:
    """Values that hold whatever is chosen; of two for one field the later holds."""
    for spec in kind.fields:
        if (spec.required or spec.required_when is not None) and spec.name not in chosen_from:
            yield spec.name, plain_value(spec, city.declared.lists)
    for name, value in city.common.set.items():
        if name in kind.by_name:
            yield name, value
    yield kind.subject.name, "{party_name}"
    if kind.subject.code is not None:
        yield kind.subject.code, "{party_code}"
    played = kind.roles.model_dump(exclude={"texts"})
    for role, value in {**_ROLES, "document_number": vocabulary.number}.items():
        if played[role] is not None:
            yield played[role], value
    yield from vocabulary.set.items()


_ROLES: Mapping[str, Value] = {
    "authority": "{authority}",
    "authority_code": "{authority_code}",
    "decision_date": "{decision_date}",
    "entered_on": "{decision_date}",
    "valid_from": "{decision_date}",
    "published_on": "{published_on}",
    "party_category": "{party_category}",
    "legal_person": "{representative}",
}


@lru_cache(maxsize=10_000)
def _suits(words: tuple[str, ...], trade: str) -> bool:
    return not words or any(word in trade for word in words)


def _with_first(chosen: Chosen, place: int) -> Chosen:
    return (*chosen[:place], 0, *chosen[place + 1 :])
