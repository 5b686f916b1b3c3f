"""Which edition of the rules a guide tells: by default today's, or that of a day in the address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from credit_records.catalogue import Policy

EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Edition:
    """A stretch of days through which no rule of the guide changed. `address` leads to the guide of these days."""

    first: str
    last: str
    sources: tuple[str, ...]
    address: str
    shown: bool
    current: bool


def day_asked(pairs: Iterable[tuple[str, str]]) -> date | None:
    """The day of the parameter `on`; None where there is none that can be read."""
    given = dict(pairs).get("on", "")
    try:
        found = date.fromisoformat(given)
    except ValueError:
        return None
    return found if found >= EARLIEST else None


def editions(policies: Sequence[Policy], day: date, today: date, path: str) -> list[Edition]:
    """The editions of a guide to these policies, newest first; the last has no end."""
    starts = sorted({version.effective_from for policy in policies for version in policy.versions})
    known_to_all = max(policy.versions[0].effective_from for policy in policies)
    starts = [start for start in starts if start >= known_to_all]
    found = []
    for start, after in zip(starts, [*starts[1:], None], strict=True):
        ends = after - timedelta(days=1) if after else None
        found.append(
            Edition(
                first=start.isoformat(),
                last=ends.isoformat() if ends else "",
                sources=tuple(dict.fromkeys(policy.version_on(start).source for policy in policies)),
                address=path if start <= today and (ends is None or today <= ends) else f"{path}?on={start}",
                shown=_holds(day, start, ends),
                current=_holds(today, start, ends),
            )
        )
    if not any(edition.shown for edition in found):  # a day before all rules that we know is told by the oldest
        found[0] = replace(found[0], shown=True)
    return found[::-1]


def _holds(day: date, first: date, last: date | None) -> bool:
    return first <= day and (last is None or day <= last)
