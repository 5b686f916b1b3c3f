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

_working_days = lru_cache(maxsize=50_000)(working_days_between)


class Standing(NamedTuple):
    """State and its reason, when first published (UTC) and how many working days after the decision."""

    state: str
    reason: str | None
    published_at: str | None
    working_days: int | None


def standing(terms: Terms, day: date, now: str, *, measured: bool, published_at: str | None = None) -> Standing:
    """How a record of these terms stands on `day`, the instant being `now`.

    `published_at` is when it was first published before; the provider's own day of publication counts before today.
    """
    if terms.hidden is not None:
        return Standing(HIDDEN, terms.hidden, published_at, None)
    published_on = min(terms.published_on or day.isoformat(), day.isoformat())
    if published_at is None:
        published_at = now if published_on == day.isoformat() else start_of_day(date.fromisoformat(published_on))
    working_days = None
    if measured and terms.decision_date:
        working_days = _working_days(date.fromisoformat(terms.decision_date), civil_day(published_at))
    if terms.ends_on is not None and terms.ends_on < day.isoformat():
        return Standing(ENDED, TERM_OVER, published_at, working_days)
    return Standing(PUBLISHED, None, published_at, working_days)


@lru_cache(maxsize=10_000)
def civil_day(instant: str) -> date:
    """The day in China of an instant as the tables keep it."""
    return datetime.fromisoformat(instant).astimezone(SHANGHAI).date()
