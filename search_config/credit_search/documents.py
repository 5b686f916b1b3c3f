"""The index document of a subject: everything that a person may remember of it, as terms.

This runs once for each of a million subjects, so it makes one pass over each name and asks for nothing twice.
"""

from collections.abc import Iterable, Sequence
from operator import add
from typing import Any

import orjson

from credit_search.codes import ORGANISATION, fold_code
from credit_search.folding import LIMITED, fold, fold_limited
from credit_search.name_parts import parts_of, take_apart
from credit_search.readings import syllables

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
        "code_tail": code[::-1],
        "organisation": code[ORGANISATION],
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
    parts = take_apart(name) if len(folded) != len(name) else parts_of(limited)
    core, trade_name = parts.core, parts.trade_name
    bounded = f"{START}{limited}{END}"
    return {
        "name": folded,
        "core": core if core == trade_name else [core, trade_name],
        "grams": " ".join(map(add, bounded, bounded[1:])),
        "sounds": " ".join(map(add, sounds, sounds[1:])),
        "initials": _initials(folded, sounds, len(parts.region)),
    }


def _initials(folded: str, sounds: Sequence[str], region: int) -> str | list[str]:
    """Of the whole name, and of it without its region; a search for the beginning finds the core's in the latter."""
    whole = spelt_initials(folded, sounds)
    return [whole, whole[region:]] if region else whole


def spelt_initials(folded: str, sounds: Sequence[str]) -> str:
    """The first letters of syllables; the placeholder among them is spelt as `folded` has the form."""
    letters = "".join([sound[0] for sound in sounds])
    return letters.replace(LIMITED, _LONG_INITIALS if _LONG_FORM in folded else _LIMITED_INITIALS)


def _terms_of(names: Iterable[str]) -> dict[str, Any]:
    each = [_name_terms(name) for name in names]
    return {
        "name": _unique(terms["name"] for terms in each),
        "core": _unique(core for terms in each for core in _listed(terms["core"])),
        "grams": " ".join(terms["grams"] for terms in each),
        "sounds": " ".join(terms["sounds"] for terms in each),
        "initials": _unique(letters for terms in each for letters in _listed(terms["initials"])),
    }


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
