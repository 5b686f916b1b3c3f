"""What is said of each parameter that was not followed."""

from collections.abc import Iterable

from credit_search.answers import MAX_QUERY_LENGTH

from credit_site.localisation import Say
from credit_site.search_request import MOST_VALUES, Misunderstanding, Reason


def sentence(misunderstanding: Misunderstanding, say: Say) -> str:
    wording = {
        Reason.UNKNOWN_PARAMETER: say("没有名为“%(parameter)s”的条件。"),
        Reason.UNKNOWN_VALUE: say("“%(parameter)s”没有“%(value)s”这一项。"),
        Reason.NOT_A_NUMBER: say("“%(parameter)s”应是整数，收到的是“%(value)s”。"),
        Reason.NOT_A_DATE: say("“%(parameter)s”应是日期，写作 2026-03-31，收到的是“%(value)s”。"),
        Reason.BEFORE_ITS_START: say("截止日期“%(value)s”早于起始日期。"),
        Reason.OUT_OF_RANGE: say("“%(parameter)s”的值“%(value)s”超出范围。"),
        Reason.REPEATED: say("“%(parameter)s”只能给一次，又给了“%(value)s”。"),
        Reason.TOO_LONG: say("“%(parameter)s”最多 %(longest)s 个字。"),
        Reason.TOO_MANY: say("“%(parameter)s”最多选 %(most)s 项。"),
    }[misunderstanding.reason]
    return wording % {
        "parameter": misunderstanding.parameter,
        "value": misunderstanding.value,
        "longest": MAX_QUERY_LENGTH,
        "most": MOST_VALUES,
    }


def sentences(misunderstood: Iterable[Misunderstanding], say: Say, *, at_most: int = 5) -> list[str]:
    """One sentence each, without repeats. A query that was cut has a notice of its own."""
    told = (sentence(each, say) for each in misunderstood if each.reason is not Reason.TOO_LONG)
    return list(dict.fromkeys(told))[:at_most]
