"""A mail server that runs here: what it took, and what it is told to refuse."""

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "chengxin", "correct horse"


class PostOffice:
    """What became of mail. `refusals` is by address what is answered instead of taking its mail."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.refusals: dict[str, str] = {}
        self.signed_in: list[bytes] = []
        self.port = 0

    async def recipient(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def content(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        self.taken.append(envelope)
        return "250 OK"

    def letters(self) -> list[EmailMessage]:
        found = []
        for envelope in self.taken:
            assert isinstance(envelope.content, bytes)
            message = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            found.append(message)
        return found

    def recipients(self) -> list[str]:
        return [address for envelope in self.taken for address in envelope.rcpt_tos]

    def check(self, _: SMTP, __: Session, ___: Envelope, ____: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.signed_in.append(given.login)
        return AuthResult(success=(given.login, given.password) == (USER.encode(), PASSWORD.encode()), handled=False)


@contextmanager
def running(office: PostOffice, **options: Any) -> Iterator[PostOffice]:
    hooks = SimpleNamespace(handle_RCPT=office.recipient, handle_DATA=office.content)
    controller = Controller(hooks, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    office.port = controller.port
    try:
        yield office
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
