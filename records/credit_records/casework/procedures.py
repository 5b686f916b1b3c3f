"""A procedure as it is on a day: what a policy's version asks of applicants, and who decides by when."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from credit_records.casework.states import GRANTED, REFUSED, STATE_TITLES
from credit_records.catalogue import Catalogue, Deadline, Locale, PolicyVersion, catalogue
from credit_records.catalogue.procedures import EffectChoice, Paper, ProcedureSpec, Question, Reason, Step

__all__ = ["PAPERS", "EffectChoice", "Paper", "Procedure", "Question", "Reason", "Step", "procedure", "procedure_names"]

PAPERS: Final = "papers"  # stands for a step's name where papers are missing


@dataclass(frozen=True, slots=True)
class Procedure:
    """What a policy's version says of applications. `spec` holds what the properties pass on."""

    name: str
    title: str
    title_en: str
    version: PolicyVersion
    spec: ProcedureSpec

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.spec.steps

    @property
    def papers(self) -> tuple[Paper, ...]:
        return self.version.papers

    @property
    def refusals(self) -> tuple[Reason, ...]:
        return self.spec.refusals

    @property
    def declines(self) -> tuple[Reason, ...]:
        return self.spec.declines

    @property
    def deciders(self) -> frozenset[str]:
        return frozenset(self.spec.deciders)

    @property
    def confirmers(self) -> frozenset[str]:
        return frozenset(self.spec.confirmers)

    @property
    def four_eyes(self) -> frozenset[str]:
        return frozenset(self.spec.four_eyes)

    @property
    def effects(self) -> tuple[EffectChoice, ...]:
        return self.spec.effects

    @property
    def questions(self) -> tuple[Question, ...]:
        """Of all steps."""
        return tuple(question for step in self.steps for question in step.questions)

    def step(self, name: str) -> Step | None:
        return next((step for step in self.steps if step.name == name), None)

    def paper(self, name: str) -> Paper | None:
        return next((paper for paper in self.papers if paper.name == name), None)

    def deadline(self, state: str) -> Deadline | None:
        """The deadline that limits applications in this state."""
        return next((deadline for deadline in self.version.deadlines if deadline.limits == state), None)

    def state_title(self, state: str, locale: Locale = "zh") -> str:
        """What the state is called in this procedure."""
        own = {
            GRANTED: (self.spec.granted, self.spec.granted_en),
            REFUSED: (self.spec.refused, self.spec.refused_en),
        }
        title, title_en = own.get(state, STATE_TITLES.get(state, (state, state)))
        return title_en if locale == "en" else title

    def answer_of_type(self, kind: str, answers: dict[str, str]) -> str | None:
        """The answer to the first question of this type, such as `email`; None where there is none."""
        found = next((question.name for question in self.questions if question.type == kind), "")
        return answers.get(found) or None


def procedure(name: str, on: date, declared: Catalogue | None = None) -> Procedure:
    """The procedure as it is on a day.

    Raises:
        KeyError: there is no policy of this name, or it has no procedure.
    """
    policy = (declared or catalogue()).policies[name]
    version = policy.version_on(on)
    if version.procedure is None:
        raise KeyError(name)
    return Procedure(policy.name, policy.title, policy.title_en, version, version.procedure)


def procedure_names(declared: Catalogue | None = None) -> list[str]:
    """The policies that have a procedure."""
    policies = (declared or catalogue()).policies
    return [name for name, policy in policies.items() if policy.versions[-1].procedure is not None]
