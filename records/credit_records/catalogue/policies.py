"""Rules of publication as data: each version with the order that it follows and the days on which it is in force."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from credit_records.catalogue.procedures import Item, Paper, ProcedureSpec
from credit_records.catalogue.strict import Strict, refuse_repeats

DishonestyClass = Literal["slight", "ordinary", "serious"]


class ClassPeriod(Strict):
    """How long records of a class of dishonesty are published: whole months, counted from the decision.

    Where not `published`, the class is kept and not shown; `maximum_months` is then what would be the longest.
    """

    name: DishonestyClass
    title: str
    title_en: str
    published: bool = True
    minimum_months: int = Field(default=0, ge=0)
    maximum_months: int = Field(gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> "ClassPeriod":
        if self.minimum_months > self.maximum_months:
            message = f"{self.name}: the minimum is longer than the maximum"
            raise ValueError(message)
        return self


class ClassRule(Strict):
    """Puts a record in a class: one category is among `any_category`, all are among `only_categories`, or the amount
    (万元) is `amount_at_least` or more. Of several conditions all must hold.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    dishonesty_class: DishonestyClass = Field(alias="class")
    any_category: frozenset[str] = frozenset()
    only_categories: frozenset[str] = frozenset()
    amount_at_least: Decimal | None = Field(default=None, gt=0)
    source: str
    confirmed: bool = True

    @model_validator(mode="after")
    def _asks_something(self) -> "ClassRule":
        if not self.any_category and not self.only_categories and self.amount_at_least is None:
            message = "a rule needs a condition; what no rule takes is of the default class"
            raise ValueError(message)
        return self


class LongerMinimum(Strict):
    """Where a text of the record holds one of the words, the shortest period is this many months."""

    words: tuple[str, ...] = Field(min_length=1)
    months: int = Field(gt=0)


class Deadline(Strict):
    """A number of days within which something must be done; `extension_days` more in complex cases.

    `limits` is the state of applications that it limits, counted from the day of submission or of acceptance.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    title_en: str
    days: int = Field(gt=0)
    extension_days: int = Field(default=0, ge=0)
    unit: Literal["working_days", "days"] = "working_days"
    limits: Literal["submitted", "accepted"] | None = None
    counted_from: Literal["submission", "acceptance"] = "submission"
    source: str | None = None
    confirmed: bool = True

    @model_validator(mode="after")
    def _pauses_in_working_days(self) -> "Deadline":
        if self.limits is not None and self.unit != "working_days":
            message = f"{self.name}: what limits applications is told in working days, for it pauses"
            raise ValueError(message)
        return self


class PolicyVersion(Strict):
    """A policy as it is from `effective_from` to `effective_until`, both days included; None is without end.

    `confirmed` is False where the rule was read at second hand only; pages say so. Class rules are asked in order.
    """

    effective_from: date
    effective_until: date | None = None
    source: str
    confirmed: bool = True
    note: str | None = None
    classes: tuple[ClassPeriod, ...] = ()
    default_class: DishonestyClass | None = None
    rules: tuple[ClassRule, ...] = ()
    longer_minimums: tuple[LongerMinimum, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    conditions: tuple[Item, ...] = ()
    papers: tuple[Paper, ...] = ()
    remarks: tuple[Item, ...] = ()
    procedure: ProcedureSpec | None = None

    @model_validator(mode="after")
    def _classes_exist(self) -> "PolicyVersion":
        names = [period.name for period in self.classes]
        refuse_repeats([str(name) for name in names], "class")
        refuse_repeats([deadline.name for deadline in self.deadlines], "deadline")
        refuse_repeats([deadline.limits for deadline in self.deadlines if deadline.limits], "deadline of the state")
        refuse_repeats([paper.name for paper in self.papers], "paper")
        asked = {rule.dishonesty_class for rule in self.rules} | ({self.default_class} if self.default_class else set())
        if names and self.default_class is None:
            message = "classes need a default_class"
            raise ValueError(message)
        if missing := asked - set(names):
            message = f"no period for the class {', '.join(sorted(missing))}"
            raise ValueError(message)
        return self

    def period(self, name: str) -> ClassPeriod:
        """The period of a class of this version."""
        return next(period for period in self.classes if period.name == name)

    def deadline(self, name: str) -> Deadline:
        """The deadline of this name."""
        return next(deadline for deadline in self.deadlines if deadline.name == name)


class Policy(Strict):
    """A rule through its versions, oldest first and without gaps."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    title_en: str
    versions: tuple[PolicyVersion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _versions_follow(self) -> "Policy":
        for earlier, later in zip(self.versions, self.versions[1:], strict=False):
            if earlier.effective_until is None or (later.effective_from - earlier.effective_until).days != 1:
                message = f"the version before {later.effective_from} must end on the day before it"
                raise ValueError(message)
        if self.versions[-1].effective_until is not None:
            message = "the last version has no end until a later one is written"
            raise ValueError(message)
        return self

    def version_on(self, day: date) -> PolicyVersion:
        """The version in force on a day; the oldest for days before all."""
        return next((version for version in reversed(self.versions) if version.effective_from <= day), self.versions[0])
