"""The index document of a published record. It knows roles (see the catalogue), never kinds."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson

from credit_search.amounts import band_of, hundredths
from credit_search.codes import fold_code
from credit_search.documents import END, START
from credit_search.folding import fold, fold_limited

LONGEST_TEXT = 1_500  # characters of each text that are searched; a longer one is told in full on its own page
LONGEST_TERM = 100  # characters of a value that is counted as a facet


def record_document(
    *,
    id: int,  # noqa: A002  (the field's name in the index)
    version: int,
    kind: str,
    colour: str | None,
    uscc: str | None,
    name: str,
    headline: str,
    document_number: str | None,
    authority: str | None,
    categories: Sequence[str],
    violation: str | None,
    region: str,
    industry: str | None,
    amount: Decimal | None,
    confiscated: Decimal | None,
    decision_date: str | None,
    texts: Sequence[str],
) -> dict[str, Any]:
    """The document for `schema.RECORDS`. `categories` are labels, heaviest first; `decision_date` is an ISO date."""
    day = int(decision_date.replace("-", "")) if decision_date else 0
    document: dict[str, Any] = {
        "id": id,
        "version": version,
        "kind": kind,
        "grams": _searched(name, document_number or "", headline, *texts),
        "year": day // 10_000,
        "month": day // 100,
        "decided": day,
        "amount": hundredths(amount) if amount else 0,
        "confiscated": hundredths(confiscated) if confiscated else 0,
        "shown": orjson.dumps(
            (
                id,
                kind,
                uscc,
                name,
                headline,
                document_number,
                authority,
                list(categories),
                str(amount) if amount is not None else None,
                str(confiscated) if confiscated is not None else None,
                decision_date,
            )
        ),
    }
    terms = {
        "colour": colour,
        "code": fold_code(uscc) if uscc else None,
        "number": fold(document_number) if document_number else None,
        "authority": _term(authority),
        "category": [term for category in categories if (term := _term(category))],
        "violation": _term(violation),
        "region": region,
        "industry": industry,
        "amount_band": band_of(amount) if amount else None,
    }
    document.update((field, value) for field, value in terms.items() if value)
    return document


def _term(value: str | None) -> str | None:
    return value.strip()[:LONGEST_TERM] or None if value else None


def _searched(*texts: str) -> list[str]:
    """Each text once, folded and bounded, so that no pair of characters stands across two."""
    folded = [fold_limited(fold(text[:LONGEST_TEXT])) for text in dict.fromkeys(texts)]
    return [f"{START}{text}{END}" for text in folded if text]
