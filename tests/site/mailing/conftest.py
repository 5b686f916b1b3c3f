"""A database with an outbox, and a mail server beside it."""

from collections.abc import Iterator

import pytest
from credit_records.database import migrate, open_database
from credit_site.mailing.message import Sender
from credit_site.mailing.smtp import MailServer
from credit_site.settings import SiteSettings
from sqlalchemy import Engine

from tests.site.mailing.post_office import PostOffice, running

SENDER = Sender("信用霁川", "no-reply@credit.example", "https://credit.example")


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with running(PostOffice()) as found:
        yield found


@pytest.fixture
def settings(tmp_path, office) -> SiteSettings:
    return SiteSettings(
        data_dir=tmp_path,
        city="demo",
        public_url="https://credit.example",
        smtp_host="127.0.0.1",
        smtp_port=office.port,
        smtp_security="none",
        mail_from=SENDER.address,
    )


@pytest.fixture
def database(settings) -> Iterator[Engine]:
    engine = open_database(settings)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def server(office) -> MailServer:
    return MailServer("127.0.0.1", office.port, "none")
