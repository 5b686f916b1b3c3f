"""Answers kept by the key that a provider gave its call, so that a call sent twice is done once."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError

from credit_records.database import writing
from credit_records.deliveries import utc_now
from credit_records.tables import idempotency

KEPT: Final = timedelta(days=7)


class KeyReusedError(Exception):
    """The key was used for another content."""


def recall(connection: Connection, provider: str, key: str, digest: str) -> str | None:
    """The answer given to this key before, JSON; None where it is new.

    Raises:
        KeyReusedError: the key came with another content; `digest` is the SHA-256 of what is sent.
    """
    statement = select(idempotency.c.digest, idempotency.c.answer).where(
        idempotency.c.provider == provider, idempotency.c.key == key
    )
    found = connection.execute(statement).first()
    if found is None:
        return None
    if found.digest != digest:
        message = f"幂等键 {key} 已用于另一批内容；请为新的内容换一个键"
        raise KeyReusedError(message)
    answer: str = found.answer
    return answer


def remember(engine: Engine, provider: str, key: str, digest: str, answer: str) -> None:
    """Keep the answer. Of two calls with one key at the same time the first answer stays; both did the same."""
    values = {"provider": provider, "key": key, "digest": digest, "answer": answer, "at": utc_now()}
    try:
        with writing(engine) as connection:
            connection.execute(insert(idempotency).values(values))
    except IntegrityError:
        return


def forget_old(engine: Engine, kept: timedelta = KEPT) -> int:
    """Forget answers older than `kept`; how many."""
    old = idempotency.c.at < (datetime.now(UTC) - kept).isoformat(timespec="milliseconds")
    with engine.connect() as connection:
        if connection.execute(select(idempotency.c.key).where(old).limit(1)).first() is None:
            return 0  # without taking the write lock, for which a load may make the indexer wait
    with writing(engine) as connection:
        return connection.execute(delete(idempotency).where(old)).rowcount
