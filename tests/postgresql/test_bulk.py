"""What goes in by COPY comes out as it was."""

import pytest
from credit_records.bulk import insert_rows, select_among, take_numbers, update_rows
from credit_records.database import writing
from credit_records.deliveries import NewDelivery, start_delivery
from credit_records.postgresql_bulk import FEW_ROWS
from credit_records.tables import counter, quarantine, subject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
awkward = st.sampled_from(["", "\\N", "\\.", "\\", "\t", "\r\n", "a\\tb", "\0", "𠮷野家", '"', "NULL", "\x7f\x1f"])
told = st.none() | texts | awkward


def subject_row(number: int, name: str, status: str | None, *, valid: bool = True) -> tuple[object, ...]:
    named = {"id": number, "uscc": f"code {number}", "code_valid": valid, "name": name, "former_names": "[]"}
    return tuple({**named, "status": status, "version": number}.get(column.name) for column in subject.columns)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(texts | awkward, told, st.booleans()), min_size=1, max_size=20))
def test_any_text_comes_out_as_it_was(database: Engine, values: list[tuple[str, str | None, bool]]) -> None:
    rows = [subject_row(n, name, status, valid=valid) for n, (name, status, valid) in enumerate(values)]
    with writing(database) as connection:
        connection.execute(delete(subject))
        insert_rows(connection, subject, rows)
        found = connection.execute(select(subject.c.name, subject.c.status, subject.c.code_valid).order_by("id")).all()
    kept = [
        (name.replace("\0", "\ufffd"), status and status.replace("\0", "\ufffd"), ok) for name, status, ok in values
    ]
    assert found == kept


@pytest.mark.parametrize("count", [1, FEW_ROWS, FEW_ROWS + 1])
def test_rows_are_changed_whatever_their_number(database: Engine, count: int) -> None:
    rows = [subject_row(n, f"旧\\{n}\t", None) for n in range(count + 1)]
    changed = [(f"新\\{n}\t", None if n % 2 else "active", n) for n in range(count)]
    with writing(database) as connection:
        insert_rows(connection, subject, rows)
        for _ in range(2):  # twice in one transaction, as a batch with rows that stand twice does
            update_rows(connection, subject, ("name", "status"), changed)
        found = connection.execute(select(subject.c.name, subject.c.status, subject.c.id).order_by(subject.c.id)).all()
    assert found == [*changed, (f"旧\\{count}\t", None, count)]


def test_many_are_looked_up_at_once(database: Engine) -> None:
    rows = [subject_row(n, "同名", None) for n in range(1000)]
    wanted = [f"code {n}" for n in range(0, 40_000, 2)] + ["nothing\0", "{,}"]
    with writing(database) as connection:
        insert_rows(connection, subject, rows)
        found = {number for (number,) in select_among(connection, (subject.c.id,), subject.c.uscc, wanted, name="同名")}
    assert found == set(range(0, 1000, 2))


def test_what_the_database_refuses_is_raised_as_everywhere(database: Engine) -> None:
    rows = [subject_row(1, "甲", None)] * 2
    with pytest.raises(IntegrityError), writing(database) as connection:
        insert_rows(connection, subject, rows)
    with database.connect() as connection:
        assert connection.execute(select(func.count()).select_from(subject)).scalar_one() == 0
    nameless = (*subject_row(1, "甲", None)[:-1], None)
    with pytest.raises(DBAPIError, match="null value"), writing(database) as connection:
        insert_rows(connection, subject, [nameless])


def test_numbers_are_taken_in_turn_and_given_back_with_the_transaction(database: Engine) -> None:
    with writing(database) as connection:
        assert (take_numbers(connection, "change", 5), take_numbers(connection, "change", 1)) == (1, 6)
    with database.connect() as connection:
        assert take_numbers(connection, "change", 100) == 7
        connection.rollback()
    with database.connect() as connection:
        assert connection.execute(select(counter.c.value).where(counter.c.name == "change")).scalar_one() == 6


def test_a_text_with_nul_is_kept_with_a_mark_in_its_place(database: Engine) -> None:
    number = start_delivery(database, NewDelivery("某局", "a\0b.csv", "x", 1, "registration"))
    with writing(database) as connection:
        problem = {"severity": "refused", "rule": "r", "reason": "", "remedy": "", "raw": "{}"}
        connection.execute(
            quarantine.insert(), [{"delivery_id": number, "row": 1, "field": "f", "value": "a\0b", **problem}]
        )
        assert connection.execute(select(quarantine.c.value)).scalar_one() == "a\ufffdb"
