"""From the kept fields of a record to everything that is recorded: its key, its subject's facts, its digest."""

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
        # "" is no field's name, so a fact that the kind does not tell is simply not found.
        self._fields_of_facts = {fact: field or "" for fact, field in facts.model_dump().items()}
        self._gazetteer = gazetteer
        self._entity_types = EntityTypes(catalogue.lists["entity_type"])
        self._industries = Industries(catalogue.lists["industry"])

    def row(self, fields: Fields) -> CheckedRow:
        """The checked row of these fields, which must hold those that the kind requires."""
        uscc, name = fields[self._code], fields[self._name]
        facts = self._facts(uscc, name, fields)
        text = orjson.dumps(fields)
        return CheckedRow(
            KEY_SEPARATOR.join([str(fields[part]) for part in self._key]),
            uscc,
            is_valid(uscc),
            name,
            tuple(fields.get(self._fields_of_facts["former_names"], ())),
            facts,
            text.decode(),
            _digest(text, facts),
        )

    def _facts(self, uscc: str, name: str, fields: Fields) -> Facts:
        field, told = self._fields_of_facts, fields.get
        capital = told(field["capital"])
        return Facts(
            told(field["status"]),
            *self._gazetteer.locate(told(field["address"]), told(field["province"]), told(field["city"]), uscc),
            *self._entity_types.find(told(field["entity_type"]), uscc, name),
            *self._industries.find(told(field["industry"]), name, told(field["scope"])),
            told(field["established"]),
            capital["amount"] if capital else None,
            capital["currency"] if capital else None,
        )


def _digest(text: bytes, facts: Facts) -> int:
    """A signed 64-bit hash. The facts are in it, so that better rules take effect when a file is loaded again."""
    told = KEY_SEPARATOR.join(map(str, facts)).encode()
    return int.from_bytes(blake2b(text + told, digest_size=8).digest(), "little", signed=True)
