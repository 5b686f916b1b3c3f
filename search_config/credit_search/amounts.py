"""Amounts as the index holds them: whole hundredths of a yuan, and the band that each falls into."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HUNDREDTHS_IN_TEN_THOUSAND_YUAN = 1_000_000


@dataclass(frozen=True, slots=True)
class AmountBand:
    """Amounts below `below` 万元 that no earlier band holds; None for the rest."""

    key: str
    title: str
    title_en: str
    below: Decimal | None


AMOUNT_BANDS = (
    AmountBand("0-0.1", "不到 1 千元", "under ¥1,000", Decimal("0.1")),
    AmountBand("0.1-1", "1 千元至 1 万元", "¥1,000 to ¥10,000", Decimal(1)),
    AmountBand("1-10", "1 万元至 10 万元", "¥10,000 to ¥100,000", Decimal(10)),
    AmountBand("10-100", "10 万元至 100 万元", "¥100,000 to ¥1 million", Decimal(100)),
    AmountBand("100-", "100 万元以上", "¥1 million and over", None),
)


def hundredths(amount: Decimal) -> int:
    """万元 → hundredths of a yuan, never below nought."""
    return max(0, int((amount * HUNDREDTHS_IN_TEN_THOUSAND_YUAN).to_integral_value(ROUND_HALF_UP)))


def ten_thousands(hundredths_of_yuan: int) -> Decimal:
    """Hundredths of a yuan → 万元."""
    return Decimal(hundredths_of_yuan) / HUNDREDTHS_IN_TEN_THOUSAND_YUAN


def band_of(amount: Decimal) -> str | None:
    """The key of the band; None for an amount of nought, which is no fine."""
    if amount <= 0:
        return None
    return next(band.key for band in AMOUNT_BANDS if band.below is None or amount < band.below)
