"""What a row becomes on its way in: a checked row, or problems to send back."""

from typing import NamedTuple

from credit_records.terms import NO_TERMS, Terms


class Facts(NamedTuple):
    """What a record tells about its subject, in the order of the columns of `subject` from `status` on.

    Values are as stored: codes, ISO dates, decimal text in 万元. `None` is not known.
    """

    status: str | None = None
    division: str | None = None
    division_basis: str | None = None
    entity_type: str | None = None
    entity_type_basis: str | None = None
    industry: str | None = None
    industry_basis: str | None = None
    established: str | None = None
    capital_amount: str | None = None
    capital_currency: str | None = None


NO_FACTS = Facts()  # one for all records of kinds that tell none


class CheckedRow(NamedTuple):
    """A row that may be recorded. A tuple, because a million of them are made, and passed between processes.

    Attributes:
        key: tells this record from others of its kind.
        fields: JSON object, field name → value as kept; null where the column was there and its cell empty.
        uscc: of the subject; empty where the party is a natural person, who has no subject.
        facts: `NO_FACTS` where the kind has no field for any: code and name alone tell some, and are asked when the
            subject is first heard of.
        digest: signed 64-bit hash of all that is here; equal rows need no work.
        terms: on which it is published.
    """

    key: str
    uscc: str
    code_valid: bool
    name: str
    former_names: tuple[str, ...]
    facts: Facts
    fields: str
    digest: int
    terms: Terms = NO_TERMS


class Problem(NamedTuple):
    """Why a row was refused, or a value of it dropped. Nothing here shows an identity number.

    Attributes:
        row: line of the file, the header being 1.
        severity: `refused` (the row is not recorded) or `noted` (only this value is not).
        rule: short name of the rule broken, such as `required` or `date`.
        raw: JSON object of the row as it came, header → value, masked.
    """

    row: int
    severity: str
    field: str
    value: str
    rule: str
    reason: str
    remedy: str
    raw: str


REFUSED = "refused"
NOTED = "noted"
