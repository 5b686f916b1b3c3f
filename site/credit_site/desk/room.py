"""What the desk keeps open: how often may be guessed, the key of secrets, and the ways to write."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from credit_records.staff.sealing import KEY_FILE, Sealing

from credit_site.limits import Allowance, Limits, Rate
from credit_site.settings import SiteSettings
from credit_site.writing import Writing

if TYPE_CHECKING:
    from credit_site.desk.identity import IdentityProvider

# Wrong passwords and codes from one address, whatever the login: an office behind one address mistypes some.
WRONG: Final = Rate(30, 900)


class StaffRoom:
    """One per process. Passwords have a turn of their own, so that guessing never holds up who decides."""

    def __init__(self, settings: SiteSettings) -> None:
        self._limits = Limits(settings.data_dir / "limits.db")
        self.writing = Writing(settings)
        self.door = Writing(settings)
        self.sealing = sealing_of(settings)
        self.identity = _identity_provider(settings)

    def wait(self, address: str) -> int:
        """Seconds until something may be tried again from this address; 0 where at once."""
        return self._limits.look(_name(address), WRONG).wait

    def count_wrong(self, address: str) -> Allowance:
        return self._limits.take(_name(address), WRONG)

    def close(self) -> None:
        self.writing.close()
        self.door.close()
        self._limits.close()


def sealing_of(settings: SiteSettings) -> Sealing:
    """With the key of the settings, or one in the data folder that is made when it is first wanted."""
    given: Path | None = settings.secret_key_file
    return Sealing(given or settings.data_dir / KEY_FILE, makes_key=given is None)


def _identity_provider(settings: SiteSettings) -> "IdentityProvider | None":
    if settings.oidc_issuer is None:
        return None
    from credit_site.desk.identity import IdentityProvider  # noqa: PLC0415  # half a second, where none is configured

    return IdentityProvider(settings)


def _name(address: str) -> str:
    return f"desk {address}"
