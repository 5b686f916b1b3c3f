"""Mail waits, is tried less and less often, and leaves no address behind."""

from datetime import datetime, timedelta

from credit_records.casework.outbox import due, failed, give_up_old, queue_mail, sent
from credit_records.casework.tables import mail
from credit_records.database import writing
from sqlalchemy import select, update


def post(engine, to: str = "somebody@example.com") -> int:
    with writing(engine) as connection:
        queue_mail(connection, to, "标题", "正文")
        return connection.execute(select(mail.c.id).order_by(mail.c.id.desc()).limit(1)).scalar_one()


def row(engine, number: int):
    with engine.connect() as connection:
        return connection.execute(select(mail).where(mail.c.id == number)).one()


def empty(found) -> bool:
    return (found.to, found.subject, found.body, found.next_at) == ("", "", "", None)


def test_a_mail_is_due_until_it_is_sent_and_then_forgotten(database):
    number = post(database)
    (found,) = due(database)
    assert (found.id, found.to, found.subject, found.body, found.tries) == (
        number,
        "somebody@example.com",
        "标题",
        "正文",
        0,
    )
    sent(database, number)
    assert due(database) == []
    assert empty(row(database, number))
    assert row(database, number).sent_at


def test_a_mail_that_fails_is_tried_later_and_later(database):
    number = post(database)
    waits = []
    for tries in range(1, 12):
        before = datetime.now().astimezone()
        failed(database, number)
        found = row(database, number)
        assert found.tries == tries
        waits.append(round((datetime.fromisoformat(found.next_at) - before).total_seconds() / 60))
    assert due(database) == []
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (1, 6 * 60)
    failed(database, number, for_good=True)
    assert empty(row(database, number))
    assert row(database, number).sent_at is None


def test_a_mail_that_nobody_sends_is_forgotten_after_a_week(database):
    old, new = post(database), post(database)
    assert give_up_old(database) == 0
    week_ago = (datetime.now().astimezone() - timedelta(days=8)).isoformat()
    with writing(database) as connection:
        connection.execute(update(mail).where(mail.c.id == old).values(created_at=week_ago))
    assert give_up_old(database) == 1
    assert empty(row(database, old))
    assert [each.id for each in due(database)] == [new]


def test_a_mail_is_queued_only_if_what_it_tells_is_committed(database):
    try:
        with writing(database) as connection:
            queue_mail(connection, "somebody@example.com", "标题", "正文")
            raise KeyError
    except KeyError:
        assert due(database) == []
