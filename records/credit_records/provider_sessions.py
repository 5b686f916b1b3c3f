"""Who of a provider is signed in: the cookie's value is known to the reader alone, the table holds its SHA-256."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, select

from credit_records.database import writing
from credit_records.deliveries import utc_now
from credit_records.providers import Provider, find_provider
from credit_records.tables import provider_session

LASTS: Final = timedelta(hours=8)
TOKEN_BYTES: Final = 32


def sign_in(engine: Engine, provider: str) -> str:
    """Begin a session of the provider, whose key has been verified; its token. Sessions that are over are dropped."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = datetime.now(UTC)
    values = {
        "token_hash": _hash(token),
        "provider": provider,
        "created_at": now.isoformat(timespec="milliseconds"),
        "expires_at": (now + LASTS).isoformat(timespec="milliseconds"),
    }
    with writing(engine) as connection:
        connection.execute(delete(provider_session).where(provider_session.c.expires_at <= utc_now()))
        connection.execute(insert(provider_session).values(values))
    return token


def signed_in(connection: Connection, token: str) -> Provider | None:
    """The provider whose session the token is of, while that lasts and the provider is active."""
    statement = select(provider_session.c.provider).where(
        provider_session.c.token_hash == _hash(token), provider_session.c.expires_at > utc_now()
    )
    name = connection.execute(statement).scalar_one_or_none()
    found = find_provider(connection, name) if name else None
    return found if found is not None and found.active else None


def sign_out(engine: Engine, token: str) -> None:
    """End the session of this token."""
    with writing(engine) as connection:
        connection.execute(delete(provider_session).where(provider_session.c.token_hash == _hash(token)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
