"""Keys that were verified a moment ago, so that a provider that calls often is not hashed anew for each call."""

import hashlib
import time
from collections import OrderedDict
from typing import Final, NamedTuple

from sqlalchemy import Connection

from credit_records.providers import Provider, key_hash_of, verify_key

SECONDS: Final = 60
MOST: Final = 1_000


class _Verified(NamedTuple):
    key_hash: str
    until: float


class VerifiedKeys:
    """Verifies keys as `verify_key` does, and remembers those that are right for a minute.

    A rotated key and a provider made inactive are refused at once all the same: what the table holds is compared.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, bytes], _Verified] = OrderedDict()

    def verify(self, connection: Connection, name: str, key: str) -> Provider | None:
        """The provider, where the key is its own and it is active."""
        entry = (name, hashlib.sha256(key.encode("utf-8", "replace")).digest())
        found = key_hash_of(connection, name)
        known = self._known.get(entry)
        if known is not None and found is not None and known.key_hash == found[1] and time.monotonic() < known.until:
            return found[0] if found[0].active else None
        provider = verify_key(connection, name, key)
        if provider is not None and found is not None:
            self._known[entry] = _Verified(found[1], time.monotonic() + SECONDS)
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return provider
