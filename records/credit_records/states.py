"""The states of a record, and which one a record has by its own terms."""

from datetime import date, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from credit_records.calendar import SHANGHAI, start_of_day, working_days_between
from credit_records.terms import Terms

PUBLISHED: Final = "published"
PENDING: Final = "pending"
ENDED: Final = "ended"
WITHDRAWN: Final = "withdrawn"
REPAIRED: Final = "repaired"
HIDDEN: Final = "hidden"

# States that staff gave: whatever the provider sends again, only staff takes them back.
DECIDED: Final = frozenset({PENDING, WITHDRAWN, REPAIRED})

TERM_OVER: Final = "公示期届满或已移出名单"


@lru_cache(maxsize=50_000)
def _working_days(decision_date: str, published: date) -> int:
    return working_days_between(date.fromisoformat(decision_date), published)


@lru_cache(maxsize=10_000)
def _beginning(day: str) -> str:
    return start_of_day(date.fromisoformat(day))


class Standing(NamedTuple):
    """State and its reason, when first published (UTC) and how many working days after the decision."""

    state: str
    reason: str | None
    published_at: str | None
    working_days: int | None


def standing(terms: Terms, day: str, now: str, *, measured: bool, published_at: str | None = None) -> Standing:
    """How a record of these terms stands on `day` (ISO), the instant being `now`.

    `published_at` is when it was first published before; the provider's own day of publication counts before today.
    """
    if terms.hidden is not None:
        return Standing(HIDDEN, terms.hidden, published_at, None)
    if published_at is None:
        own_day = terms.published_on
        published_at = _beginning(own_day) if own_day is not None and own_day < day else now
    working_days = None
    if measured and terms.decision_date:
        working_days = _working_days(terms.decision_date, civil_day(published_at))
    if terms.ends_on is not None and terms.ends_on < day:
        return Standing(ENDED, TERM_OVER, published_at, working_days)
    return Standing(PUBLISHED, None, published_at, working_days)


@lru_cache(maxsize=10_000)
def civil_day(instant: str) -> date:
    """The day in China of an instant as the tables keep it."""
    return datetime.fromisoformat(instant).astimezone(SHANGHAI).date()
