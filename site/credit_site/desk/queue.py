"""The queue: what waits for whoever looks, by deadline, the overdue on top. Every filter stands in the address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from credit_records.calendar import today
from credit_records.casework.procedures import procedure, procedure_names
from credit_records.casework.queue import SOON, After, Counts, Page, Queued, counts, queue, waiting_for_confirmation
from credit_records.casework.states import OPEN, OVER
from credit_records.providers import all_providers
from credit_records.statistics import SOURCE_MARK
from sqlalchemy import Connection
from starlette.responses import Response

from credit_site.desk.session import ROOM, Seat, front_page

_AFTER: Final = re.compile(r"(\d{4}-\d\d-\d\d)\.(\d{1,15})")


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    title: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A case as its line says it. `wait` tells in words how much time is left."""

    address: str
    number: str
    procedure: str
    name: str
    document_number: str
    kind: str
    unit: str
    state: str
    due: str
    wait: str
    overdue: bool
    soon: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the address, those that are none of ours left out."""

    procedure: str | None
    state: str | None
    unit: str | None
    mine: bool
    after: After | None

    def pairs(self) -> list[tuple[str, str]]:
        named = {
            "procedure": self.procedure,
            "state": self.state,
            "unit": self.unit,
            "mine": "yes" if self.mine else "",
        }
        return [(key, value) for key, value in named.items() if value]


async def show_queue(seat: Seat) -> Response:
    if seat.may("administrator"):
        return seat.led_to(front_page(seat.officer))
    units = await seat.site.database.read(unit_titles)
    asked = _asked(seat, units)
    found = await seat.site.database.read_aside(_read, seat, asked)
    page, waiting, confirmations = found
    following = f"{page.following.due_on}.{page.following.id}" if page.following else ""
    address = f"{ROOM}?{urlencode(asked.pairs())}" if asked.pairs() else ROOM
    context = {
        "lines": [_line(seat, line, units) for line in page.lines],
        "counts": waiting,
        "confirmations": confirmations,
        "procedures": _procedures(asked.procedure),
        "states": _states(asked),
        "units": [Choice(name, title, name == asked.unit) for name, title in units.items()] if _sees_all(seat) else [],
        "unit": units.get(seat.officer.unit or "", seat.officer.unit),
        "mine": asked.mine,
        "filtered": bool(asked.pairs()),
        "first": address if asked.after else "",
        "following": f"{ROOM}?{urlencode([*asked.pairs(), ('after', following)])}" if following else "",
    }
    return seat.page("desk/queue.html", context)


def unit_titles(connection: Connection) -> dict[str, str]:
    """What each provider is called, by its name."""
    return {each.name: each.title for each in all_providers(connection)}


def unit_title(unit: str, units: Mapping[str, str]) -> str:
    """What a unit is called: a provider by its title, a source by its own words."""
    return units.get(unit, unit.removeprefix(SOURCE_MARK))


def wait_text(days: int | None, *, overdue: bool) -> str:
    """Working days that are left, in words; empty where nobody here owes anything."""
    if days is None:
        return ""
    if overdue:
        return f"超期 {-days} 个工作日" if days else "已经超期"
    return f"还有 {days} 个工作日" if days else "今天到期"


def _read(connection: Connection, seat: Seat, asked: Asked) -> tuple[Page, Counts, int]:
    found = queue(
        connection,
        seat.officer,
        procedure=asked.procedure,
        state=asked.state,
        unit=asked.unit,
        mine=asked.mine,
        after=asked.after,
    )
    return found, counts(connection, seat.officer), waiting_for_confirmation(connection, seat.officer)


def _sees_all(seat: Seat) -> bool:
    return seat.officer.role != "clerk"


def _asked(seat: Seat, units: Mapping[str, str]) -> Asked:
    given = dict(seat.visit.pairs)
    after = _AFTER.fullmatch(given.get("after", ""))
    return Asked(
        procedure=given.get("procedure") if given.get("procedure") in procedure_names() else None,
        state=given.get("state") if given.get("state") in {*OPEN, *OVER} else None,
        unit=given.get("unit") if _sees_all(seat) and given.get("unit") in units else None,
        mine=given.get("mine") == "yes",
        after=After(after[1], int(after[2])) if after else None,
    )


def _procedures(chosen: str | None) -> list[Choice]:
    day = today()
    return [Choice(name, procedure(name, day).title, name == chosen) for name in procedure_names()]


def _states(asked: Asked) -> list[Choice]:
    """What states are called where one procedure is chosen, else what both have in common."""
    name = asked.procedure or procedure_names()[0]
    rules = procedure(name, today())
    return [Choice(state, rules.state_title(state), state == asked.state) for state in (*OPEN, *OVER)]


def _line(seat: Seat, line: Queued, units: Mapping[str, str]) -> Line:
    found = line.application
    rules = found.rules(today())
    kind = seat.site.catalogue.kinds.get(found.kind)
    return Line(
        address=f"{ROOM}/cases/{found.id}",
        number=found.number or str(found.id),
        procedure=rules.title,
        name=line.name or "自然人",
        document_number=line.document_number or "",
        kind=kind.title if kind else found.kind,
        unit=unit_title(found.unit, units),
        state=rules.state_title(found.state),
        due=found.due_on.isoformat() if found.due_on else "",
        wait=wait_text(line.days, overdue=line.overdue),
        overdue=line.overdue,
        soon=line.days is not None and 0 <= line.days <= SOON,
    )
