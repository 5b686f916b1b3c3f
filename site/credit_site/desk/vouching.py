"""What another house says of somebody, and that it can't be believed; apart from the client, costly to import."""

from dataclasses import dataclass


class IdentityError(Exception):
    """The other house did not answer, or what came from it can't be trusted."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who it says it is, and where that one was going."""

    identity: str
    wanted: str
