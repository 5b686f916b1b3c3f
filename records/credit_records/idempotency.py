"""Answers kept by the key that a provider gave its call, so that a call sent twice is done once."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from credit_records.database import writing
from credit_records.deliveries import utc_now
from credit_records.tables import idempotency

KEPT: Final = timedelta(days=7)
ABANDONED: Final = timedelta(minutes=2)  # a call under way for longer died with its process
_UNDER_WAY: Final = ""


class KeyReusedError(Exception):
    """The key was used for another content."""


class UnderWayError(Exception):
    """A call with this key and content has begun and is not answered yet."""


def recall(connection: Connection, provider: str, key: str, digest: str) -> str | None:
    """The answer given to this key before, JSON; None where it is new, or its call was never answered.

    Raises:
        KeyReusedError: the key came with another content; `digest` is the SHA-256 of what is sent.
        UnderWayError: its call is being answered.
    """
    statement = select(idempotency.c.digest, idempotency.c.answer, idempotency.c.at).where(*_same(provider, key))
    found = connection.execute(statement).first()
    if found is None:
        return None
    if found.digest != digest:
        message = f"幂等键 {key} 已用于另一批内容；请为新的内容换一个键"
        raise KeyReusedError(message)
    if found.answer == _UNDER_WAY:
        if found.at >= _before(ABANDONED):
            message = f"幂等键 {key} 的调用正在处理"
            raise UnderWayError(message)
        return None
    answer: str = found.answer
    return answer


def claim(engine: Engine, provider: str, key: str, digest: str) -> str | None:
    """Take the key for a call that begins now; where it was answered before, that answer, and nothing is taken.

    Raises:
        KeyReusedError: the key came with another content.
        UnderWayError: another call took it.
    """
    values = {"provider": provider, "key": key, "digest": digest, "answer": _UNDER_WAY, "at": utc_now()}
    try:
        with writing(engine) as connection:
            answer = recall(connection, provider, key, digest)
            if answer is None:
                connection.execute(delete(idempotency).where(*_same(provider, key)))
                connection.execute(insert(idempotency).values(values))
            return answer
    except IntegrityError as error:
        message = f"幂等键 {key} 的调用正在处理"
        raise UnderWayError(message) from error


def remember(engine: Engine, provider: str, key: str, answer: str) -> None:
    """Keep the answer to the call that claimed the key."""
    with writing(engine) as connection:
        connection.execute(update(idempotency).where(*_same(provider, key)).values(answer=answer, at=utc_now()))


def release(engine: Engine, provider: str, key: str) -> None:
    """Give the key back: the call that claimed it came to nothing."""
    with writing(engine) as connection:
        connection.execute(delete(idempotency).where(*_same(provider, key), idempotency.c.answer == _UNDER_WAY))


def forget_old(engine: Engine, kept: timedelta = KEPT) -> int:
    """Forget answers older than `kept`; how many."""
    old = idempotency.c.at < _before(kept)
    with engine.connect() as connection:
        if connection.execute(select(idempotency.c.key).where(old).limit(1)).first() is None:
            return 0  # without taking the write lock, for which a load may make the indexer wait
    with writing(engine) as connection:
        return connection.execute(delete(idempotency).where(old)).rowcount


def _same(provider: str, key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return idempotency.c.provider == provider, idempotency.c.key == key


def _before(age: timedelta) -> str:
    return (datetime.now(UTC) - age).isoformat(timespec="milliseconds")
