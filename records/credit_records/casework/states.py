"""The states of an application, what they are called, and which of them wait for whom."""

from collections.abc import Mapping
from typing import Final

DRAFT: Final = "draft"
SUBMITTED: Final = "submitted"
ACCEPTED: Final = "accepted"
ASKED: Final = "asked"
PROPOSED: Final = "proposed"
GRANTED: Final = "granted"
REFUSED: Final = "refused"
DECLINED: Final = "declined"
DROPPED: Final = "dropped"

OPEN: Final = (SUBMITTED, ACCEPTED, ASKED, PROPOSED)
DECIDED: Final = (GRANTED, REFUSED)
OVER: Final = (GRANTED, REFUSED, DECLINED, DROPPED)

# Granted and refused are called as the procedure says: see `Procedure.state_title`.
STATE_TITLES: Final[Mapping[str, tuple[str, str]]] = {
    DRAFT: ("草稿", "Draft"),
    SUBMITTED: ("已提交", "Submitted"),
    ACCEPTED: ("办理中", "Under way"),
    ASKED: ("待补正", "More is wanted"),
    PROPOSED: ("待复核", "Waiting for a second opinion"),
    GRANTED: ("准予", "Granted"),
    REFUSED: ("不予", "Refused"),
    DECLINED: ("不予受理", "Not accepted"),
    DROPPED: ("已撤回申请", "Withdrawn by the applicant"),
}

# Of how a case is decided inside, whoever applied learns nothing before it is.
SEEN_OUTSIDE: Final[Mapping[str, str]] = {PROPOSED: ACCEPTED}
