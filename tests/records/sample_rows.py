"""A row that any kind accepts, made from what its file declares; of a subject that does not exist."""

from credit_records.catalogue import FieldSpec, FieldType, Kind, catalogue

from tests.records.registering import code

DECIDED = "2026-05-06"


def sample(kind: Kind, serial: int = 1, owner: int = 1, **given: str) -> dict[str, str]:
    """Everything that must be there; `serial` tells the record from others, `owner` its subject."""
    row = {spec.name: _value(spec, serial) for spec in kind.fields if spec.required or spec.required_when}
    if kind.subject.code:
        row[kind.subject.code] = code(owner)
    row[kind.subject.name] = f"云上第{owner}商贸有限公司"
    return row | given


def person(kind: Kind, serial: int = 1, **given: str) -> dict[str, str]:
    """The same of a natural person, who has no code."""
    row = sample(kind, serial, name="张三丰", party_category="自然人") | given
    row.pop("uscc", None)
    row.pop("legal_representative", None)
    return row


def _value(spec: FieldSpec, serial: int) -> str:
    if spec.type is FieldType.CODE:
        return code(900)
    if spec.type is FieldType.DATE:
        return DECIDED
    if spec.type is FieldType.AMOUNT:
        return "3.5"
    if spec.type is FieldType.INTEGER:
        return str(2000 + serial)
    if spec.type is FieldType.ENUMERATION:
        return _label(spec)
    return f"某{spec.title}{serial}"[-(spec.max_length or 100) :]


def _label(spec: FieldSpec) -> str:
    codes = catalogue().lists[str(spec.code_list)].codes
    return "罚款" if spec.code_list == "penalty_category" else codes[0].zh
