"""How what a record tells about a subject goes into what is known of it.

A subject here is a list of the values of the table's columns in order, because a batch holds thousands of them.
"""

from collections.abc import Sequence
from typing import Any, Final

import orjson

from credit_records.names import same_name
from credit_records.rows import NO_FACTS, CheckedRow, Facts
from credit_records.tables import subject

SUBJECT_COLUMNS: Final = tuple(column.name for column in subject.columns)
_NAME: Final = SUBJECT_COLUMNS.index("name")
_FORMER: Final = SUBJECT_COLUMNS.index("former_names")
_FACTS: Final = SUBJECT_COLUMNS.index("status")
MAX_FORMER_NAMES: Final = 50

# A fact and its basis, or its unit, are told together or not at all.
_GROUPS: Final = tuple(
    (Facts._fields.index(first), Facts._fields.index(last) + 1)
    for first, last in (
        ("status", "status"),
        ("division", "division_basis"),
        ("entity_type", "entity_type_basis"),
        ("industry", "industry_basis"),
        ("established", "established"),
        ("capital_amount", "capital_currency"),
    )
)


def new_subject(row: CheckedRow, facts: Facts) -> list[Any]:
    """The values of a subject that is first heard of; its number and version are still to be given."""
    former = _as_json(_others(row.former_names, row.name)) if row.former_names else "[]"
    return [None, row.uscc, row.code_valid, row.name, former, *facts, None]


def merge_subject(known: list[Any], row: CheckedRow, told_before: Facts, *, authoritative: bool) -> bool:
    """Bring what the row tells into `known`; whether that changed anything.

    `told_before` is what the same record told before: where that is what is known and it tells nothing now, the
    value goes. An authoritative row replaces what is known, any other only fills what is not.
    """
    if told_before is NO_FACTS and not authoritative:
        return _fill(known, row.facts)
    before = list(known)
    if authoritative:
        _merge_names(known, row)
    for start, end in _GROUPS:
        place = slice(_FACTS + start, _FACTS + end)
        now, earlier = list(row.facts[start:end]), list(told_before[start:end])
        was_ours = known[place] == earlier
        if (authoritative and now[0] is not None) or was_ours or known[place][0] is None:
            known[place] = now
    return known != before


def _fill(known: list[Any], facts: Facts) -> bool:
    """Put facts where nothing is known; what most records of most kinds do, and mostly there is nothing to do."""
    if facts is NO_FACTS:
        return False
    changed = False
    for start, end in _GROUPS:
        if known[_FACTS + start] is None and facts[start] is not None:
            known[_FACTS + start : _FACTS + end] = facts[start:end]
            changed = True
    return changed


def _merge_names(known: list[Any], row: CheckedRow) -> None:
    """A renaming puts the name that was before all former ones; what a feed lists is older than what was seen."""
    renamed = [] if same_name(known[_NAME], row.name) else [known[_NAME]]
    former: list[str] = []
    for name in (*renamed, *orjson.loads(known[_FORMER]), *row.former_names):
        if not any(same_name(name, other) for other in former):
            former.append(name)
    known[_NAME] = row.name
    known[_FORMER] = _as_json(_others(former, row.name))


def _others(names: Sequence[str], current: str) -> list[str]:
    """The names that are not the current one; the newest of very many."""
    return [name for name in names if not same_name(name, current)][:MAX_FORMER_NAMES]


def _as_json(names: list[str]) -> str:
    return orjson.dumps(names).decode()
