"""What failed for a while is tried again, less and less often."""

from collections.abc import Callable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds


class Postponed(Generic[Thing]):
    """Remembers when each thing may be tried again; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float], longest: float = LONGEST_WAIT) -> None:
        self._clock = clock
        self._longest = longest
        self._waits: dict[Thing, tuple[float, float]] = {}

    def __len__(self) -> int:
        return len(self._waits)

    def is_due(self, thing: Thing) -> bool:
        return self._waits.get(thing, (0.0, 0.0))[0] <= self._clock()

    def failed(self, thing: Thing) -> float:
        """Put it off; for how many seconds."""
        _, last = self._waits.get(thing, (0.0, 0.0))
        wait = min(last * 2, self._longest) if last else FIRST_WAIT
        self._waits[thing] = (self._clock() + wait, wait)
        return wait

    def succeeded(self, thing: Thing) -> None:
        self._waits.pop(thing, None)
