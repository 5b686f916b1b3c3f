"""One order for the top of the page, the same on every engine: what the person most likely meant first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz.distance import DamerauLevenshtein

from credit_search.answers import Nearness
from credit_search.codes import fold_code
from credit_search.likeness import Asked, Likeness, likeness
from credit_search.protocol import Hit
from credit_search.understanding import Reading, Understood

# Tie-breaks only: popularity, place and standing must never drown what was asked.
FORMER_NAME = -0.5
NOT_ACTIVE = -0.2
AT_HOME = 0.15
INVALID_CODE = -0.5
ACTIVE = "active"
PARTIAL_FROM = 0.95  # a full match by sound (`likeness.BY_SOUND`) is a match; one with an error is not


class Shown(NamedTuple):
    """What the index keeps of a subject to show it; the order is that of `documents.subject_document`."""

    id: int
    uscc: str
    code_valid: bool
    name: str
    former_names: Sequence[str]
    status: str | None
    division: str | None
    entity_type: str | None
    industry: str | None
    established: str | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """`matched_name` is the former name that matched better than the current one."""

    shown: Shown
    nearness: Nearness
    score: float
    covered: float
    matched_name: str | None = None


def rank(reading: Reading, hits: Sequence[Hit], home: str) -> list[Ranked]:
    """Best first; equal ones by their number, which is the same on every engine and on every copy of an index.

    `home` is the city's division, such as `6201`.
    """
    if reading.kind is Understood.EVERYTHING:
        return [Ranked(Shown(*hit.shown), Nearness.PARTIAL, 0.0, 1.0) for hit in hits]
    if reading.kind in (Understood.CODE, Understood.CODE_PART):
        ranked = [_by_code(reading.code, Shown(*hit.shown)) for hit in hits]
    else:
        asked = Asked.of(reading)
        ranked = [_by_name(asked, Shown(*hit.shown), home) for hit in hits]
    ranked.sort(key=_place)
    return ranked


def _place(ranked: Ranked) -> tuple[float, int]:
    return -ranked.score, ranked.shown.id


def _by_code(code: str, shown: Shown) -> Ranked:
    own = fold_code(shown.uscc)
    if own == code:
        return Ranked(shown, Nearness.EXACT, 0.0, 1.0)
    score = 0.0 if shown.code_valid else INVALID_CODE
    if own.startswith(code) or own.endswith(code) or code in own:
        return Ranked(shown, Nearness.PARTIAL, score, 1.0)
    slips = DamerauLevenshtein.distance(code, own)
    return Ranked(shown, Nearness.SIMILAR, score - slips, 1 - slips / len(own))


def _by_name(asked: Asked, shown: Shown, home: str) -> Ranked:
    best, matched_name = likeness(asked, shown.name), None
    for former in shown.former_names:
        like = likeness(asked, former)
        if like.score + FORMER_NAME > best.score:
            best, matched_name = like, former
    score = best.score + (FORMER_NAME if matched_name else 0.0)
    if shown.status and shown.status != ACTIVE:
        score += NOT_ACTIVE
    if shown.division and shown.division.startswith(home):
        score += AT_HOME
    return Ranked(shown, _nearness(best), score, best.covered, matched_name)


def _nearness(like: Likeness) -> Nearness:
    if like.exact:
        return Nearness.EXACT
    return Nearness.PARTIAL if like.whole or like.covered >= PARTIAL_FROM else Nearness.SIMILAR
