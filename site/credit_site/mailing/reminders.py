"""A reminder to each of the desk who has cases overdue or soon due: one mail on each working day, none where there is
nothing to tell.
"""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Final

from credit_records.calendar import SHANGHAI, is_working_day, utc_clock
from credit_records.casework.outbox import queue_mail
from credit_records.casework.procedures import procedure, procedure_names
from credit_records.casework.queue import SOON, Counts, Queued, counts, queue
from credit_records.database import writing
from credit_records.staff.officers import OFFICER_COLUMNS, Officer, officer_from
from credit_records.staff.tables import staff
from sqlalchemy import Connection, Engine, select

from credit_site.settings import SiteSettings

FROM_HOUR: Final = 8  # of China's civil time
MOST_NAMED: Final = 20
MARK: Final = "reminded"  # file of the data folder that holds the day of the last reminders


def remind_daily(database: Engine, settings: SiteSettings, clock: Callable[[], datetime] = utc_clock) -> int:
    """Put today's reminders into the outbox, where that has not been done; how many. `clock` gives an instant with its
    zone. Killed in between, it reminds twice rather than not at all.
    """
    now = clock().astimezone(SHANGHAI)
    day, mark = now.date(), settings.data_dir / MARK
    if now.hour < FROM_HOUR or not is_working_day(day) or _marked(mark) == day.isoformat():
        return 0
    with writing(database) as connection:
        reminded = sum(
            _remind(connection, officer, email, settings, day) for officer, email in _deciding(connection, day)
        )
    mark.write_text(day.isoformat(), encoding="ascii")
    return reminded


def _marked(mark: Path) -> str:
    try:
        return mark.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _deciding(connection: Connection, day: date) -> list[tuple[Officer, str]]:
    """Active staff with an address whose role decides anything."""
    rules = [procedure(name, day) for name in procedure_names()]
    roles = frozenset(role for each in rules for role in each.deciders | each.confirmers)
    statement = select(*OFFICER_COLUMNS, staff.c.email).where(
        staff.c.active, staff.c.email.is_not(None), staff.c.role.in_(roles)
    )
    return [(officer_from(row[:-1]), row[-1]) for row in connection.execute(statement) if row[-1]]


def _remind(connection: Connection, officer: Officer, email: str, settings: SiteSettings, day: date) -> bool:
    waiting = counts(connection, officer, on=day)
    if not waiting.overdue + waiting.due_soon:
        return False
    lines = queue(connection, officer, limit=waiting.overdue + waiting.due_soon, on=day).lines[:MOST_NAMED]
    queue_mail(connection, email, _subject(waiting), _body(officer, waiting, lines, settings))
    return True


def _subject(waiting: Counts) -> str:
    return f"【待办提醒】{waiting.overdue} 件已超期，{waiting.due_soon} 件将到期"


def _body(officer: Officer, waiting: Counts, lines: list[Queued], settings: SiteSettings) -> str:
    more = waiting.overdue + waiting.due_soon - len(lines)
    parts = [
        f"{officer.name}：",
        f"您的待办中，已超期 {waiting.overdue} 件，{SOON} 个工作日内到期 {waiting.due_soon} 件。",
        "\n".join(_line(each) for each in lines) + (f"\n另有 {more} 件" if more > 0 else ""),
        f"工作台：{str(settings.public_url or '').rstrip('/')}/desk",
        "请勿回复本邮件。",
    ]
    return "\n\n".join(parts)


def _line(queued: Queued) -> str:
    due_on = queued.application.due_on
    late = "，已超期" if queued.overdue else ""
    return f"{queued.application.number}  最迟 {due_on.isoformat() if due_on else ''}{late}"
