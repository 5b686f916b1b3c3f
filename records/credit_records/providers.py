"""Departments that send records, the keys by which they prove who they are, and the kinds that each may send."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from credit_records.database import writing
from credit_records.tables import provider, provider_session

KEY_BYTES: Final = 32
NAME_PATTERN: Final = r"^[a-z0-9][a-z0-9_-]{0,62}$"

# A key is 256 random bits, so guessing is hopeless whatever a guess costs; the least memory that the library's
# recommendation (RFC 9106) allows keeps a call cheap.
_HASHER: Final = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
# Verified where there is no provider of the name, so that the answer takes as long as for one that exists.
_NOBODY: Final = "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43


class ProviderExistsError(Exception):
    """There is a provider of this name already."""


class UnknownProviderError(Exception):
    """There is no provider of this name."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A department that sends records. `name` stands in addresses and folders; `district` is six digits, None for
    the city's own departments; `kinds` are names of the catalogue.
    """

    name: str
    title: str
    department: str
    district: str | None
    active: bool
    kinds: frozenset[str]

    def may_send(self, kind: str) -> bool:
        """Whether records of the kind are taken from it. Every way in that its own hands reach asks this."""
        return kind in self.kinds


def add_provider(
    engine: Engine, name: str, title: str, department: str, district: str | None = None, *, kinds: Iterable[str] = ()
) -> str:
    """Add a provider; its key, which is shown this once and kept only as a hash. Without `kinds`, which are names of
    the catalogue, it may send nothing yet.

    Raises:
        ProviderExistsError: the name is taken.
    """
    key = secrets.token_urlsafe(KEY_BYTES)
    values = {
        "name": name,
        "title": title,
        "department": department,
        "district": district,
        "key_hash": _HASHER.hash(key),
        "active": True,
        "kinds": _as_json(kinds),
    }
    try:
        with writing(engine) as connection:
            connection.execute(insert(provider).values(values))
    except IntegrityError as error:
        message = f"名为 {name} 的报送单位已经存在；换发密钥请用轮换"
        raise ProviderExistsError(message) from error
    return key


def rotate_key(engine: Engine, name: str) -> str:
    """Give the provider a new key; the old one is void at once, and so are the sessions that it began."""
    key = secrets.token_urlsafe(KEY_BYTES)
    _change(engine, name, ends_sessions=True, key_hash=_HASHER.hash(key))
    return key


def set_active(engine: Engine, name: str, *, active: bool) -> None:
    """Let the provider's key be accepted, or not."""
    _change(engine, name, ends_sessions=True, active=active)


def set_kinds(engine: Engine, name: str, kinds: Iterable[str]) -> None:
    """Let the provider send these kinds, by their names, and no other. Holds from its next delivery on."""
    _change(engine, name, ends_sessions=False, kinds=_as_json(kinds))


def find_provider(connection: Connection, name: str) -> Provider | None:
    """The provider of this name."""
    found = connection.execute(select(*_COLUMNS).where(provider.c.name == name)).first()
    return _provider(found) if found else None


def all_providers(connection: Connection) -> list[Provider]:
    """Every provider, by name."""
    return [_provider(row) for row in connection.execute(select(*_COLUMNS).order_by(provider.c.name))]


def key_hash_of(connection: Connection, name: str) -> tuple[Provider, str] | None:
    """The provider with the hash of its key; None where there is no such provider, or it has no key."""
    found = connection.execute(select(*_COLUMNS, provider.c.key_hash).where(provider.c.name == name)).first()
    if found is None or found[-1] is None:
        return None
    return _provider(found[:-1]), found[-1]


def verify_key(connection: Connection, name: str, key: str) -> Provider | None:
    """The provider, where the key is its own and it is active."""
    statement = select(*_COLUMNS, provider.c.key_hash).where(provider.c.name == name)
    found = connection.execute(statement).first()
    *values, key_hash = found or (None, _NOBODY)
    try:
        _HASHER.verify(key_hash or _NOBODY, key.encode("utf-8", "replace"))
    except (VerificationError, InvalidHashError):
        return None
    known = _provider(values)
    return known if known.active else None


_COLUMNS: Final = (
    provider.c.name,
    provider.c.title,
    provider.c.department,
    provider.c.district,
    provider.c.active,
    provider.c.kinds,
)


def _provider(row: Sequence[Any]) -> Provider:
    name, title, department, district, active, kinds = row
    return Provider(name, title, department, district, active, frozenset(orjson.loads(kinds)))


def _as_json(kinds: Iterable[str]) -> str:
    return orjson.dumps(sorted(set(kinds))).decode()


def _change(engine: Engine, name: str, *, ends_sessions: bool, **values: object) -> None:
    with writing(engine) as connection:
        changed = connection.execute(update(provider).where(provider.c.name == name).values(values))
        if changed.rowcount == 0:
            message = f"没有名为 {name} 的报送单位"
            raise UnknownProviderError(message)
        if ends_sessions:
            connection.execute(delete(provider_session).where(provider_session.c.provider == name))
