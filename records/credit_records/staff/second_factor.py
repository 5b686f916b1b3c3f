"""One-time codes by time (RFC 6238), of which each is taken once."""

import hmac
import time
from typing import Final

from pyotp import TOTP, random_base32
from sqlalchemy import Connection, Engine, select, update

from credit_records.casework.audit import append
from credit_records.database import writing
from credit_records.staff.officers import Officer
from credit_records.staff.sealing import Sealing
from credit_records.staff.signing_in import count_failure, forget_failures, is_locked
from credit_records.staff.tables import staff

PERIOD: Final = 30  # seconds that a code is shown
NEIGHBOURS: Final = (-1, 0, 1)  # periods that a telephone's clock may be off


def new_secret() -> str:
    """160 random bits, as a base-32 text."""
    return random_base32()


def address_of(secret: str, login: str, issuer: str) -> str:
    """The `otpauth:` address that a QR code shows to a telephone."""
    return TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def enrol(engine: Engine, sealing: Sealing, officer: Officer, secret: str, code: str) -> bool:
    """Keep the secret as the officer's second factor, where the code proves that a telephone knows it. Not where there
    is one already: only an administrator takes that away.
    """
    step = _step_of(secret, code)
    if step is None:
        return False
    with writing(engine) as connection:
        kept = connection.execute(
            update(staff)
            .where(staff.c.id == officer.id, staff.c.totp.is_(None))
            .values(totp=sealing.seal(secret), totp_last=step)
        ).rowcount
        if kept:
            forget_failures(connection, officer.id)
            append(connection, officer.login, "second-factor", f"staff/{officer.id}", {})
        return bool(kept)


def accept_code(engine: Engine, sealing: Sealing, officer: Officer, code: str) -> bool:
    """Whether the code is right and has not been taken before, nor one after it. Wrong ones are counted as wrong
    passwords are, and are not looked at while the account is locked.
    """
    with engine.connect() as connection:
        sealed = _sealed(connection, officer.id)
        locked = is_locked(connection, officer.id)
    if sealed is None or locked:
        return False
    step = _step_of(sealing.open(sealed), code)
    if step is None or not _take(engine, officer, step):
        count_failure(engine, officer)
        return False
    return True


def _take(engine: Engine, officer: Officer, step: int) -> bool:
    with writing(engine) as connection:
        unused = staff.c.totp_last.is_(None) | (staff.c.totp_last < step)
        taken = connection.execute(
            update(staff).where(staff.c.id == officer.id, unused).values(totp_last=step)
        ).rowcount
        if taken:
            forget_failures(connection, officer.id)
        return bool(taken)


def _step_of(secret: str, code: str) -> int | None:
    """The period that the code is of. All are compared, each in constant time."""
    now = int(time.time()) // PERIOD
    told = "".join(code.split()).encode("utf-8", "replace")
    generator = TOTP(secret)
    right = [
        now + each for each in NEIGHBOURS if hmac.compare_digest(generator.generate_otp(now + each).encode(), told)
    ]
    return right[0] if right else None


def _sealed(connection: Connection, staff_id: int) -> str | None:
    return connection.execute(select(staff.c.totp).where(staff.c.id == staff_id)).scalar_one_or_none()
