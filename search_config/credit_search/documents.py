"""The index document of a subject: everything that a person may remember of it, as terms.

This runs once for each of a million subjects, so it makes one pass over each name and asks for nothing twice.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from credit_search.codes import code_parts, fold_code
from credit_search.folding import LIMITED, fold, fold_limited
from credit_search.readings import heard, initials, otherwise_heard

START, END = "^", "$"  # around a name, so that its first and last characters are pairs too
_LONG_FORM = "有限责任公司"
_LIMITED_INITIALS, _LONG_INITIALS = "yxgs", "yxzrgs"


def subject_document(
    *,
    id: int,  # noqa: A002  (the field's name in the index)
    version: int,
    uscc: str,
    code_valid: bool,
    name: str,
    former_names: Sequence[str],
    status: str | None,
    division: str | None,
    region: str,
    entity_type: str | None,
    industry: str | None,
    established: str | None,
) -> dict[str, Any]:
    """The document for `schema.SUBJECTS`. `region` is the facet's value, `established` an ISO date."""
    code = fold_code(uscc)
    day = int(established.replace("-", "")) if established else 0
    document = {
        "id": id,
        "version": version,
        "code": code,
        "code_parts": code_parts(code),
        "year": day // 10_000,
        "established": day,
        "shown": orjson.dumps(
            (id, uscc, code_valid, name, former_names, status, division, entity_type, industry, established)
        ),
    }
    if region:
        document["region"] = region
    if entity_type:
        document["type"] = entity_type
    if status:
        document["status"] = status
    if industry:
        document["industry"] = industry
    document.update(_terms_of((name, *former_names)) if former_names else _name_terms(name))
    return document


def _name_terms(name: str) -> dict[str, Any]:
    folded = fold(name)
    limited = fold_limited(folded)
    sounds = heard(limited)
    terms: dict[str, Any] = {
        "grams": f"{START}{limited}{END}",
        "sounds": f"{START}{sounds}",
        "initials": f"{START}{name_initials(folded, sounds)}{END}",
    }
    other = otherwise_heard(limited, sounds)
    if other:
        terms["sounds"] = [terms["sounds"], f"{START}{other}"]
        terms["initials"] = [terms["initials"], f"{START}{name_initials(folded, other)}{END}"]
    return terms


def name_initials(folded: str, sounds: str) -> str:
    """The pinyin initials of a folded name with these sounds, its legal form spelt as the name has it."""
    letters = initials(sounds)
    if LIMITED not in letters:
        return letters
    return letters.replace(LIMITED, _LONG_INITIALS if _LONG_FORM in folded else _LIMITED_INITIALS)


def _terms_of(names: Iterable[str]) -> dict[str, Any]:
    each = [_name_terms(name) for name in names]
    return {field: [text for terms in each for text in _listed(terms[field])] for field in each[0]}


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
