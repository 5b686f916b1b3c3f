"""What serves providers alone: their keys, how often they may call, and the writing of what they send."""

from dataclasses import dataclass
from typing import Final

from credit_records.catalogue import Catalogue
from credit_records.gazetteer import Gazetteer
from credit_records.provider_keys import VerifiedKeys
from credit_records.providers import Provider
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from credit_site.api.pushing import Pusher
from credit_site.limits import Allowance, Limits, Rate
from credit_site.settings import SiteSettings
from credit_site.writing import Writing

# Wrong keys: of one name from one address, and of any name from one address. Then one more each few minutes.
WRONG_KEYS: Final = Rate(5, 900)
WRONG_KEYS_OF_ANY: Final = Rate(50, 900)
UPLOADS: Final = Rate(60, 3600)
LONGEST_KEY: Final = 200


@dataclass(frozen=True, slots=True)
class Refused:
    """The key is wrong, or so many were that no further one is looked at for `wait` seconds."""

    wait: int = 0


class ProviderDesk:
    """One per process."""

    def __init__(self, settings: SiteSettings, database: Engine, declared: Catalogue, places: Gazetteer) -> None:
        self._database = database
        self._calls = Rate(settings.push_calls_per_minute, 60)
        self._limits = Limits(settings.data_dir / "limits.db")
        self._keys = VerifiedKeys()
        self.writing = Writing(settings)
        self.pusher = Pusher(declared, places)
        self.inbox = settings.resolved_inbox_dir

    @property
    def calls_per_minute(self) -> int:
        return self._calls.times

    async def recognise(self, name: str, key: str, address: str) -> Provider | Refused:
        """The provider whose key this is. Wrong ones are counted, for nobody mistypes fifty times."""
        limits = [(f"key {address} {name}", WRONG_KEYS), (f"keys {address}", WRONG_KEYS_OF_ANY)]
        wait = max(self._limits.look(counted, rate).wait for counted, rate in limits)
        if wait:
            return Refused(wait)
        found = await run_in_threadpool(self._verify, name, key[:LONGEST_KEY])
        if found is not None:
            return found
        return Refused(max(self._limits.take(counted, rate).wait for counted, rate in limits))

    def count_call(self, provider: Provider) -> Allowance:
        return self._limits.take(f"push {provider.name}", self._calls)

    def count_upload(self, provider: Provider) -> Allowance:
        """A file of up to 50 MB, which waits on the disk until it is received."""
        return self._limits.take(f"upload {provider.name}", UPLOADS)

    def _verify(self, name: str, key: str) -> Provider | None:
        with self._database.connect() as connection:
            return self._keys.verify(connection, name, key)

    def close(self) -> None:
        self.writing.close()
        self._limits.close()
