"""What happened to some of the city's records since: repaired, withdrawn, objected to, or being dealt with now."""

import random
from datetime import date
from pathlib import Path

from credit_records.calendar import add_months
from credit_records.casework.store import FOLDER, Store
from credit_records.catalogue import Catalogue
from credit_records.publication import Act, repair, withdraw
from credit_records.states import PUBLISHED
from credit_records.tables import record
from sqlalchemy import Engine as Database
from sqlalchemy import select

from credit_indexer.demo.applying import Desk
from credit_indexer.demo.sample_paper import sample_paper

SHARE = 0.02  # of the records that could be repaired
MOST = 120
MOST_APPLIED_FOR = 30  # the others were repaired before there were forms
WITHDRAWN_OF_THESE = 0.1
MONTHS = 12  # the longest of the shortest periods of publication
UNDER_WAY, DRAFTS = 24, 4
OBJECTIONS = 20
OPENED_WITHIN = 30  # days
CLOSED = 0.6

_REPAIR = Act("信用修复窗口", "已履行义务并作出信用承诺，准予修复（演示）")
_WITHDRAWAL = Act("数据质量岗", "处罚决定已被复议撤销，停止公示（演示）")


def settle(database: Database, declared: Catalogue, today: date, seed: int, data_dir: Path) -> int:
    """Let some of the records that are public today be repaired, withdrawn, objected to, or be asked about; of how
    many.
    """
    drawn = random.Random(seed)
    repairable = _repairable(database, declared, today)
    chosen = drawn.sample(repairable, min(int(len(repairable) * SHARE), MOST))
    desk = Desk(database, declared, today, Store(data_dir / FOLDER).keep(sample_paper()), drawn)
    applied_for = 0
    for number in chosen:
        if drawn.random() < WITHDRAWN_OF_THESE:
            withdraw(database, number, _WITHDRAWAL, declared)
        elif applied_for < MOST_APPLIED_FOR and desk.repaired(number):
            applied_for += 1
        else:
            repair(database, number, _REPAIR, declared)
    gone = set(chosen)
    remaining = [number for number in repairable if number not in gone]
    disputed = drawn.sample(remaining, min(OBJECTIONS + UNDER_WAY + DRAFTS, len(remaining)))
    for number in disputed[:OBJECTIONS]:
        desk.objection(number, drawn.randrange(OPENED_WITHIN), closed=drawn.random() < CLOSED)
    for number in disputed[OBJECTIONS : OBJECTIONS + UNDER_WAY]:
        desk.under_way(number)
    for number in disputed[OBJECTIONS + UNDER_WAY :]:
        desk.draft(number)
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
