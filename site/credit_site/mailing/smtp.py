"""The mail server: one conversation for a round of mails.

The standard library's client is enough: a program of its own sends one mail after another, so nothing is gained by an
asynchronous one.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Literal

from credit_site.settings import SiteSettings

Security = Literal["starttls", "tls", "none"]
PORTS: Final[dict[Security, int]] = {"starttls": 587, "tls": 465, "none": 25}
PATIENCE: Final = 30.0  # seconds for each answer of the server


class ServerAwayError(Exception):
    """The server does not answer or does not let us in; nothing is wrong with the mail. The message names the cause."""


class RefusedError(Exception):
    """The server does not take this mail; `for_good` where it never will."""

    def __init__(self, code: int, *, for_good: bool) -> None:
        super().__init__(str(code))
        self.code = code
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class MailServer:
    """`password_file` is read at each conversation, so that a new password needs no new start."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password_file: Path | None = None

    @contextmanager
    def conversation(self) -> Iterator["Conversation"]:
        """Be let in by the server.

        Raises:
            ServerAwayError: it does not answer, is not who it says, or refuses the password.
        """
        try:
            client = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise ServerAwayError(_cause(error)) from error
        try:
            yield Conversation(client)
        finally:
            try:
                client.quit()
            except (OSError, smtplib.SMTPException):
                client.close()

    def _connect(self) -> smtplib.SMTP:
        trusted = ssl.create_default_context()
        if self.security == "tls":
            client: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=PATIENCE, context=trusted)
        else:
            client = smtplib.SMTP(self.host, self.port, timeout=PATIENCE)
        try:
            if self.security == "starttls":
                client.starttls(context=trusted)
            if self.user and self.password_file:
                client.login(self.user, self.password_file.read_text(encoding="utf-8").strip())
        except (OSError, smtplib.SMTPException):
            client.close()
            raise
        return client


class Conversation:
    """With a server that has let us in."""

    def __init__(self, client: smtplib.SMTP) -> None:
        self._client = client

    def hand_over(self, message: EmailMessage) -> None:
        """Give the server one mail to one address.

        Raises:
            RefusedError: the server does not take it.
            ServerAwayError: the conversation broke.
        """
        try:
            self._client.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise RefusedError(code, for_good=_is_final(code)) from error
        except smtplib.SMTPSenderRefused as error:  # a setting is wrong, not the mail
            raise ServerAwayError(_cause(error)) from error
        except smtplib.SMTPResponseException as error:
            raise RefusedError(error.smtp_code, for_good=_is_final(error.smtp_code)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise ServerAwayError(_cause(error)) from error


def mail_server(settings: SiteSettings) -> MailServer | None:
    """The server of the settings; None where none is set, and no mail is sent."""
    if settings.smtp_host is None:
        return None
    security = settings.smtp_security
    return MailServer(
        settings.smtp_host,
        settings.smtp_port or PORTS[security],
        security,
        settings.smtp_user,
        settings.smtp_password_file,
    )


def _is_final(code: int) -> bool:
    return 500 <= code < 600


def _cause(error: Exception) -> str:
    """What an operator needs, without what the server says of addresses."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}"
    return type(error).__name__
