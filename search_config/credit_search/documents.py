"""The index document of a subject: everything that a person may remember of it, as terms.

This runs once for each of a million subjects, so it makes one pass over each name and asks for nothing twice.
"""

from collections.abc import Iterable, Sequence
from operator import add
from typing import Any

import orjson

from credit_search.codes import code_parts, fold_code
from credit_search.folding import LIMITED, fold, fold_limited
from credit_search.readings import other_syllables, syllables

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
    sounds = syllables(limited)
    bounded = f"{START}{limited}{END}"
    terms = {
        "grams": " ".join(map(add, bounded, bounded[1:])),
        "sounds": " ".join(map(add, sounds, sounds[1:])),
        "initials": " ".join(fours(f"{START}{spelt_initials(folded, sounds)}{END}")),
    }
    other = other_syllables(limited, sounds)
    if other:
        _add_other(terms, folded, other)
    return terms


def _add_other(terms: dict[str, Any], folded: str, sounds: Sequence[str]) -> None:
    """The terms that the other readings have and the first ones have not."""
    made = {
        "sounds": map(add, sounds, sounds[1:]),
        "initials": fours(f"{START}{spelt_initials(folded, sounds)}{END}"),
    }
    for field, others in made.items():
        terms[field] = " ".join(dict.fromkeys([*terms[field].split(" "), *others]))


def fours(text: str) -> list[str]:
    """Every run of four characters; the whole text where it is shorter."""
    return [text[i : i + 4] for i in range(len(text) - 3)] or [text]


def spelt_initials(folded: str, sounds: Sequence[str]) -> str:
    """The first letters of syllables; the placeholder among them is spelt as `folded` has the form."""
    letters = "".join([sound[0] for sound in sounds])
    return letters.replace(LIMITED, _LONG_INITIALS if _LONG_FORM in folded else _LIMITED_INITIALS)


def _terms_of(names: Iterable[str]) -> dict[str, Any]:
    each = [_name_terms(name) for name in names]
    return {field: " ".join(terms[field] for terms in each) for field in ("grams", "sounds", "initials")}
