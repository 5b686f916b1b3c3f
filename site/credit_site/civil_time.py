"""Instants are kept in UTC and shown as China's civil time."""

from datetime import datetime
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def civil(instant: datetime | None) -> str:
    """An instant as `2026-11-23 21:20`; empty where there is none."""
    return instant.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if instant else ""
