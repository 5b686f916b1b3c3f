"""Numbers of receipts, which tell neither how many there are nor what the next one is."""

import secrets
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from credit_records.casework.tables import application

_UNMISTAKABLE: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no two of these are taken for each other
_RANDOM_CHARACTERS: Final = 6


def new_number(connection: Connection, prefix: str, day: date) -> str:
    """A number that no application has: prefix, day and six random characters. Without its secret it opens nothing."""
    while True:
        rest = "".join(secrets.choice(_UNMISTAKABLE) for _ in range(_RANDOM_CHARACTERS))
        number = f"{prefix}{day:%Y%m%d}{rest}"
        if connection.execute(select(application.c.id).where(application.c.number == number)).first() is None:
            return number
