"""Applications of the fictional city's subjects, taken by its desk as far as their day allows."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from credit_records.calendar import add_working_days
from credit_records.casework.applications import Application, begin, by_secret, drop, save, submit, supply
from credit_records.casework.deciding import accept, ask, confirm, decline, grant, refuse
from credit_records.casework.eligibility import earliest_day
from credit_records.casework.errors import CaseworkError
from credit_records.casework.materials import add_material
from credit_records.casework.procedures import procedure
from credit_records.casework.states import PROPOSED
from credit_records.casework.store import Kept
from credit_records.catalogue import Catalogue
from credit_records.record_reading import Record, find_record_for_staff
from credit_records.staff.accounts import add_officer
from credit_records.staff.officers import Officer, Role, officer_named
from sqlalchemy import Engine as Database

from credit_indexer.demo.sample_paper import FILE_NAME, MEDIA_TYPE

OPERATOR = "demo"
# Nobody knows their passwords: `chengxin staff password` gives them new ones.
OFFICERS: tuple[tuple[str, str, Role], ...] = (("fuhe.zhang", "张示例", "reviewer"), ("fuhe.li", "李示例", "reviewer"))
LONGEST_AGO = 300  # days

_ANSWERS = {
    "agent_name": "示例经办人",
    "mobile": "13800000000",
    "duty_done": "罚款已经缴清，违法行为已经停止并改正（演示）",
    "promise_true": "yes",
    "promise_done": "yes",
    "promise_liable": "yes",
    "promise_public": "yes",
    "relation": "representative",
    "ground": "wrong_content",
    "what_is_wrong": "这条记录所写的情况与实际不符（演示）",
    "should_read": "请按所附材料更正，或者撤回（演示）",
}
Act = Callable[..., Application]


@dataclass(frozen=True, slots=True)
class Case:
    """An application under way: its secret, its number of the table and the day to which it has come."""

    secret: str
    id: int
    day: date


class Desk:
    """Takes applications on days of the past, never beyond `today`."""

    def __init__(self, database: Database, declared: Catalogue, today: date, paper: Kept, drawn: random.Random) -> None:
        self._database = database
        self._declared = declared
        self._today = today
        self._paper = paper
        self._drawn = drawn
        self._first, self._second = (_officer(database, *each) for each in OFFICERS)

    def repaired(self, number: int) -> bool:
        """Repair a record as somebody applied for it; whether that was possible."""
        case = self._submitted("repair", number)
        if case is None:
            return False
        case = self._act(case, accept, within=3)
        if self._drawn.random() < 0.3:
            case = self._act(case, ask, "请补交缴款凭证的原件照片（演示）", within=4)
            case = replace(case, day=self._later(case.day, 5))
            supply(self._database, case.secret, "已经补交（演示）", on=case.day)
        case = self._act(case, grant, "经核实，义务已经履行，准予修复（演示）", within=8)
        if self._now(case).state == PROPOSED:
            self._act(case, confirm, within=1, officer=self._second)
        return True

    def under_way(self, number: int) -> None:
        """An application about a record that somebody has still to deal with, or that came to nothing."""
        ends = (self._wait, self._taken, self._asked, self._refused, self._declined, self._dropped, self._proposed)
        case = self._submitted("repair", number, days_ago=self._drawn.randrange(14))
        if case is not None:
            self._drawn.choice(ends)(case)

    def draft(self, number: int) -> None:
        """A form that somebody has begun to fill in."""
        try:
            opened = begin(self._database, "repair", number, on=self._today, declared=self._declared)
        except CaseworkError:
            return
        save(self._database, opened.secret, {"agent_name": _ANSWERS["agent_name"]}, on=self._today)

    def objection(self, number: int, days_ago: int, *, closed: bool) -> None:
        """An objection to a record, answered or still to be."""
        case = self._submitted("objection", number, days_ago=days_ago)
        if case is None:
            return
        case = self._act(case, accept, within=1)
        if closed:
            self._drawn.choice((self._explained, self._explained, self._dropped, self._upheld))(case)

    def _wait(self, _: Case) -> None:
        """Nobody has looked at it yet."""

    def _taken(self, case: Case) -> None:
        self._act(case, accept, within=2)

    def _asked(self, case: Case) -> None:
        self._act(self._act(case, accept, within=2), ask, "请补交整改验收意见（演示）", within=2)

    def _refused(self, case: Case) -> None:
        text = "罚款尚未缴清，待全部履行后可以再次申请（演示）"
        self._act(self._act(case, accept, within=2), refuse, reason="duty_undone", text=text, within=3)

    def _declined(self, case: Case) -> None:
        self._act(case, decline, reason="not_ours", text="请向作出决定的机关申请（演示）", within=2)

    def _dropped(self, case: Case) -> None:
        drop(self._database, case.secret, "已经自行解决（演示）", on=self._later(case.day, 2))

    def _proposed(self, case: Case) -> None:
        self._act(self._act(case, accept, within=2), grant, "义务已经履行（演示）", within=3)

    def _explained(self, case: Case) -> None:
        text = "经核对案卷，公示的信息与决定书一致（演示）"
        self._act(case, refuse, reason="record_right", text=text, within=6)

    def _upheld(self, case: Case) -> None:
        self._act(case, grant, "经核实有误，撤回这条记录（演示）", effect="withdraw", within=6)

    def _submitted(self, name: str, number: int, days_ago: int | None = None) -> Case | None:
        with self._database.connect() as connection:
            found = find_record_for_staff(connection, number)
        day = self._day(found, name, days_ago) if found else None
        if found is None or day is None:
            return None
        try:
            opened = begin(self._database, name, number, on=day, declared=self._declared)
        except CaseworkError:
            return None  # the city draws at random, and not every record can be repaired on every day
        secret = opened.secret
        save(self._database, secret, self._answers(found, name, day), on=day)
        for paper in procedure(name, day, self._declared).papers:
            if paper.required or not self._drawn.randrange(3):
                self._hand_in(secret, paper.name, day)
        submit(self._database, secret, on=day, declared=self._declared)
        return Case(secret, opened.application.id, day)

    def _hand_in(self, secret: str, purpose: str, day: date) -> None:
        digest, size = self._paper
        add_material(
            self._database, secret, purpose, FILE_NAME, media_type=MEDIA_TYPE, size=size, sha256=digest, on=day
        )

    def _day(self, found: Record, name: str, days_ago: int | None) -> date | None:
        """A day on which the procedure lets this record be applied about; None where it does not yet."""
        first = earliest_day(found, self._declared) if procedure(name, self._today).spec.one_at_a_time else None
        start = max(first or date.min, self._today - timedelta(days=LONGEST_AGO if days_ago is None else days_ago))
        if start > self._today:
            return None
        return start if days_ago is not None else start + timedelta(days=self._drawn.randrange(self._since(start)))

    def _since(self, day: date) -> int:
        return (self._today - day).days + 1

    def _answers(self, found: Record, name: str, day: date) -> dict[str, str]:
        kind = self._declared.kinds[found.kind]
        own = {"applicant_name": found.name or found.fields[kind.subject.name], "duty_done_on": day.isoformat()}
        return {
            question.name: text
            for question in procedure(name, day, self._declared).questions
            if (text := own.get(question.name) or _ANSWERS.get(question.name))
        }

    def _act(
        self, case: Case, act: Act, *given: str, within: int, officer: Officer | None = None, **named: str
    ) -> Case:
        """Do it some working days later, `within` so many."""
        day = self._later(case.day, within)
        act(self._database, officer or self._first, case.id, self._now(case).version, *given, on=day, **named)
        return replace(case, day=day)

    def _later(self, day: date, within: int) -> date:
        return min(add_working_days(day, self._drawn.randint(1, within)), self._today)

    def _now(self, case: Case) -> Application:
        with self._database.connect() as connection:
            found = by_secret(connection, case.secret)
        if found is None:
            raise LookupError(case.id)
        return found


def _officer(database: Database, login: str, name: str, role: Role) -> Officer:
    with database.connect() as connection:
        found = officer_named(connection, login)
    if found is None:
        add_officer(database, OPERATOR, login, name, role)
        return _officer(database, login, name, role)
    return found
