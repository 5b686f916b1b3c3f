"""What has to be done from time to time wherever an indexer runs: terms that are over, drafts, files and answers that
nobody needs any more.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from credit_records.casework.applications import purge_drafts
from credit_records.casework.materials import kept_contents
from credit_records.casework.outbox import give_up_old
from credit_records.casework.store import FOLDER, STALE_SECONDS, Store
from credit_records.idempotency import forget_old
from credit_records.publication import end_due
from sqlalchemy import Engine as Database
from sqlalchemy.exc import DBAPIError


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do every so many seconds. Its `title` names it to operators."""

    title: str
    seconds: float
    do: Callable[[Database], int]


CHORES = (
    Chore("结束公示期满的记录", 60.0, end_due),
    Chore("清理过期的幂等键", 6 * 3600.0, forget_old),
    Chore("清理过期的申请草稿", 3600.0, purge_drafts),
    Chore("放弃多日未能发出的邮件", 6 * 3600.0, give_up_old),
)


def chores_of(data_dir: Path) -> tuple[Chore, ...]:
    """All chores, those among them that are about files in the data folder."""
    folder = data_dir / FOLDER

    def sweep(database: Database) -> int:
        return sweep_materials(database, folder)

    return (*CHORES, Chore("清理没有申请需要的材料文件", 6 * 3600.0, sweep))


def sweep_materials(database: Database, folder: Path) -> int:
    """Delete files that no application has, once they are too old to belong to one that is being made; how many."""
    if not folder.is_dir():
        return 0
    older_than = time.time() - STALE_SECONDS
    with database.connect() as connection:
        return Store(folder).sweep(kept_contents(connection), older_than=older_than)


class Chores:
    """Does each chore at once, and again whenever its time has come. `clock` gives seconds."""

    def __init__(
        self,
        database: Database,
        on_event: Callable[[str], None],
        chores: Sequence[Chore] = CHORES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._on_event = on_event
        self._clock = clock
        self._due = dict.fromkeys(chores, clock())

    def do_due(self) -> None:
        """Do what is due. A database that is busy puts a chore off, and nothing else."""
        now = self._clock()
        for chore, due in self._due.items():
            if now >= due:
                self._due[chore] = now + chore.seconds
                self._do(chore)

    def _do(self, chore: Chore) -> None:
        try:
            count = chore.do(self._database)
        except DBAPIError as error:
            self._on_event(f"{chore.title}：没有做成（{error.orig}），稍后再试")
            return
        except OSError as error:
            self._on_event(f"{chore.title}：没有做成（{error.strerror}），稍后再试")
            return
        if count:
            self._on_event(f"{chore.title}：{count:,} 条")
