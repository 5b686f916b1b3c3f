"""How often a request that a busy engine turned away is tried again, and with what pauses."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is tried. The pauses are a random part of `first` seconds, doubled each time to `longest`."""

    tries: int = 8
    first: float = 0.2
    longest: float = 5.0

    def pause(self, tried: int) -> float:
        return random.uniform(0, min(self.first * 2**tried, self.longest))  # noqa: S311  (spreads load, guards nothing)
