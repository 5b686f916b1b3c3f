"""The class of dishonesty of a record, and for how long that is published. Pure: the rules are a policy's."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from credit_records.calendar import add_months
from credit_records.catalogue.policies import ClassRule, DishonestyClass, Policy, PolicyVersion


def classify(version: PolicyVersion, categories: Collection[str], amount: Decimal | None) -> DishonestyClass | None:
    """The class of a decision with these categories (codes) and this amount in 万元; None where the policy has none.

    The first rule that holds decides; the policy's default class where none does.
    """
    for rule in version.rules:
        if _holds(rule, categories, amount):
            return rule.dishonesty_class
    return version.default_class


def _holds(rule: ClassRule, categories: Collection[str], amount: Decimal | None) -> bool:
    if rule.any_category and rule.any_category.isdisjoint(categories):
        return False
    if rule.only_categories and not (categories and rule.only_categories.issuperset(categories)):
        return False
    return rule.amount_at_least is None or (amount is not None and amount >= rule.amount_at_least)


def publication_end(decision_date: date, dishonesty_class: DishonestyClass, policy: Policy) -> date:
    """The last day of publication: the maximum of the class by the version in force on the day of the decision."""
    period = policy.version_on(decision_date).period(dishonesty_class)
    return add_months(decision_date, period.maximum_months)


def earliest_repair(decision_date: date, dishonesty_class: DishonestyClass, policy: Policy, text: str = "") -> date:
    """The first day on which the shortest period is over; `text` is what longer minimums look for their words in."""
    version = policy.version_on(decision_date)
    longer = [rule.months for rule in version.longer_minimums if any(word in text for word in rule.words)]
    return add_months(decision_date, max(version.period(dishonesty_class).minimum_months, *longer, 0))
