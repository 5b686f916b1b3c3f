"""What a procedure asks of whoever applies, and who decides, as data of a policy's version."""

from typing import Final, Literal

from pydantic import Field, model_validator

from credit_records.catalogue.strict import Strict, refuse_repeats

QuestionType = Literal["text", "longtext", "email", "mobile", "uscc", "choice", "date", "checkbox"]
Effect = Literal["repair", "correct", "withdraw", "reopen"]
DecidingRole = Literal["clerk", "reviewer"]

NAME: Final = r"^[a-z][a-z0-9_]*$"
_LENGTHS: Final[dict[str, int]] = {
    "text": 100,
    "longtext": 2000,
    "email": 254,
    "mobile": 20,
    "uscc": 30,
    "choice": 64,
    "date": 20,
    "checkbox": 8,
}


class Item(Strict):
    """One of several conditions, papers or things to know, in both languages."""

    title: str
    title_en: str


class Reason(Strict):
    """One of several reasons, grounds or choices; `code` is what is kept."""

    code: str = Field(pattern=NAME)
    title: str
    title_en: str


class Question(Strict):
    """One question of a form. `filled_from` is what of the record is put in beforehand."""

    name: str = Field(pattern=NAME)
    title: str
    title_en: str
    hint: str | None = None
    hint_en: str | None = None
    type: QuestionType = "text"
    required: bool = True
    length: int | None = Field(default=None, gt=0)
    choices: tuple[Reason, ...] = ()
    filled_from: Literal["name", "uscc"] | None = None

    @model_validator(mode="after")
    def _choices_are_given(self) -> "Question":
        if (self.type == "choice") != bool(self.choices):
            message = f"{self.name}: choices belong to the type `choice`, which needs them"
            raise ValueError(message)
        refuse_repeats([choice.code for choice in self.choices], "choice")
        return self

    @property
    def max_length(self) -> int:
        """Characters at most."""
        return self.length or _LENGTHS[self.type]


class Step(Strict):
    """A page of the form; `name` stands in its address."""

    name: str = Field(pattern=NAME)
    title: str
    title_en: str
    hint: str | None = None
    hint_en: str | None = None
    questions: tuple[Question, ...] = Field(min_length=1)


class Paper(Item):
    """A paper that is handed in; `name` is the purpose of the files that are it. `made_from` is the step whose answers
    the site makes it of, to be signed; None where applicants have it already.
    """

    name: str = Field(pattern=NAME)
    required: bool = False
    made_from: str | None = None
    hint: str | None = None
    hint_en: str | None = None


class EffectChoice(Strict):
    """Something that a grant may do; `about_another`: only where the application is about another one."""

    name: Effect
    about_another: bool = False
    title: str
    title_en: str


class ProcedureSpec(Strict):
    """How applications of a policy are made and decided.

    Attributes:
        prefix: what their numbers begin with.
        requires: which records may be applied about: `published`, or `repairable` on the day.
        one_at_a_time: whether a record has one application under way at most.
        marks: whether a record is marked as contested from acceptance to decision.
        deciders: roles that accept and decide; `confirmers` those that give the second opinion on a grant about a
            record whose class is among `four_eyes`.
        effects: what a grant may do; the first where nobody chooses.
        granted, refused: what the two outcomes are called.
    """

    prefix: str = Field(pattern=r"^[A-Z]{2}$")
    requires: Literal["published", "repairable"] = "published"
    one_at_a_time: bool = False
    marks: bool = False
    deciders: frozenset[DecidingRole] = Field(min_length=1)
    confirmers: frozenset[DecidingRole] = frozenset({"reviewer"})
    four_eyes: frozenset[Literal["slight", "ordinary", "serious"]] = frozenset()
    effects: tuple[EffectChoice, ...] = Field(min_length=1)
    granted: str
    granted_en: str
    refused: str
    refused_en: str
    refusals: tuple[Reason, ...] = Field(min_length=1)
    declines: tuple[Reason, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_told_apart(self) -> "ProcedureSpec":
        refuse_repeats([step.name for step in self.steps], "step")
        refuse_repeats([question.name for step in self.steps for question in step.questions], "question")
        for reasons in (self.refusals, self.declines):
            refuse_repeats([reason.code for reason in reasons], "reason")
        return self
