"""Applications of nobody about records that do not exist, up to the step that a test begins with."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from credit_records.calendar import today
from credit_records.casework.application_rows import Application
from credit_records.casework.applications import begin, by_secret, save, submit
from credit_records.casework.deciding import accept
from credit_records.casework.materials import add_material
from credit_records.catalogue import catalogue
from credit_records.database import writing
from credit_records.staff.officers import Officer, Role, officer_named
from credit_records.staff.tables import staff
from sqlalchemy import Engine, insert

from tests.records.registering import Office
from tests.records.sample_rows import sample

PENALTY = catalogue().kinds["administrative_penalty"]
BLACK = catalogue().kinds["serious_dishonesty"]
UNIT = "~市场监管局"  # of whoever delivers by `Office`
DIGEST = "ab" * 32

ANSWERS = {
    "repair": {
        "agent_name": "赵某",
        "mobile": "13800000000",
        "email": "agent@example.com",
        "duty_done": "罚款已经缴清，违法行为已经停止",
        "duty_done_on": "2026-06-01",
        "promise_true": "yes",
        "promise_done": "yes",
        "promise_liable": "yes",
        "promise_public": "yes",
    },
    "objection": {
        "applicant_name": "钱某",
        "relation": "representative",
        "mobile": "13900000000",
        "ground": "wrong_content",
        "what_is_wrong": "违法事实写错了",
        "should_read": "应当写明是另一家门店",
    },
}
PAPERS = {"repair": ("proof", "letter"), "objection": ("evidence",)}


def penalise(engine: Engine, serial: int = 1, owner: int = 1, *, days_ago: int = 200, **given: str) -> int:
    """A penalty decided so many days ago; its number."""
    told = {"decision_date": (today() - timedelta(days=days_ago)).isoformat(), "valid_until": "长期"} | given
    assert Office(engine, PENALTY).deliver(sample(PENALTY, serial, owner, **told)).new == 1
    return _newest(engine)


def blacklist(engine: Engine, serial: int = 1, owner: int = 1, *, days_ago: int = 400) -> int:
    """An entry in a black list, which is of the class serious; its number."""
    entered = (today() - timedelta(days=days_ago)).isoformat()
    assert Office(engine, BLACK).deliver(sample(BLACK, serial, owner, entered_on=entered)).new == 1
    return _newest(engine)


def _newest(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.exec_driver_sql("SELECT max(id) FROM record").scalar_one()


@dataclass(frozen=True)
class Desk:
    """An application with its secret, and what may be done to it as it is then."""

    engine: Engine
    secret: str
    id: int

    @property
    def now(self) -> Application:
        with self.engine.connect() as connection:
            found = by_secret(connection, self.secret)
        assert found is not None
        return found

    def do(self, act: Any, officer: Officer, *given: Any, **named: Any) -> Application:
        """One act of deciding, on the version that is there."""
        return act(self.engine, officer, self.id, self.now.version, *given, **named)


def filled(engine: Engine, record_id: int, procedure: str = "repair", **named: Any) -> Desk:
    """A draft with everything in it."""
    on = {"on": named["on"]} if "on" in named else {}
    opened = begin(engine, procedure, record_id, **named)
    save(engine, opened.secret, ANSWERS[procedure], **on)
    for purpose in PAPERS[procedure]:
        file = {"media_type": "application/pdf", "size": 7, "sha256": DIGEST}
        add_material(engine, opened.secret, purpose, "材料.pdf", **file, **on)
    return Desk(engine, opened.secret, opened.application.id)


def submitted(engine: Engine, record_id: int, procedure: str = "repair", **named: Any) -> Desk:
    desk = filled(engine, record_id, procedure, **named)
    submit(engine, desk.secret, on=named.get("on"))
    return desk


def accepted(engine: Engine, record_id: int, officer: Officer, procedure: str = "repair", **named: Any) -> Desk:
    desk = submitted(engine, record_id, procedure, **named)
    desk.do(accept, officer, on=named.get("on"))
    return desk


def officer(engine: Engine, role: Role, login: str | None = None, unit: str | None = None) -> Officer:
    """A new account, which needs no password for what is tested here."""
    values = {
        "login": login or role,
        "name": f"某{role}",
        "role": role,
        "unit": unit,
        "must_change": False,
        "active": True,
        "created_at": date(2026, 1, 1).isoformat(),
    }
    with writing(engine) as connection:
        connection.execute(insert(staff).values(values))
        found = officer_named(connection, values["login"])
    assert found is not None
    return found


def impostor(real: Officer, **changed: Any) -> Officer:
    """The officer as somebody might pretend that it is."""
    return replace(real, **changed)
