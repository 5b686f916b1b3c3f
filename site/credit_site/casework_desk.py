"""What serves applicants: how often they may begin, upload and submit, the writing, and the store of their files."""

from collections.abc import Callable
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread
from credit_records.casework.store import FOLDER, Store
from sqlalchemy import Engine

from credit_site.limits import Allowance, Limits, Rate
from credit_site.settings import SiteSettings
from credit_site.writing import Writing

MOST_WAITING: Final = 400  # each writes for some milliseconds: two hundred people press a button at once, and again
UPLOADS: Final = Rate(40, 3600)  # of one application: eight times as many as it may have
SUBMISSIONS: Final = Rate(20, 3600)  # of one application
WRONG_SECRETS: Final = Rate(30, 900)  # from one address
UPLOADS_PER_BEGINNING: Final = 5
AT_ONCE: Final = 16  # of these one decodes a picture, see `picture_content`; others need not wait for it

Done = TypeVar("Done")


class CaseworkDesk:
    """One per process."""

    def __init__(self, settings: SiteSettings) -> None:
        self.limits = Limits(settings.data_dir / "limits.db")
        self._beginnings = Rate(settings.applications_per_hour, 3600)
        self._uploads = Rate(settings.applications_per_hour * UPLOADS_PER_BEGINNING, 3600)
        self._looking: CapacityLimiter | None = None
        self.writing = Writing(settings, most_waiting=MOST_WAITING)
        self.store = Store(settings.data_dir / FOLDER)
        self.scanner = settings.clamav

    async def write(self, function: Callable[[Engine], Done]) -> Done:
        """Run the function, handed the engine, when it is its turn.

        Raises:
            TooManyWaitingError: so many wait that this one would wait too long.
        """
        return await self.writing.run(function)

    async def look_at(self, function: Callable[[], Done]) -> Done:
        """Run a function that looks at a file, in a thread, a few at a time."""
        if self._looking is None:
            self._looking = CapacityLimiter(AT_ONCE)
        return await to_thread.run_sync(function, limiter=self._looking)

    def count_beginning(self, address: str) -> Allowance:
        return self.limits.take(f"begin {address}", self._beginnings)

    def count_upload(self, ticket: str, address: str) -> Allowance:
        """Of one application, and from one address: whoever sends ten thousand files fills no disk."""
        own = self.limits.take(f"material {ticket}", UPLOADS)
        return own if own.wait else self.limits.take(f"materials {address}", self._uploads)

    def count_submission(self, ticket: str) -> Allowance:
        return self.limits.take(f"submit {ticket}", SUBMISSIONS)

    def look_at_secrets(self, address: str) -> Allowance:
        """What is left of wrong secrets from an address; where nothing is, no further one is looked up."""
        return self.limits.look(f"secrets {address}", WRONG_SECRETS)

    def count_wrong_secret(self, address: str) -> Allowance:
        return self.limits.take(f"secrets {address}", WRONG_SECRETS)

    def close(self) -> None:
        self.writing.close()
        self.limits.close()
