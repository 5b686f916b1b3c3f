"""The values of a record by the roles that its kind gives to fields: what lists, totals and the index know it by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

from credit_records.catalogue import Catalogue, FieldSpec, Kind, Locale
from credit_records.terms import as_codes

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RoleValues:
    """Values by role; None, or nothing, where the kind has no such field or the record no such value.

    Attributes:
        name: of the party, as the record gives it; masked where it is a natural person's.
        headline: the kind's own headline, else what its texts begin with, else the kind's title.
        categories: labels, heaviest first; `category_codes` in the same order, texts standing for themselves.
        amount: 万元, as `confiscated`.
        texts: what is searched in full.
    """

    name: str
    headline: str
    document_number: str | None
    authority: str | None
    decision_date: str | None
    valid_from: str | None
    valid_until: str | None
    amount: Decimal | None
    confiscated: Decimal | None
    categories: tuple[str, ...]
    category_codes: tuple[str, ...]
    violation: str | None
    party_category: str | None
    entered_on: str | None
    exited_on: str | None
    exit_reason: str | None
    legal_person: str | None
    texts: tuple[str, ...]


class SearchedValues(NamedTuple):
    """Those of the values that the index holds, as `RoleValues` tells. A tuple, for millions of them are read."""

    name: str
    headline: str
    amount: Decimal | None
    confiscated: Decimal | None
    categories: tuple[str, ...]
    violation: str | None
    texts: tuple[str, ...]


class RoleReader:
    """Reads the roles of records of one kind. Safe to share between threads."""

    def __init__(self, kind: Kind, declared: Catalogue, locale: Locale = "zh") -> None:
        self._kind = kind
        self._name = kind.subject.name
        self._texts: Final = tuple(kind.roles.texts)
        self._title = kind.title_en if locale == "en" else kind.title
        self._fields = {role: field for role, field in kind.roles.named() if role != "texts"}
        self._labels = {role: _labels(kind.by_name[field], declared, locale) for role, field in self._fields.items()}

    def read(self, fields: Fields) -> RoleValues:
        """The role values of a record of these kept fields."""
        searched = self.searched(fields)
        return RoleValues(
            name=searched.name,
            headline=searched.headline,
            document_number=self._value(fields, "document_number"),
            authority=self._value(fields, "authority"),
            decision_date=self._value(fields, "decision_date"),
            valid_from=self._value(fields, "valid_from"),
            valid_until=self._value(fields, "valid_until"),
            amount=searched.amount,
            confiscated=searched.confiscated,
            categories=searched.categories,
            category_codes=tuple(reversed(self._codes(fields, "category"))),
            violation=searched.violation,
            party_category=self._value(fields, "party_category"),
            entered_on=self._value(fields, "entered_on"),
            exited_on=self._value(fields, "exited_on"),
            exit_reason=self._value(fields, "exit_reason"),
            legal_person=self._value(fields, "legal_person"),
            texts=searched.texts,
        )

    def searched(self, fields: Fields) -> SearchedValues:
        """What the index holds of a record of these kept fields."""
        texts = tuple([str(fields[name]) for name in self._texts if fields.get(name)])
        amount, confiscated = self._value(fields, "amount"), self._value(fields, "confiscated")
        return SearchedValues(
            fields[self._name],
            self._label(fields, "headline") or (texts[0] if texts else self._title),
            Decimal(amount) if amount else None,
            Decimal(confiscated) if confiscated else None,
            self._all_labels(fields, "category")[::-1],
            self._label(fields, "violation"),
            texts,
        )

    def headline(self, fields: Fields) -> str:
        """The headline alone, for lists of many."""
        texts = (fields[name] for name in self._texts if fields.get(name))
        return self._label(fields, "headline") or str(next(texts, self._title))

    def played(self, roles: Iterable[str]) -> list[FieldSpec]:
        """The fields that play these roles, in their order."""
        return [self._kind.by_name[self._fields[role]] for role in roles if role in self._fields]

    def _value(self, fields: Fields, role: str) -> str | None:
        """A value that is kept as text; all roles but a category of several values have one."""
        value: str | None = fields.get(self._fields.get(role, ""))
        return value

    def _label(self, fields: Fields, role: str) -> str | None:
        return "、".join(self._all_labels(fields, role)) or None

    def _all_labels(self, fields: Fields, role: str) -> tuple[str, ...]:
        codes = self._codes(fields, role)
        labels = self._labels.get(role) if codes else None
        return tuple([labels.get(code, code) for code in codes]) if labels else codes  # a list may have lost a code

    def _codes(self, fields: Fields, role: str) -> tuple[str, ...]:
        return as_codes(fields.get(self._fields.get(role, "")))


def _labels(spec: FieldSpec, declared: Catalogue, locale: Locale) -> Mapping[str, str] | None:
    """Code → label of the field's list; None where it is no list's."""
    if spec.code_list is None:
        return None
    return {code: declared.label(spec.code_list, code, locale) for code in declared.lists[spec.code_list].by_code}
