"""Emptying the outbox: mails that are due are handed to the server, and what became of each is kept."""

from dataclasses import dataclass
from typing import Final

from credit_records.casework.outbox import Mail, due, failed, give_up_old, sent
from sqlalchemy import Engine

from credit_site.mailing.message import Sender, UnsendableError, message_of
from credit_site.mailing.smtp import Conversation, MailServer, RefusedError

AT_ONCE: Final = 50  # mails of one conversation


@dataclass(frozen=True, slots=True)
class Round:
    """What became of the mails that were due: sent, to be tried again, given up."""

    sent: int = 0
    postponed: int = 0
    given_up: int = 0

    @property
    def tried(self) -> int:
        return self.sent + self.postponed + self.given_up

    def __add__(self, other: "Round") -> "Round":
        return Round(self.sent + other.sent, self.postponed + other.postponed, self.given_up + other.given_up)


def post_due(database: Engine, server: MailServer, sender: Sender) -> Round:
    """Hand over the mails that are due now.

    Raises:
        ServerAwayError: the server can't be talked to; mails that it has taken so far are told as sent.
    """
    told = Round(given_up=give_up_old(database))
    waiting = due(database, AT_ONCE)
    while waiting:
        with server.conversation() as conversation:
            for mail in waiting:
                told += _post(database, conversation, mail, sender)
        if len(waiting) < AT_ONCE:
            break
        waiting = due(database, AT_ONCE)
    return told


def _post(database: Engine, conversation: Conversation, mail: Mail, sender: Sender) -> Round:
    try:
        conversation.hand_over(message_of(mail, sender))
    except UnsendableError:
        failed(database, mail.id, for_good=True)
        return Round(given_up=1)
    except RefusedError as refusal:
        failed(database, mail.id, for_good=refusal.for_good)
        return Round(given_up=1) if refusal.for_good else Round(postponed=1)
    sent(database, mail.id)
    return Round(sent=1)
