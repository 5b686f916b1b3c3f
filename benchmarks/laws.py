"""The law of growth that measured points follow: value = a · n^b, fitted to logarithms by least squares."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Law:
    """`share` is how much of the variation of logarithms it explains, 1 being all. A `power` of 1 is growth in step."""

    factor: float
    power: float
    share: float

    def at(self, count: float) -> float:
        return self.factor * count**self.power

    def __str__(self) -> str:
        return f"{self.factor:.3g} · n^{self.power:.2f} (R² {self.share:.3f})"


def fitted(points: Sequence[tuple[float, float]]) -> Law:
    """The law of two or more points (count, value), both above 0.

    Raises:
        ValueError: there are fewer than two different counts, or one is not above 0.
    """
    if len({count for count, _ in points}) < 2 or min(min(point) for point in points) <= 0:
        message = "a law needs values above 0 at two counts or more"
        raise ValueError(message)
    xs, ys = [math.log(count) for count, _ in points], [math.log(value) for _, value in points]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    power = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread
    start = mean_y - power * mean_x
    left = sum((y - start - power * x) ** 2 for x, y in zip(xs, ys, strict=True))
    whole = sum((y - mean_y) ** 2 for y in ys)
    return Law(math.exp(start), power, 1 - left / whole if whole else 1.0)
