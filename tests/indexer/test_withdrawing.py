"""A delivery that should not have come is out of public view as a whole, and comes back as a whole."""

from credit_indexer.withdrawing import reinstate_delivery, withdraw_delivery
from credit_records.publication import Act, history, withdraw
from credit_records.states import WITHDRAWN
from credit_records.tables import record
from sqlalchemy import select

from tests.indexer.test_record_index import PENALTY, penalty, shown

OPERATOR = Act("运维", "部门送错了文件")


def quiet(_done: int, _total: int) -> None:
    """Nobody watches."""


def states(city) -> dict[int, str]:
    with city.workplace.database.connect() as connection:
        return dict(connection.execute(select(record.c.id, record.c.state)).all())


def test_what_a_delivery_published_is_gone_and_what_others_did_stays(city):
    first = city.load_rows(PENALTY, *(penalty(serial) for serial in (1, 2))).delivery.id
    second = city.load_rows(PENALTY, *(penalty(serial) for serial in (3, 4, 5))).delivery.id
    city.follow()
    database = city.workplace.database
    assert withdraw_delivery(database, second, OPERATOR, quiet) == 3
    city.follow()
    assert shown(city) == [1, 2]
    with database.connect() as connection:
        assert [(row.actor, row.reason) for row in history(connection, 4)] == [("运维", "部门送错了文件")]
    assert withdraw_delivery(database, second, OPERATOR, quiet) == 0
    assert withdraw_delivery(database, first + second + 100, OPERATOR, quiet) == 0

    assert reinstate_delivery(database, second, OPERATOR, quiet) == 3
    city.follow()
    assert shown(city) == [1, 2, 3, 4, 5]


def test_a_corrected_delivery_is_brought_back_as_corrected(city):
    database = city.workplace.database
    wrong = city.load_rows(PENALTY, penalty(1, facts="当事人的事实写错了"), penalty(2)).delivery.id
    withdraw_delivery(database, wrong, OPERATOR, quiet)
    right = city.load_rows(PENALTY, penalty(1, facts="当事人在第七号店铺张贴宣传页")).delivery.id
    city.follow()
    assert shown(city) == [], "what was withdrawn is not published by sending it again"
    assert reinstate_delivery(database, right, OPERATOR, quiet) == 1
    city.follow()
    assert shown(city, "第七号店铺") == [1]
    assert shown(city, "写错了") == []
    assert states(city)[2] == WITHDRAWN


def test_a_record_that_was_withdrawn_by_itself_is_not_counted(city):
    number = city.load_rows(PENALTY, penalty(1), penalty(2)).delivery.id
    withdraw(city.workplace.database, 1, Act("审核员", "另有原因"))
    assert withdraw_delivery(city.workplace.database, number, OPERATOR, quiet) == 1
