"""The terms on which a record is published, from its fields by the roles of its kind and the policy of its period."""

from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from credit_records.catalogue import Catalogue, Kind
from credit_records.catalogue.parts import UNTIL_FIELD
from credit_records.catalogue.policies import DishonestyClass, Policy, PolicyVersion
from credit_records.classification import classify, publication_end
from credit_records.field_values import OPEN_END

SLIGHT: Final = "该失信类别原则上不予公示"
NEVER: Final = "该类信息不予公示"
CHOSEN: Final = "报送单位标明不予公示"
PERSON: Final = "自然人信息不予公示"


class Terms(NamedTuple):
    """What the record table keeps beside the fields.

    Attributes:
        ends_on: ISO date, the last day of publication; None is without end.
        hidden: why it is not published, in Chinese; None where it is.
        published_on: ISO date on which the provider says that it published the record itself.
    """

    document_number: str | None = None
    authority: str | None = None
    authority_code: str | None = None
    decision_date: str | None = None
    dishonesty_class: str | None = None
    ends_on: str | None = None
    hidden: str | None = None
    published_on: str | None = None


NO_TERMS: Final = Terms()  # one for all records of kinds without roles, of which there are millions


class PeriodReader:
    """Reads class and period of decisions by one policy, remembering days: many decisions are of the same."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._version = lru_cache(maxsize=10_000)(self._find_version)
        self._end = lru_cache(maxsize=20_000)(self._find_end)

    def period(
        self, decision_date: str, categories: tuple[str, ...], amount: str | None
    ) -> tuple[str | None, str | None, bool]:
        """Class, last day (ISO), and whether the class is published. `amount` is in 万元."""
        version = self._version(decision_date)
        found = classify(version, categories, Decimal(amount) if amount else None)
        if found is None:
            return None, None, True
        return found, self._end(decision_date, found), version.period(found).published

    def _find_version(self, decision_date: str) -> PolicyVersion:
        return self._policy.version_on(date.fromisoformat(decision_date))

    def _find_end(self, decision_date: str, dishonesty_class: DishonestyClass) -> str:
        return publication_end(date.fromisoformat(decision_date), dishonesty_class, self._policy).isoformat()


class TermsReader:
    """Reads the terms of records of one kind. Safe to share between threads."""

    def __init__(self, kind: Kind, declared: Catalogue) -> None:
        roles, publication = kind.roles, kind.publication
        self._plain = [
            roles.document_number or "",
            roles.authority or "",
            roles.authority_code or "",
            roles.decision_date or "",
        ]
        self._amount = roles.amount or ""
        self._category = roles.category or ""
        self._exited_on = roles.exited_on or ""
        self._valid_until = (roles.valid_until or "") if publication.period == UNTIL_FIELD else ""
        self._public_type = roles.public_type or ""
        self._published_on = roles.published_on or ""
        self._publication = publication
        self._public_values = frozenset(publication.public_values)
        self._periods = PeriodReader(declared.policies[publication.policy]) if publication.policy else None
        self._is_plain = not any(roles.named()) and publication.visibility == "public" and self._periods is None

    def terms(self, fields: dict[str, Any], *, is_person: bool) -> Terms:
        """The terms of a record of these kept fields."""
        if self._is_plain and not is_person:
            return NO_TERMS
        told = fields.get
        decision_date = told(self._plain[3])
        dishonesty_class, ends_on, shown = None, None, True
        if self._periods is not None and decision_date:
            dishonesty_class, ends_on, shown = self._periods.period(
                decision_date, as_codes(told(self._category)), told(self._amount)
            )
        ends = [ends_on, self._day_before_exit(told(self._exited_on)), self._end_of_validity(told(self._valid_until))]
        hidden = self._hidden(told(self._public_type), is_person=is_person) or (None if shown else SLIGHT)
        ends_on = min((end for end in ends if end), default=None)
        document_number, authority, authority_code, _ = map(told, self._plain)
        return Terms(
            document_number,
            authority,
            authority_code,
            decision_date,
            dishonesty_class,
            ends_on,
            hidden,
            told(self._published_on),
        )

    def _hidden(self, public_type: str | None, *, is_person: bool) -> str | None:
        if self._publication.visibility == "never":
            return NEVER
        if self._publication.visibility == "by_field" and public_type not in self._public_values:
            return CHOSEN
        return PERSON if is_person and self._publication.natural_persons == "never" else None

    @staticmethod
    def _day_before_exit(exited_on: str | None) -> str | None:
        return (date.fromisoformat(exited_on) - timedelta(days=1)).isoformat() if exited_on else None

    @staticmethod
    def _end_of_validity(valid_until: str | None) -> str | None:
        return None if valid_until == OPEN_END else valid_until


def as_codes(category: object) -> tuple[str, ...]:
    """The codes of an enumeration as kept, one or several; a text stands for itself."""
    if isinstance(category, list):
        return tuple(category)
    return (category,) if isinstance(category, str) else ()
