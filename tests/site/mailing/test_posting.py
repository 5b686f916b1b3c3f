"""Mail leaves the outbox once, tells what it should, and leaves nothing of anybody behind."""

import string
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from credit_records.casework.outbox import KEPT, Mail, queue_mail
from credit_records.casework.tables import mail
from credit_records.database import writing
from credit_site.mailing.message import UnsendableError, is_address, message_of
from credit_site.mailing.posting import Round, post_due
from credit_site.mailing.smtp import MailServer, ServerAwayError
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update

from tests.site.mailing.certificates import certificate
from tests.site.mailing.conftest import SENDER
from tests.site.mailing.post_office import PASSWORD, USER, PostOffice, free_port, running

TO = "agent@example.com"
BODY = "编号：XF20261123ABCDEF\n\n已经收到您的申请。\n."


def queued(database: Engine, to: str = TO, subject: str = "【信用修复】已提交", body: str = BODY) -> None:
    with writing(database) as connection:
        queue_mail(connection, to, subject, body)


def rows(database: Engine) -> list[Any]:
    with database.connect() as connection:
        return list(connection.execute(select(mail).order_by(mail.c.id)).all())


def wait_over(database: Engine) -> None:
    """Put back the clock of every mail that is to be tried again."""
    with writing(database) as connection:
        connection.execute(update(mail).where(mail.c.next_at.is_not(None)).values(next_at="2026-01-01"))


def test_a_mail_arrives_as_it_was_written_and_is_emptied(database, server, office):
    queued(database)
    assert post_due(database, server, SENDER) == Round(sent=1)
    (letter,) = office.letters()
    assert office.recipients() == [TO]
    assert str(letter["To"]) == TO
    assert letter["Subject"] == "【信用修复】已提交"
    assert letter["From"].addresses[0].display_name == "信用霁川"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().replace("\r\n", "\n") == f"{BODY}\n\n-- \n信用霁川\nhttps://credit.example\n"
    (row,) = rows(database)
    assert (row.to, row.subject, row.body, row.next_at) == ("", "", "", None)
    assert row.sent_at
    assert post_due(database, server, SENDER) == Round()
    assert len(office.taken) == 1


def test_what_is_refused_for_now_is_tried_again_later_and_later_then_given_up(database, server, office):
    office.refusals[TO] = "451 4.3.0 come back later"
    queued(database)
    waits = []
    for tries in range(1, 5):
        assert post_due(database, server, SENDER) == Round(postponed=1)
        (row,) = rows(database)
        assert row.tries == tries
        assert row.to == TO
        waits.append(datetime.fromisoformat(row.next_at) - datetime.now(UTC))
        assert post_due(database, server, SENDER) == Round(), "it is not tried before its time"
        wait_over(database)
    assert waits == sorted(waits)
    assert waits[-1] > 4 * waits[0]
    with writing(database) as connection:
        long_ago = (datetime.now(UTC) - KEPT - timedelta(hours=1)).isoformat(timespec="milliseconds")
        connection.execute(update(mail).values(created_at=long_ago))
    assert post_due(database, server, SENDER) == Round(given_up=1)
    (row,) = rows(database)
    assert (row.to, row.subject, row.body, row.next_at, row.sent_at) == ("", "", "", None, None)


def test_what_will_never_be_taken_is_given_up_at_once_and_others_go_out(database, server, office):
    office.refusals["gone@example.com"] = "550 5.1.1 no such user"
    queued(database, "gone@example.com")
    queued(database)
    assert post_due(database, server, SENDER) == Round(sent=1, given_up=1)
    assert office.recipients() == [TO]
    assert [(row.to, row.body) for row in rows(database)] == [("", ""), ("", "")]


def test_more_than_one_conversation_can_hold_are_all_sent_once(database, server, office):
    for number in range(60):
        queued(database, f"agent{number}@example.com")
    assert post_due(database, server, SENDER) == Round(sent=60)
    assert sorted(office.recipients()) == sorted(f"agent{number}@example.com" for number in range(60))


def test_a_server_that_is_away_costs_no_mail_and_no_try(database):
    queued(database)
    with pytest.raises(ServerAwayError):
        post_due(database, MailServer("127.0.0.1", free_port(), "none"), SENDER)
    (row,) = rows(database)
    assert (row.to, row.tries, row.sent_at) == (TO, 0, None)


def test_the_password_is_read_from_its_file_and_a_wrong_one_costs_no_mail(database, tmp_path, monkeypatch):
    queued(database)
    file = tmp_path / "password"
    office = PostOffice()
    trusted, context = certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    options = {"tls_context": context, "require_starttls": True, "auth_required": True}
    with running(office, authenticator=office.check, **options):
        server = MailServer("localhost", office.port, "starttls", USER, file)
        file.write_text("wrong\n", encoding="utf-8")
        with pytest.raises(ServerAwayError):
            post_due(database, server, SENDER)
        assert rows(database)[0].to == TO
        file.write_text(f"{PASSWORD}\n", encoding="utf-8")
        assert post_due(database, server, SENDER) == Round(sent=1)
    assert office.signed_in[-1] == USER.encode()


def test_a_server_that_is_not_who_it_says_gets_neither_password_nor_mail(database, tmp_path, monkeypatch):
    queued(database)
    file = tmp_path / "password"
    file.write_text(PASSWORD, encoding="utf-8")
    office = PostOffice()
    trusted, context = certificate(tmp_path, "mail.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    server_options = {"tls_context": context, "require_starttls": True}
    with running(office, authenticator=office.check, **server_options), pytest.raises(ServerAwayError):
        post_due(database, MailServer("localhost", office.port, "starttls", USER, file), SENDER)
    assert office.signed_in == []
    assert office.taken == []


def test_a_server_without_encryption_gets_nothing_where_it_is_asked_for(database, office):
    queued(database)
    with pytest.raises(ServerAwayError):
        post_due(database, MailServer("127.0.0.1", office.port, "starttls"), SENDER)
    assert office.taken == []


@pytest.mark.parametrize(
    "to",
    [
        "agent@example.com\r\nBcc: everybody@example.com",
        "agent@example.com\nSubject: other",
        "agent@example.com, everybody@example.com",
        "<agent@example.com>",
        '"a b"@example.com',
        "agent@example.com ",
        "赵@example.com",
        "@example.com",
        "",
    ],
)
def test_no_address_adds_a_header_or_a_recipient(database, server, office, to):
    queued(database, to)
    assert post_due(database, server, SENDER) == Round(given_up=1)
    assert office.taken == []
    assert [(row.to, row.body) for row in rows(database)] == [("", "")]


@given(st.text(), st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.text(alphabet=string.printable))
def test_whatever_is_typed_a_message_has_our_headers_and_no_other(subject, body, name):
    found = Mail(1, TO, subject.encode("utf-8", "replace").decode(), body, 0)
    raw = message_of(found, SENDER).as_bytes()
    head = raw.partition(b"\r\n\r\n")[0].decode()
    names = {line.partition(":")[0] for line in head.split("\r\n") if line[:1] not in (" ", "\t")}
    assert names == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    }
    if not is_address(name):
        with pytest.raises(UnsendableError):
            message_of(Mail(1, name, subject, body, 0), SENDER)
