"""What has to be done from time to time wherever an indexer runs: terms that are over, answers that are old."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
)


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
        if count:
            self._on_event(f"{chore.title}：{count:,} 条")
