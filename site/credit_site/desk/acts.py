"""What may be done to a case: in which states, by whom, with what to fill in, and what happens then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from credit_records.casework import deciding
from credit_records.casework.application_rows import Application
from credit_records.casework.procedures import Procedure, Reason
from credit_records.casework.states import ACCEPTED, ASKED, PROPOSED, SUBMITTED
from credit_records.staff.officers import Officer
from sqlalchemy import Engine

Text = Literal["none", "wanted", "welcome"]
Who = Callable[[Procedure], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Given:
    """What an officer filled in."""

    version: int
    text: str = ""
    reason: str = ""
    effect: str | None = None
    corrections: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that may be done to a case.

    Attributes:
        states: those of the application in which it may be done; `asked_from` where more has been asked for meanwhile.
        final: it can't be undone, so it is asked again.
        told: what was done, as the next page says it.
    """

    name: str
    title: str
    states: tuple[str, ...]
    do: Callable[[Engine, Officer, int, Given], Application]
    told: str
    text: Text = "wanted"
    who: Who = lambda rules: rules.deciders
    asked_from: tuple[str, ...] = ()
    reasons: Callable[[Procedure], tuple[Reason, ...]] = lambda _: ()
    final: bool = False
    decides: bool = False
    hint: str = ""

    def fits(self, officer: Officer, found: Application, rules: Procedure) -> bool:
        """Whether the officer may do it to the application as it is."""
        in_state = found.state in self.states or (found.state == ASKED and found.asked_from in self.asked_from)
        return in_state and officer.role in self.who(rules)


def _accept(engine: Engine, officer: Officer, number: int, given: Given) -> Application:
    return deciding.accept(engine, officer, number, given.version)


def _decline(engine: Engine, officer: Officer, number: int, given: Given) -> Application:
    return deciding.decline(engine, officer, number, given.version, reason=given.reason, text=given.text)


def _ask(engine: Engine, officer: Officer, number: int, given: Given) -> Application:
    return deciding.ask(engine, officer, number, given.version, given.text)


def _note(engine: Engine, officer: Officer, number: int, given: Given) -> Application:
    return deciding.note(engine, officer, number, given.version, given.text)


def _extend(engine: Engine, officer: Officer, number: int, given: Given) -> Application:
    return deciding.extend(engine, officer, number, given.version, given.text)


def _grant(engine: Engine, officer: Officer, number: int, given: Given) -> Application:
    corrections = dict(given.corrections) if given.effect == "correct" else None
    return deciding.grant(
        engine, officer, number, given.version, given.text, effect=given.effect, corrections=corrections
    )


def _refuse(engine: Engine, officer: Officer, number: int, given: Given) -> Application:
    return deciding.refuse(engine, officer, number, given.version, reason=given.reason, text=given.text)


def _confirm(engine: Engine, officer: Officer, number: int, given: Given) -> Application:
    return deciding.confirm(engine, officer, number, given.version)


def _send_back(engine: Engine, officer: Officer, number: int, given: Given) -> Application:
    return deciding.send_back(engine, officer, number, given.version, given.text)


def _confirmers(rules: Procedure) -> frozenset[str]:
    return rules.confirmers


ACTS: Final[Mapping[str, Act]] = {
    act.name: act
    for act in (
        Act("accept", "受理", (SUBMITTED,), _accept, "已经受理，办理期限从今天起算。", text="none"),
        Act(
            "confirm",
            "同意，作出决定",
            (PROPOSED,),
            _confirm,
            "已经作出决定，并告知申请人。",
            text="none",
            who=_confirmers,
            final=True,
            decides=True,
        ),
        Act(
            "send-back",
            "退回再议",
            (PROPOSED,),
            _send_back,
            "已经退回，由原经办人再办。",
            who=_confirmers,
            hint="写给同事看：哪里不同意，要补什么。申请人看不到。",
        ),
        Act(
            "grant",
            "准予",
            (ACCEPTED,),
            _grant,
            "已经作出决定，并告知申请人；要复核的，等另一位人员复核后生效。",
            text="welcome",
            final=True,
            decides=True,
            hint="写在决定书上，申请人看得到；可以不写。",
        ),
        Act(
            "refuse",
            "不予",
            (ACCEPTED,),
            _refuse,
            "已经作出决定，并告知申请人。",
            asked_from=(ACCEPTED,),
            reasons=lambda rules: rules.refusals,
            final=True,
            decides=True,
            hint="写明事实和依据，申请人看得到，会写在决定书上。",
        ),
        Act(
            "decline",
            "不予受理",
            (SUBMITTED,),
            _decline,
            "已经不予受理，并告知申请人。",
            asked_from=(SUBMITTED,),
            reasons=lambda rules: rules.declines,
            final=True,
            hint="写明为什么不受理、怎样才能受理，申请人看得到。",
        ),
        Act(
            "ask",
            "要求补正",
            (SUBMITTED, ACCEPTED),
            _ask,
            "已经告知申请人补正，期限停止计算，收到补正后接着算。",
            hint="写明要补什么、怎样才算合格，申请人看得到。",
        ),
        Act(
            "extend",
            "延长期限",
            (ACCEPTED,),
            _extend,
            "期限已经延长，并告知申请人。",
            hint="写明为什么情况复杂，申请人看得到。只能延长一次。",
        ),
        Act(
            "note",
            "备注",
            (SUBMITTED, ACCEPTED, ASKED, PROPOSED),
            _note,
            "备注已经记下。",
            hint="写给同事看，申请人看不到。",
        ),
    )
}


def acts_for(officer: Officer, found: Application, rules: Procedure) -> list[Act]:
    """What the officer may do to the application now, in the order in which it is offered."""
    return [
        act for act in ACTS.values() if act.fits(officer, found, rules) and _makes_sense(act, found, rules, officer)
    ]


def act_title(act: Act, rules: Procedure) -> str:
    """What it is called in the procedure: a grant and a refusal have words of their own."""
    own = {"grant": rules.spec.granted, "refuse": rules.spec.refused}
    return own.get(act.name, act.title)


def _makes_sense(act: Act, found: Application, rules: Procedure, officer: Officer) -> bool:
    limit = rules.deadline(ACCEPTED)
    if act.name == "extend":
        return limit is not None and limit.extension_days > 0
    return not (act.name in {"confirm", "send-back"} and found.proposer_id == officer.id)
