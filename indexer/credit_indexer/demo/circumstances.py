"""What a template may name beside the values of its record: who, where, when, and under which number."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from stdnum.cn import ric

from credit_indexer.demo.authorities import Authority
from credit_indexer.demo.parties import Party
from credit_indexer.demo.working_days import in_words, iso

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DAYS_BEFORE = 20


Row = dict[str, str]
"""The values of a record so far."""


@dataclass(slots=True)
class Circumstances:
    """Days are ordinals. `passed` is the day of what has happened since the decision, as leaving a list; 0 is never.

    `serial` is a number that no other record of the city has.
    """

    random: random.Random
    party: Party
    authority: Authority
    decided: int
    published: int
    passed: int
    serial: int


def _base36(number: int, length: int = 6) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 36)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def _identity_number(_: object, c: Circumstances) -> str:
    """Of a division that is assigned to nobody; right in its check digit, so that it must be recognised and masked."""
    number = c.serial
    body = f"{c.party.division}19{number % 40 + 60}{number % 12 + 1:02d}{number % 28 + 1:02d}{number % 1000:03d}"
    return body + ric.calc_check_digit(body)


CIRCUMSTANCES: Final[Mapping[str, Callable[[Row, Circumstances], str]]] = {
    "party_name": lambda _, c: c.party.name,
    "party_code": lambda _, c: c.party.uscc,
    "party_category": lambda _, c: c.party.category,
    "representative": lambda _, c: c.party.representative,
    "subject": lambda _, c: c.party.subject,
    "division": lambda _, c: c.party.division,
    "district": lambda _, c: c.party.district,
    "address": lambda _, c: c.party.address,
    "place": lambda _, c: c.party.address or c.party.district,
    "identity_number": _identity_number,
    "city": lambda _, c: c.authority.city,
    "authority": lambda _, c: c.authority.title,
    "authority_code": lambda _, c: c.authority.code,
    "mark": lambda _, c: c.authority.mark,
    "court": lambda _, c: c.authority.court,
    "decision_date": lambda _, c: iso(c.decided),
    "published_on": lambda _, c: iso(c.published),
    "found": lambda _, c: in_words(c.decided - _DAYS_BEFORE),
    "decided_before": lambda _, c: iso(c.decided - _DAYS_BEFORE),
    "year": lambda _, c: iso(c.decided)[:4],
    "ymd": lambda _, c: iso(c.decided).replace("-", ""),
    "serial": lambda _, c: str(c.serial),
    "serial36": lambda _, c: _base36(c.serial),
}
