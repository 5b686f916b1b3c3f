"""What an operator watches of the database, on every database."""

import time
from datetime import UTC, datetime, timedelta

from credit_records.database import writing
from credit_records.deliveries import NewDelivery, finish_delivery, start_delivery
from credit_records.operating_figures import operating_figures, waiting_since
from credit_records.tables import change, delivery
from sqlalchemy import insert, update

A_DAY = timedelta(days=1)


def a_delivery(database, way, **figures):
    number = start_delivery(database, NewDelivery("虚构市场监管局", f"{way}.csv", f"{way}", 1, "registration", way=way))
    if figures:
        finish_delivery(database, number)
        with writing(database) as connection:
            connection.execute(update(delivery).where(delivery.c.id == number).values(figures))
    return number


def test_deliveries_of_a_day_are_added_up(database):
    long_ago = (datetime.now(UTC) - 2 * A_DAY).isoformat(timespec="milliseconds")
    a_delivery(database, "command", new=7, refused=3, started_at=long_ago)
    a_delivery(database, "inbox", new=5, refused=2)
    a_delivery(database, "push", new=1, changed=4)
    a_delivery(database, "push")
    with database.connect() as connection:
        found = operating_figures(connection)
    assert found.rows == {"new": 6, "changed": 4, "unchanged": 0, "refused": 2, "noted": 0}
    assert found.unfinished == 1
    assert set(found.newest_deliveries) == {"command", "inbox", "push"}
    assert abs(time.time() - found.newest_deliveries["push"]) < 600
    assert found.newest_deliveries["command"] < time.time() - A_DAY.total_seconds()
    assert found.applications.keys() == {"submitted", "accepted", "asked", "proposed"}
    assert found.overdue == found.mails == found.newest_change == 0


def test_the_first_change_after_a_cursor_says_how_long_it_has_waited(database):
    rows = [
        {"seq": number, "subject_id": number, "at": f"2026-01-02T0{number}:00:00.000+00:00"} for number in (1, 2, 3)
    ]
    with writing(database) as connection:
        connection.execute(insert(change), rows)
    with database.connect() as connection:
        assert waiting_since(connection, 1) == datetime(2026, 1, 2, 2, tzinfo=UTC).timestamp()
        assert waiting_since(connection, 3) is None
        assert operating_figures(connection).newest_change == 3
