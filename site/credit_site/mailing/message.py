"""A mail of the outbox as it goes over the wire.

The library's own structured headers are used throughout: they refuse line breaks, so that nothing typed by anybody can
add a header or a recipient.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from credit_records.casework.outbox import Mail

# One plain address: no display name, no list, no quoted part in which anything may stand.
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9-]{1,63}"
)
_LONGEST: Final = 254  # RFC 5321, 4.5.3.1.3, without the brackets


class UnsendableError(Exception):
    """The mail can't be sent as it is, now or later."""


@dataclass(frozen=True, slots=True)
class Sender:
    """`address` is where mail comes from, `name` what readers see beside it, `home` the site's own address."""

    name: str
    address: str
    home: str


def is_address(text: str) -> bool:
    """Whether it is one address that mail can be sent to."""
    return len(text) <= _LONGEST and _ADDRESS.fullmatch(text) is not None


def message_of(mail: Mail, sender: Sender) -> EmailMessage:
    """The mail with its headers.

    Raises:
        UnsendableError: its address is none.
    """
    if not is_address(mail.to):
        raise UnsendableError
    message = EmailMessage(policy=SMTP)
    domain = sender.address.rpartition("@")[2]
    try:
        message["From"] = Address(sender.name, addr_spec=sender.address)
        message["To"] = Address(addr_spec=mail.to)
        message["Subject"] = " ".join(mail.subject.split())
    except (ValueError, IndexError) as error:
        raise UnsendableError from error
    message["Date"] = format_datetime(datetime.now(UTC))
    # The same at every try, so that a mail that was taken twice is shown once.
    message["Message-ID"] = f"<chengxin-{mail.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{mail.body}\n\n-- \n{sender.name}\n{sender.home}\n", charset="utf-8", cte="base64")
    return message
