"""The parts of a kind that say how its records are published, listed and found."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final, Literal

from pydantic import Field, model_validator

from credit_records.catalogue.fields import FieldSpec, FieldType
from credit_records.catalogue.strict import Strict

Visibility = Literal["public", "by_field", "never"]
Facet = Literal[
    "kind",
    "list",
    "colour",
    "authority",
    "category",
    "violation",
    "region",
    "industry",
    "amount_band",
    "year",
    "month",
]

PERMANENT: Final = "permanent"
UNTIL_EXIT: Final = "until_exit"
UNTIL_FIELD: Final = "until_field"

_DATES: Final = frozenset({FieldType.DATE})
_AMOUNTS: Final = frozenset({FieldType.AMOUNT})
_WORDS: Final = frozenset({FieldType.TEXT, FieldType.ENUMERATION})
_ENUMERATIONS: Final = frozenset({FieldType.ENUMERATION})


class Roles(Strict):
    """Which field of the kind plays each part that the record table, lists, totals and feeds know of.

    `decision_date` is the day that the record is sorted and counted by: of a decision, of entry in a list. Amounts
    are in 万元. `published_on` is the day on which the provider itself says that it was published.
    """

    headline: str | None = None
    document_number: str | None = None
    authority: str | None = None
    authority_code: str | None = None
    decision_date: str | None = None
    published_on: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    amount: str | None = None
    confiscated: str | None = None
    category: str | None = None
    violation: str | None = None
    party_category: str | None = None
    texts: tuple[str, ...] = ()
    entered_on: str | None = None
    exited_on: str | None = None
    exit_reason: str | None = None
    public_type: str | None = None
    legal_person: str | None = None

    def named(self) -> Iterator[tuple[str, str]]:
        """Each role that is played, with its field; `texts` once for each of its fields."""
        return iter(self._played)

    @cached_property
    def _played(self) -> tuple[tuple[str, str], ...]:
        played = self.model_dump(exclude={"texts"}, exclude_none=True)
        return (*played.items(), *(("texts", field) for field in self.texts))


_TYPES: Final[Mapping[str, frozenset[FieldType]]] = {
    **dict.fromkeys(("decision_date", "published_on", "valid_from", "valid_until", "entered_on", "exited_on"), _DATES),
    **dict.fromkeys(("amount", "confiscated"), _AMOUNTS),
    **dict.fromkeys(("headline", "category", "violation"), _WORDS),
    **dict.fromkeys(("party_category", "public_type"), _ENUMERATIONS),
    **dict.fromkeys(
        ("document_number", "authority", "exit_reason", "legal_person", "texts"), frozenset({FieldType.TEXT})
    ),
    "authority_code": frozenset({FieldType.CODE, FieldType.TEXT}),
}


class Publication(Strict):
    """What is published and for how long.

    Attributes:
        visibility: `by_field` publishes a record whose role `public_type` has one of `public_values`.
        timeliness_days: working days from decision to publication; absent is not measured.
        period: the name of a policy, or `permanent`, `until_exit` (the role `exited_on`) or `until_field` (the role
            `valid_until`). A record that has left its list is never published, whatever the period.
        natural_persons: whether the name of a party without a code is shown, masked, or the record kept from view.
        searchable: whether the records are found by themselves, beside their subjects.
    """

    visibility: Visibility = "public"
    public_values: tuple[str, ...] = ()
    timeliness_days: int | None = Field(default=None, gt=0)
    period: str = PERMANENT
    natural_persons: Literal["shown", "masked", "never"] = "masked"
    searchable: bool = True

    @model_validator(mode="after")
    def _by_field_has_its_values(self) -> "Publication":
        if (self.visibility == "by_field") != bool(self.public_values):
            message = "`public_values` belongs to the visibility `by_field`, which needs them"
            raise ValueError(message)
        return self

    @property
    def policy(self) -> str | None:
        """The name of the policy of its period; None where the period needs none."""
        return None if self.period in {PERMANENT, UNTIL_EXIT, UNTIL_FIELD} else self.period


class ListSpec(Strict):
    """A red (守信激励) or black (失信惩戒) list; a subject on it bears a badge."""

    colour: Literal["red", "black"]
    title: str
    title_en: str


class RegisterSpec(Strict):
    """A page of its own, at `/{path}`, where records of the kind are searched, counted and summed."""

    path: str = Field(pattern=r"^[a-z][a-z-]*$")
    intro: str
    intro_en: str


class Effect(Strict):
    """What a record means for its subject. A `self_declared` one is marked as the subject's own word."""

    standing: Literal["adverse", "favourable", "neutral"] = "neutral"
    repairable: bool = False
    self_declared: bool = False


def check_roles(roles: Roles, publication: Publication, fields: Mapping[str, FieldSpec]) -> None:
    """Raise ValueError where a role names no field, one of another type, or one that is never shown."""
    for role, name in roles.named():
        field = fields.get(name)
        if field is None:
            message = f"roles.{role}: `{name}` is not a field of this kind"
        elif field.type not in _TYPES[role]:
            message = f"roles.{role}: `{name}` is of type {field.type}"
        elif not field.public and role != "public_type":
            message = f"roles.{role}: `{name}` is not public, but roles are shown"
        else:
            continue
        raise ValueError(message)
    for period, role in ((UNTIL_EXIT, "exited_on"), (UNTIL_FIELD, "valid_until")):
        if publication.period == period and getattr(roles, role) is None:
            message = f"publication.period: `{period}` needs the role `{role}`"
            raise ValueError(message)
    if publication.visibility == "by_field" and roles.public_type is None:
        message = "publication.visibility: `by_field` needs the role `public_type`"
        raise ValueError(message)
