"""A fictional case told through, whose days are worked out from the rules as those of a real one are."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from credit_records.calendar import is_known
from credit_records.casework.deadlines import due_after
from credit_records.catalogue import Locale, Policy
from credit_records.classification import earliest_repair, publication_end

from credit_site.localisation import Say

DAYS_AFTER_THE_RULE = 90  # at which the fictional decision is made, so that it falls under the edition that is told
CLASS: Final = "ordinary"


@dataclass(frozen=True, slots=True)
class Moment:
    """A day of the case. `limit` is whether it is the last day for something rather than the day of it."""

    day: str
    what: str
    why: str = ""
    limit: bool = False


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """`known` is whether the holidays of all its years are known; of others only weekends are counted."""

    moments: list[Moment]
    known: bool


def repair_example(terms: Policy, repair: Policy, day: date, locale: Locale, say: Say) -> WorkedExample:
    """A fine under the edition in force on `day`, from the decision to the end of publication."""
    first = max(policy.version_on(day).effective_from for policy in (terms, repair))
    decided = first + timedelta(days=DAYS_AFTER_THE_RULE)
    period = terms.version_on(decided).period(CLASS)
    earliest = earliest_repair(decided, CLASS, terms)
    version = repair.version_on(earliest)
    acceptance, decision = version.deadline("acceptance"), version.deadline("decision")
    accepted_by = due_after(earliest, acceptance)
    answered_by = due_after(accepted_by, decision)
    moments = [
        Moment(
            decided.isoformat(),
            say("作出罚款 2 万元的决定，信息开始公示"),
            say("属“%(class)s”，公示期从决定之日起算") % {"class": period.title_en if locale == "en" else period.title},
        ),
        Moment(
            (decided + timedelta(days=9)).isoformat(),
            say("缴清罚款，完成整改"),
            say("缴款凭证和整改材料留好，申请时要用"),
        ),
        Moment(
            earliest.isoformat(),
            say("最短公示期届满，当天在网上提交申请"),
            say("决定之日起满 %(n)s 个月；早于这一天，系统不受理") % {"n": period.minimum_months},
        ),
        Moment(accepted_by.isoformat(), say("最迟这一天答复是否受理"), _working_days(acceptance.days, say), limit=True),
        Moment(
            answered_by.isoformat(),
            say("最迟这一天作出决定；准予修复的，随即停止公示"),
            _working_days(decision.days, say),
            limit=True,
        ),
    ]
    if decision.extension_days:
        longer = due_after(answered_by, decision.model_copy(update={"days": decision.extension_days}))
        why = say("再加 %(n)s 个工作日，会先告诉您") % {"n": decision.extension_days}
        moments.append(Moment(longer.isoformat(), say("情况复杂、决定延长的，最迟到这一天"), why, limit=True))
    ends = publication_end(decided, CLASS, terms)
    why = say("决定之日起满 %(n)s 个月") % {"n": period.maximum_months}
    moments.append(Moment(ends.isoformat(), say("没有申请的，公示到这一天为止，自动停止"), why))
    return _example(moments)


def objection_example(objection: Policy, day: date, say: Say) -> WorkedExample:
    """An objection raised on `day`, to a fictional record of somebody of the same name."""
    version = objection.version_on(day)
    raised = day
    mark, answer = version.deadline("mark"), version.deadline("provider_data")
    moments = [
        Moment(
            raised.isoformat(),
            say("发现一条处罚记在了同名的另一家企业名下，当天在网上提出异议"),
            say("附上营业执照和决定书首页"),
        ),
        Moment(
            due_after(raised, mark).isoformat(),
            say("最迟这一天在记录旁标明“异议处理中”"),
            _working_days(mark.days, say),
            limit=True,
        ),
        Moment(
            due_after(raised, answer).isoformat(),
            say("最迟这一天，提供信息的单位核实并答复"),
            _working_days(answer.days, say),
            limit=True,
        ),
        Moment(
            "",
            say("有误的，更正或撤下，这里随即更新；无误的，书面说明理由"),
            say("对决定本身不服的，可以依法申请行政复议或者提起诉讼"),
        ),
    ]
    return _example(moments)


def _example(moments: list[Moment]) -> WorkedExample:
    years = {int(moment.day[:4]) for moment in moments if moment.limit}
    return WorkedExample(moments, all(is_known(year) for year in years))


def _working_days(days: int, say: Say) -> str:
    return say("%(n)s 个工作日内，休息日和节假日不算") % {"n": days}
