"""What the fictional city's records of each kind say: `kinds/*.toml`, read and checked.

A kind without a file gets plain values from the types of its fields, so a new kind of the catalogue needs none.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, model_validator

from credit_indexer.demo.vocabulary import Part

COMMON = "common"


class Number(Part):
    """A number between two: `skew` draws it towards the low end, as fines are; `places` are its decimals."""

    low: float
    high: float
    places: int = Field(default=2, ge=0, le=4)
    skew: float = Field(default=1, gt=0)


class Span(Part):
    """A day counted from the decision: some `days` later, between the two, or one of `years` later less a day.

    A share `open` is without end. `until_now` is of what has happened: a day still to come has not.
    """

    days: tuple[int, int] = (0, 0)
    years: tuple[int, ...] = ()
    open: float = Field(default=0, ge=0, le=1)
    until_now: bool = False

    @model_validator(mode="after")
    def _is_counted_one_way(self) -> "Span":
        if bool(self.years) == (self.days != (0, 0)):
            message = "either `days` or `years`"
            raise ValueError(message)
        return self


Value = str | tuple[str, ...] | Number | Span
"""A template, one of several, a number or a day. A template names other values in braces: of this record, of the
circumstances (`credit_indexer.demo.circumstances`), or a list of words to pick from.
"""


class Alternative(Part):
    """One of several that a record may be: the values it sets, how often it comes, whom it suits, who sends it."""

    weight: float = Field(default=1, gt=0)
    sender: str | None = None
    districts: bool | None = None
    suits: tuple[str, ...] = ()
    set: dict[str, Value]


class KindVocabulary(Part):
    """Values for one kind.

    Attributes:
        share: how many of its records there are, beside the other kinds that suit the same subject.
        senders: departments that send it, where an alternative names none; a name twice is drawn twice as often.
        districts: whether the departments' district offices send it, too.
        persons: the share of natural persons.
        forms: the first two characters of the codes that it suits; none is all.
        suits: words of which a name must hold one; none is all.
        number: the template of its document number.
        choice: groups of alternatives, of each of which a record takes one. Where what an alternative tells lies in
            the future, the first of its group holds.
    """

    share: float = Field(default=10, gt=0)
    senders: tuple[str, ...] = ("reform",)
    districts: bool = False
    persons: float = Field(default=0, ge=0, le=1)
    forms: tuple[str, ...] = ()
    suits: tuple[str, ...] = ()
    number: str = "{mark}〔{year}〕{serial}号"
    set: dict[str, Value] = Field(default_factory=dict)
    choice: dict[str, tuple[Alternative, ...]] = Field(default_factory=dict)


class Common(Part):
    """What kinds share: values, those of natural persons, labels of the categories of parties, lists of words."""

    set: dict[str, Value]
    person: dict[str, Value]
    party_categories: dict[str, str]
    words: dict[str, tuple[str, ...]]


FOLDER = Path(__file__).with_name("kinds")


def read_common() -> Common:
    return Common.model_validate(_read(FOLDER / f"{COMMON}.toml"))


def read_kind_vocabularies() -> Mapping[str, KindVocabulary]:
    """Every vocabulary, by the name of its kind."""
    paths = sorted(path for path in FOLDER.glob("*.toml") if path.stem != COMMON)
    return {path.stem: KindVocabulary.model_validate(_read(path)) for path in paths}


def _read(path: Path) -> object:
    return tomllib.loads(path.read_text(encoding="utf-8"))
