"""From the kept fields of a record to everything that is recorded: its key, its subject's facts, its digest."""

from hashlib import blake2b
from typing import Any, Final

import orjson

from credit_records.catalogue import Catalogue, Kind
from credit_records.codes import is_valid
from credit_records.entity_types import EntityTypes
from credit_records.gazetteer import Gazetteer
from credit_records.industries import Industries
from credit_records.privacy import mask_name
from credit_records.rows import NO_FACTS, CheckedRow, Facts
from credit_records.terms import NO_TERMS, Terms, TermsReader

KEY_SEPARATOR: Final = "\x1f"  # the unit separator of ASCII: checked text holds no control characters
_ALL_FACTS: Final = KEY_SEPARATOR.join(["%s"] * len(NO_FACTS))

Fields = dict[str, Any]
"""Field name → value as `credit_records.field_values` keeps it; what is not known is not there."""


class Derivation:
    """Derives checked rows of one kind. Safe to share between threads; one per process serves all."""

    def __init__(self, kind: Kind, catalogue: Catalogue, gazetteer: Gazetteer) -> None:
        self.declared = catalogue
        facts = kind.subject.facts
        self._key = kind.key
        self._code = kind.subject.code or ""
        self._name = kind.subject.name
        # "" is no field's name, so a fact that the kind does not tell is simply not found.
        self._tells_facts = any(facts.model_dump().values())
        self._fields_of_facts = {fact: field or "" for fact, field in facts.model_dump().items()}
        self._gazetteer = gazetteer
        self._entity_types = EntityTypes(catalogue.lists["entity_type"])
        self._industries = Industries(catalogue.lists["industry"])
        self._masks_names = kind.publication.natural_persons == "masked"
        self._terms = TermsReader(kind, catalogue).terms

    def row(self, fields: Fields) -> CheckedRow:
        """The checked row of these fields, which must hold those that the kind requires."""
        uscc, name = fields.get(self._code, ""), fields[self._name]
        if not uscc:
            return self._of_person(name, fields)
        facts = self._facts(uscc, name, fields) if self._tells_facts else NO_FACTS
        terms = self._terms(fields, is_person=False)
        text = orjson.dumps(fields)
        return CheckedRow(
            KEY_SEPARATOR.join([str(fields[part]) for part in self._key]),
            uscc,
            is_valid(uscc),
            name,
            tuple(fields.get(self._fields_of_facts["former_names"], ())),
            facts,
            text.decode(),
            _digest(text, facts, terms),
            terms,
        )

    def first_facts(self, row: CheckedRow) -> Facts:
        """What is known of a subject that the row is the first to name."""
        return row.facts if self._tells_facts else self._facts(row.uscc, row.name, {})

    def _of_person(self, name: str, fields: Fields) -> CheckedRow:
        """A record of a natural person, who is no subject. In the key a digest stands for the name: four bytes keep
        persons of one decision apart and are too few to tell who it is.
        """
        stand_in = {self._code: "", self._name: blake2b(name.encode(), digest_size=4).hexdigest()}
        key = KEY_SEPARATOR.join([stand_in.get(part) or str(fields.get(part, "")) for part in self._key])
        if self._name not in self._key:
            key += KEY_SEPARATOR + stand_in[self._name]
        shown = mask_name(name) if self._masks_names else name
        kept = fields | {self._name: shown}
        terms = self._terms(kept, is_person=True)
        text = orjson.dumps(kept)
        return CheckedRow(key, "", False, shown, (), NO_FACTS, text.decode(), _digest(text, NO_FACTS, terms), terms)

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


def _digest(text: bytes, facts: Facts, terms: Terms) -> int:
    """A signed 64-bit hash. Facts and terms are in it, so that better rules take effect when a file is loaded again."""
    told = (_ALL_FACTS % facts).encode() if facts is not NO_FACTS else b""
    if terms is not NO_TERMS:
        told += f"{KEY_SEPARATOR}{terms.dishonesty_class}{terms.ends_on}{terms.hidden}".encode()
    return int.from_bytes(blake2b(text + told, digest_size=8).digest(), "little", signed=True)
