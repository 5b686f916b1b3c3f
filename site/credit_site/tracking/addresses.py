"""Addresses under which an application is followed. Only `follow_address` holds a secret; no page ever stays there."""

from credit_site.settings import SiteSettings


def door_address(procedure: str) -> str:
    """Where number and secret are asked for."""
    return f"/{procedure}/track"


def follow_address(procedure: str, secret: str) -> str:
    """Opens the case and leads on to it."""
    return f"{door_address(procedure)}/{secret}"


def case_address(procedure: str, ticket: str) -> str:
    """The case's own page; the ticket stands for the secret, which the browser keeps."""
    return f"{door_address(procedure)}/case/{ticket}"


def follow_link(settings: SiteSettings, procedure: str, secret: str) -> str | None:
    """What opens the case from a mail; None where no mail is sent. The host that a request names could be anybody's,
    so only the address that the operator set is used.
    """
    if settings.smtp_host is None or settings.public_url is None:
        return None
    return str(settings.public_url).rstrip("/") + follow_address(procedure, secret)
