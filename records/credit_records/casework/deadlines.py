"""Deadlines in working days of China, which stand still while an applicant is asked for more.

The first day is not counted (Civil Code, article 201), and a deadline ends on a working day.
"""

from datetime import date, timedelta

from credit_records.calendar import add_working_days, is_working_day, working_days_between
from credit_records.catalogue import Deadline


def due_after(start: date, deadline: Deadline) -> date:
    """The last day of a deadline that begins on the day after `start`."""
    if deadline.unit == "working_days":
        return add_working_days(start, deadline.days)
    return start + timedelta(days=deadline.days)


def days_left(day: date, due_on: date) -> int:
    """Working days after `day` up to and with the last one: 0 on the last, less than 0 where it is overdue."""
    return working_days_between(day, due_on) - working_days_between(due_on, day)


def due_again(day: date, left: int) -> date:
    """The last day of a deadline of which `left` working days remained when it stopped, and that goes on on `day`.

    What was overdue when it stopped is overdue by as much when it goes on.
    """
    if left > 0:
        return add_working_days(day, left)
    if left == 0:
        return day if is_working_day(day) else add_working_days(day, 1)
    found = day
    while working_days_between(found, day) < -left:
        found -= timedelta(days=1)
    return found


def extended(due_on: date, deadline: Deadline) -> date:
    """The last day after the extension that the deadline allows.

    Raises:
        ValueError: it allows none.
    """
    if not deadline.extension_days:
        message = f"{deadline.name} can't be extended"
        raise ValueError(message)
    return add_working_days(due_on, deadline.extension_days)


def is_overdue(due_on: date | None, day: date) -> bool:
    return due_on is not None and due_on < day
