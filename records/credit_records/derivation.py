"""From the kept fields of a record to everything that is recorded: its key, its subject's facts, its digest."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Final

import orjson

from credit_records.catalogue import Catalogue, Kind
from credit_records.codes import is_valid
from credit_records.entity_types import EntityTypes
from credit_records.gazetteer import Gazetteer
from credit_records.industries import Industries
from credit_records.rows import CheckedRow, Facts

KEY_SEPARATOR: Final = "\x1f"  # the unit separator of ASCII: checked text holds no control characters

Fields = dict[str, Any]
"""Field name → value as `credit_records.field_values` keeps it; what is not known is not there."""


class Derivation:
    """Derives checked rows of one kind. Safe to share between threads; one per process serves all."""

    def __init__(self, kind: Kind, catalogue: Catalogue, gazetteer: Gazetteer) -> None:
        facts = kind.subject.facts
        self._key = kind.key
        self._code = kind.subject.code
        self._name = kind.subject.name
        self._facts = facts
        self._former_names = facts.former_names or ""
        self._gazetteer = gazetteer
        self._entity_types = EntityTypes(catalogue.lists["entity_type"])
        self._industries = Industries(catalogue.lists["industry"])
        self._places_told = any((facts.address, facts.province, facts.city))

    def row(self, fields: Fields) -> CheckedRow:
        """The checked row of these fields, which must hold those that the kind requires."""
        uscc, name = fields[self._code], fields[self._name]
        former_names = tuple(fields.get(self._former_names, ()))
        facts = self._facts_of(uscc, name, lambda field: fields.get(field) if field else None)
        text = orjson.dumps(fields).decode()
        return CheckedRow(
            key=KEY_SEPARATOR.join([str(fields[name]) for name in self._key]),
            uscc=uscc,
            code_valid=is_valid(uscc),
            name=name,
            former_names=former_names,
            facts=facts,
            fields=text,
            digest=_digest(text, facts),
        )

    def _facts_of(self, uscc: str, name: str, told: Callable[[str | None], Any]) -> Facts:
        facts = self._facts
        division, division_basis = self._gazetteer.locate(
            told(facts.address), told(facts.province), told(facts.city), uscc
        )
        entity_type, entity_type_basis = self._entity_types.find(told(facts.entity_type), uscc, name)
        industry, industry_basis = self._industries.find(told(facts.industry), name, told(facts.scope))
        capital = told(facts.capital)
        return Facts(
            status=told(facts.status),
            division=division,
            division_basis=division_basis,
            entity_type=entity_type,
            entity_type_basis=entity_type_basis,
            industry=industry,
            industry_basis=industry_basis,
            established=told(facts.established),
            capital_amount=capital["amount"] if capital else None,
            capital_currency=capital["currency"] if capital else None,
        )


def _digest(text: str, facts: Facts) -> int:
    """A signed 64-bit hash. The facts are in it, so that better rules take effect when a file is loaded again."""
    told = KEY_SEPARATOR.join([fact or "" for fact in facts])
    return int.from_bytes(blake2b(f"{text}{told}".encode(), digest_size=8).digest(), "little", signed=True)
