"""What happened to some of the city's records since: repaired, withdrawn, or objected to."""

import random
from datetime import date, timedelta

from credit_records.calendar import add_months
from credit_records.catalogue import Catalogue
from credit_records.objections import Outcome, close_objection, open_objection
from credit_records.publication import Act, repair, withdraw
from credit_records.states import PUBLISHED
from credit_records.tables import record
from sqlalchemy import Engine as Database
from sqlalchemy import select

SHARE = 0.02  # of the records that could be repaired
MOST = 120
WITHDRAWN_OF_THESE = 0.1
MONTHS = 12  # the longest of the shortest periods of publication
OBJECTIONS = 20
OPENED_WITHIN = 30  # days
CLOSED = 0.6
OUTCOMES: tuple[Outcome, ...] = ("explained", "explained", "dropped", "upheld")

_REPAIR = Act("信用修复窗口", "已履行义务并作出信用承诺，准予修复（演示）")
_WITHDRAWAL = Act("数据质量岗", "处罚决定已被复议撤销，停止公示（演示）")


def settle(database: Database, declared: Catalogue, today: date, seed: int) -> int:
    """Repair and withdraw some of the records that are public today, and object to some; how many in all."""
    drawn = random.Random(seed)
    repairable = _repairable(database, declared, today)
    chosen = drawn.sample(repairable, min(int(len(repairable) * SHARE), MOST))
    for number in chosen:
        if drawn.random() < WITHDRAWN_OF_THESE:
            withdraw(database, number, _WITHDRAWAL, declared)
        else:
            repair(database, number, _REPAIR, declared)
    gone = set(chosen)
    remaining = [number for number in repairable if number not in gone]
    disputed = drawn.sample(remaining, min(OBJECTIONS, len(remaining)))
    for number in disputed:
        opened = today - timedelta(days=drawn.randrange(OPENED_WITHIN))
        objection = open_objection(database, number, on=opened, declared=declared)
        if drawn.random() < CLOSED:
            close_objection(database, objection.id, drawn.choice(OUTCOMES))
    return len(chosen) + len(disputed)


def _repairable(database: Database, declared: Catalogue, today: date) -> list[int]:
    kinds = [kind.name for kind in declared.kinds.values() if kind.effect.repairable]
    statement = (
        select(record.c.id)
        .where(record.c.kind.in_(kinds), record.c.state == PUBLISHED)
        .where(record.c.decision_date < add_months(today, -MONTHS).isoformat())
        .order_by(record.c.id)
    )
    with database.connect() as connection:
        return list(connection.execute(statement).scalars())
