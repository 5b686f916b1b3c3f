"""The queue by deadline, of each officer what is its own."""

from datetime import timedelta

import pytest
from credit_records.calendar import add_working_days, today
from credit_records.casework.deciding import accept, ask, decline, grant
from credit_records.casework.errors import NotAllowedError
from credit_records.casework.permissions import application_for, may_see
from credit_records.casework.queue import counts, queue, waiting_for_confirmation

from tests.records.casework.applying import UNIT, accepted, blacklist, filled, officer, penalise, submitted


def lines(engine, who, **asked):
    with engine.connect() as connection:
        return [line.application.id for line in queue(connection, who, **asked).lines]


@pytest.fixture
def waiting(database, reviewer):
    """Overdue, due soon, due later, and waiting for an applicant, not begun in this order."""
    later = accepted(database, penalise(database, 1), reviewer)
    asked = submitted(database, penalise(database, 2))
    asked.do(ask, reviewer, "补")
    soon = submitted(database, penalise(database, 3), "objection")
    overdue = submitted(database, penalise(database, 4, days_ago=300), on=today() - timedelta(days=20))
    filled(database, penalise(database, 5))
    return overdue, soon, later, asked


def test_the_overdue_are_on_top_and_what_waits_for_applicants_at_the_end(database, reviewer, waiting):
    assert lines(database, reviewer) == [desk.id for desk in waiting]
    with database.connect() as connection:
        found = queue(connection, reviewer).lines
        counted = counts(connection, reviewer)
    assert [line.overdue for line in found] == [True, False, False, False]
    assert found[0].days < 0
    assert [line.days for line in found[1:]] == [1, 10, None]
    assert found[0].name == "云上第1商贸有限公司"
    assert (counted.overdue, counted.due_soon, counted.open) == (1, 1, 4)
    assert counted.by_state == {"submitted": 2, "accepted": 1, "asked": 1}


def test_pages_follow_each_other_without_gap_or_repeat(database, reviewer, waiting):
    seen, after = [], None
    with database.connect() as connection:
        while True:
            page = queue(connection, reviewer, after=after, limit=1)
            seen += [line.application.id for line in page.lines]
            after = page.following
            if after is None:
                break
    assert seen == [desk.id for desk in waiting]


def test_it_is_narrowed_by_procedure_state_unit_and_what_one_had_in_hand(database, reviewer, second, waiting):
    overdue, soon, later, asked = waiting
    assert lines(database, reviewer, procedure="objection") == [soon.id]
    assert lines(database, reviewer, state="asked") == [asked.id]
    assert lines(database, reviewer, unit=UNIT, limit=9) == [desk.id for desk in waiting]
    assert lines(database, reviewer, unit="~税务局") == []
    assert lines(database, reviewer, mine=True) == [later.id, asked.id]
    overdue.do(decline, second, reason="not_ours", text="不受理")
    assert lines(database, second, state="declined", mine=True) == [overdue.id]
    assert overdue.id not in lines(database, reviewer)


def test_each_role_sees_what_is_its_own_and_nobody_sees_drafts(database, clerk, waiting):
    draft = filled(database, penalise(database, 9))
    sees = {
        clerk: True,
        officer(database, "clerk", "whole"): True,
        officer(database, "clerk", "other", "~税务局"): False,
        officer(database, "clerk", "provider", "tax"): False,
        officer(database, "auditor"): True,
        officer(database, "administrator"): False,
    }
    for who, seen in sees.items():
        assert (lines(database, who) == [desk.id for desk in waiting]) == seen, who.login
        assert may_see(who, waiting[0].now) == seen
        assert may_see(who, draft.now) is False
        with database.connect() as connection:
            assert counts(connection, who).open == (len(waiting) if seen else 0)
            for number in (draft.id, 999):
                with pytest.raises(NotAllowedError, match="没有这件申请"):
                    application_for(connection, who, number)
            if seen:
                assert application_for(connection, who, waiting[0].id) == waiting[0].now
            else:
                with pytest.raises(NotAllowedError, match="没有这件申请"):
                    application_for(connection, who, waiting[0].id)


def test_a_proposal_waits_for_the_others(database, clerk, reviewer, second):
    desk = submitted(database, blacklist(database))
    desk.do(accept, clerk)
    desk.do(grant, reviewer)
    with database.connect() as connection:
        assert waiting_for_confirmation(connection, reviewer) == 0
        assert waiting_for_confirmation(connection, second) == 1
        assert queue(connection, second).lines[0].days == 10
    assert desk.now.due_on == add_working_days(today(), 10)
