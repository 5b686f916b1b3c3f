"""What officers do: each decision is whole, by whoever may, once, in the history and in the audit trail."""

import threading
from datetime import timedelta

import pytest
from credit_records.calendar import add_working_days, is_working_day, today
from credit_records.casework.application_rows import by_id
from credit_records.casework.applications import begin, save, submit, supply
from credit_records.casework.audit import entries, verify
from credit_records.casework.deciding import (
    accept,
    ask,
    confirm,
    decline,
    effects_of,
    extend,
    grant,
    note,
    refuse,
    send_back,
)
from credit_records.casework.errors import NotAllowedError, NotNowError, StaleError
from credit_records.casework.events import history
from credit_records.casework.marks import contested
from credit_records.casework.tables import application_event, audit_entry, mail
from credit_records.casework.times import Times, typical_times
from credit_records.database import writing
from credit_records.objections import open_counts
from credit_records.publication import Act, correct, withdraw
from credit_records.publication import history as history_of_record
from credit_records.record_reading import find_record, find_record_for_staff
from credit_records.staff.tables import staff
from credit_records.tables import change
from sqlalchemy import func, select, update

from tests.records.casework.applying import (
    ANSWERS,
    PENALTY,
    UNIT,
    Desk,
    accepted,
    blacklist,
    impostor,
    officer,
    penalise,
    submitted,
)
from tests.records.registering import Office
from tests.records.sample_rows import sample


def state_of(engine, record_id: int) -> str:
    with engine.connect() as connection:
        return find_record_for_staff(connection, record_id).state


def written(engine) -> tuple[int, ...]:
    """How much there is of all that a decision writes."""
    with engine.connect() as connection:
        tables = (change, application_event, audit_entry, mail)
        return tuple(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


def working_day_before(days: int):
    """A working day so many days ago, or the next one before."""
    day = today() - timedelta(days=days)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def test_a_repair_goes_from_submission_to_gone(database, clerk):
    number = penalise(database)
    desk = submitted(database, number)
    assert desk.do(accept, clerk).due_on == add_working_days(today(), 10)
    done = desk.do(grant, clerk, "义务已经履行")
    assert (done.state, done.outcome.effect, done.due_on, done.worked_days) == ("granted", "repair", None, 0)
    with database.connect() as connection:
        assert find_record(connection, number) is None
        note_of_record = history_of_record(connection, number)[0]
        trail = entries(connection)
        told = history(connection, desk.id, public_only=True)
        mails = connection.execute(select(mail.c.subject).order_by(mail.c.id)).scalars().all()
        assert verify(connection).sound
    assert (note_of_record.actor, note_of_record.action) == ("clerk", "repair")
    assert done.number in note_of_record.reason
    assert [entry.action for entry in trail] == ["application.grant", "application.accept", "application.submit"]
    assert trail[0].actor == "clerk"
    assert trail[0].told["record"] == number
    assert trail[0].told["text"] == "义务已经履行"
    assert [event.action for event in told] == ["begin", "submit", "accept", "grant"]
    assert {event.officer for event in told} == {None}
    assert mails == [f"【信用修复】{done.number} {title}" for title in ("已提交", "办理中", "准予修复")]


def test_a_repaired_record_sent_again_does_not_come_back(database, reviewer):
    number = penalise(database)
    accepted(database, number, reviewer).do(grant, reviewer)
    with database.connect() as connection:
        fields = find_record_for_staff(connection, number).fields
    Office(database, PENALTY).deliver(
        sample(PENALTY, 1, 1, decision_date=fields["decision_date"], valid_until="长期", facts="另一种说法")
    )
    assert state_of(database, number) == "repaired"


def test_serious_dishonesty_takes_four_eyes(database, clerk, reviewer, second):
    number = blacklist(database)
    desk = accepted(database, number, clerk)
    proposed = desk.do(grant, reviewer, "同意修复")
    assert (proposed.state, proposed.outside_state, state_of(database, number)) == ("proposed", "accepted", "published")
    with pytest.raises(NotAllowedError, match="另一位"):
        desk.do(confirm, reviewer)
    with pytest.raises(NotAllowedError, match="岗位"):
        desk.do(confirm, clerk)
    back = desk.do(send_back, second, "缺少验收意见")
    assert (back.state, back.outcome, back.proposer_id) == ("accepted", None, None)
    desk.do(grant, clerk, "已经补齐")
    done = desk.do(confirm, second)
    assert (done.state, done.outcome.text, state_of(database, number)) == ("granted", "已经补齐", "repaired")
    with database.connect() as connection:
        public = [event.action for event in history(connection, desk.id, public_only=True)]
        whole = [event.action for event in history(connection, desk.id, public_only=False)]
    assert public == ["begin", "submit", "accept", "grant"]
    assert whole == ["begin", "submit", "accept", "propose", "send_back", "propose", "grant"]


def test_a_record_that_has_become_serious_since_takes_four_eyes_too(database, reviewer):
    number = penalise(database)
    desk = accepted(database, number, reviewer)
    correct(database, number, Act("某", "某"), {"category": "吊销许可证件", "licence_taken": "某证 1 号", "fine": ""})
    assert desk.do(grant, reviewer).state == "proposed"


def test_a_refusal_needs_a_reason_of_the_list_and_words(database, reviewer):
    desk = accepted(database, penalise(database), reviewer)
    before = written(database)
    for given in ({"reason": "because", "text": "没有缴清"}, {"reason": "duty_undone", "text": " "}):
        with pytest.raises(NotNowError):
            desk.do(refuse, reviewer, **given)
    assert written(database) == before
    done = desk.do(refuse, reviewer, reason="duty_undone", text="没有缴清")
    assert (done.state, done.outcome.reason, done.outcome.text) == ("refused", "duty_undone", "没有缴清")
    assert state_of(database, desk.now.record_id) == "published"


def test_what_is_not_supplied_is_declined_or_refused_from_where_it_was_asked(database, reviewer):
    first = submitted(database, penalise(database))
    first.do(ask, reviewer, "请补委托书")
    with pytest.raises(NotNowError, match="待补正"):
        first.do(refuse, reviewer, reason="not_supplied", text="没有补")
    assert first.do(decline, reviewer, reason="incomplete", text="没有补").state == "declined"
    second = accepted(database, penalise(database, 2), reviewer)
    second.do(ask, reviewer, "请补凭证")
    with pytest.raises(NotNowError):
        second.do(decline, reviewer, reason="incomplete", text="没有补")
    assert second.do(refuse, reviewer, reason="not_supplied", text="没有补").state == "refused"


@pytest.mark.parametrize("act", [accept, grant, confirm])
def test_nothing_is_done_to_what_is_over(database, reviewer, act):
    desk = submitted(database, penalise(database))
    desk.do(decline, reviewer, reason="not_ours", text="不是我们受理的")
    with pytest.raises(NotNowError, match="不予受理"):
        desk.do(act, reviewer)


def test_each_sees_and_does_only_what_is_its_own(database, clerk, reviewer):
    desk = submitted(database, penalise(database))
    others = {
        "clerk of another unit": officer(database, "clerk", "other", "~税务局"),
        "auditor": officer(database, "auditor"),
        "administrator": officer(database, "administrator"),
    }
    before = written(database)
    for who, other in others.items():
        for act, given in ((accept, ()), (ask, ("x",)), (note, ("x",)), (grant, ())):
            with pytest.raises(NotAllowedError):
                desk.do(act, other, *given)
            assert written(database) == before, who
    with pytest.raises(NotAllowedError):
        desk.do(accept, impostor(others["auditor"], role="reviewer"))
    with writing(database) as connection:
        connection.execute(update(staff).where(staff.c.id == clerk.id).values(active=False))
    with pytest.raises(NotAllowedError, match="停用"):
        desk.do(accept, clerk)
    with pytest.raises(NotAllowedError, match="没有这件申请"):
        accept(database, reviewer, 999, 0)


def test_drafts_are_nobodys_but_the_applicants(database, reviewer):
    opened = begin(database, "repair", penalise(database))
    with pytest.raises(NotAllowedError, match="没有这件申请"):
        accept(database, reviewer, opened.application.id, 0)


def test_of_two_who_decide_at_once_one_is_told(database, reviewer, second):
    number = penalise(database)
    desk = accepted(database, number, reviewer)
    version = desk.now.version
    ready, outcomes = threading.Barrier(2), []

    def decide(who, act, **given):
        ready.wait()
        try:
            outcomes.append(act(database, who, desk.id, version, **given).state)
        except StaleError:
            outcomes.append("stale")

    threads = [
        threading.Thread(target=decide, args=(reviewer, grant)),
        threading.Thread(target=decide, args=(second, refuse), kwargs={"reason": "duty_undone", "text": "没有"}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) in (["granted", "stale"], ["refused", "stale"])
    assert desk.now.state in outcomes
    assert state_of(database, number) == ("repaired" if desk.now.state == "granted" else "published")
    with database.connect() as connection:
        assert verify(connection).sound


def test_a_record_that_is_gone_meanwhile_is_not_repaired_and_nothing_is_written(database, reviewer):
    number = penalise(database)
    desk = accepted(database, number, reviewer)
    withdraw(database, number, Act("某", "某"))
    before, found = written(database), desk.now
    with pytest.raises(NotNowError, match="已撤回"):
        desk.do(grant, reviewer)
    assert (written(database), desk.now) == (before, found)


def test_the_deadline_stands_still_while_more_is_asked_for(database, reviewer):
    start = working_day_before(40)
    desk = submitted(database, penalise(database, days_ago=300), on=start)
    desk.do(accept, reviewer, on=start)
    asked_on = add_working_days(start, 4)
    desk.do(ask, reviewer, "请补凭证", on=asked_on)
    assert (desk.now.due_on, desk.now.days_left) == (None, 6)
    supplied_on = add_working_days(asked_on, 9)
    assert supply(database, desk.secret, "补了", on=supplied_on).due_on == add_working_days(supplied_on, 6)
    done = desk.do(grant, reviewer, on=add_working_days(supplied_on, 2))
    assert done.worked_days == 6


def test_the_deadline_is_extended_once_and_not_when_it_is_over(database, reviewer):
    desk = accepted(database, penalise(database), reviewer)
    assert desk.do(extend, reviewer, "情况复杂").due_on == add_working_days(add_working_days(today(), 10), 10)
    with pytest.raises(NotNowError, match="一次"):
        desk.do(extend, reviewer, "还是复杂")
    late = submitted(database, penalise(database, 2, days_ago=300), on=working_day_before(60))
    late.do(accept, reviewer, on=working_day_before(60))
    with pytest.raises(NotNowError, match="已过"):
        late.do(extend, reviewer, "情况复杂")
    with pytest.raises(NotNowError, match="不能延长"):
        accepted(database, penalise(database, 3), reviewer, "objection").do(extend, reviewer, "情况复杂")


def test_an_objection_goes_to_whoever_provided_the_record_and_marks_it_once_accepted(database, clerk):
    number = penalise(database)
    desk = submitted(database, number, "objection")
    assert (desk.now.unit, desk.now.due_on) == (UNIT, add_working_days(today(), 1))
    with database.connect() as connection:
        assert contested(connection, [number]) == frozenset()
    assert desk.do(accept, clerk).due_on == add_working_days(today(), 7)
    with database.connect() as connection:
        assert contested(connection, [number, 99]) == {number}
        assert open_counts(connection)[UNIT, "administrative_penalty"] == (1, 0)
        assert open_counts(connection, on=desk.now.due_on + timedelta(days=1))[UNIT, "administrative_penalty"] == (1, 1)
    done = desk.do(grant, clerk, "更正违法事实", effect="correct", corrections={"facts": "另一家门店的事实"})
    assert done.state == "granted"
    with database.connect() as connection:
        assert find_record(connection, number).fields["facts"] == "另一家门店的事实"
        assert contested(connection, [number]) == frozenset()
        trail = entries(connection)[0]
    assert trail.told["corrected"] == ["facts"]
    assert "另一家门店的事实" not in trail.detail


def test_an_objection_upheld_may_withdraw_the_record_but_not_repair_it(database, clerk):
    desk = accepted(database, penalise(database), clerk, "objection")
    for effect in ("repair", "reopen", "anything"):
        with pytest.raises(NotNowError, match="不能这样处理"):
            desk.do(grant, clerk, effect=effect)
    with pytest.raises(NotNowError, match="更正后的内容"):
        desk.do(grant, clerk)
    with pytest.raises(NotNowError, match="罚款金额"):
        desk.do(grant, clerk, effect="correct", corrections={"fine": "若干"})
    desk.do(grant, clerk, "不该公示", effect="withdraw")
    assert state_of(database, desk.now.record_id) == "withdrawn"


def test_an_objection_to_a_refusal_is_answered_by_another_and_may_open_it_again(database, reviewer, second):
    number = penalise(database)
    desk = accepted(database, number, reviewer)
    desk.do(refuse, reviewer, reason="duty_undone", text="没有缴清")
    opened = begin(database, "objection", number, about_id=desk.id)
    save(database, opened.secret, ANSWERS["objection"] | {"ground": "refusal"})
    submit(database, opened.secret)
    about = Desk(database, opened.secret, opened.application.id)
    with pytest.raises(NotAllowedError, match="其他人员"):
        about.do(accept, reviewer)
    about.do(accept, second)
    with database.connect() as connection:
        assert contested(connection, [number]) == frozenset()
    assert [each.name for each in effects_of(about.now, about.now.rules(today()))] == ["correct", "withdraw", "reopen"]
    about.do(grant, second, "凭证属实", effect="reopen")
    again = desk.now
    assert (again.state, again.outcome, again.decided_at) == ("accepted", None, None)
    assert again.due_on == add_working_days(today(), 10)
    assert desk.do(grant, second).state == "granted"
    assert state_of(database, number) == "repaired"


def test_a_note_is_for_colleagues_alone(database, clerk):
    desk = submitted(database, penalise(database))
    desk.do(note, clerk, "已电话核实 110101199003070134")
    with database.connect() as connection:
        assert [event.action for event in history(connection, desk.id, public_only=True)] == ["begin", "submit"]
        last = history(connection, desk.id, public_only=False)[-1]
        assert (last.officer, last.text) == ("clerk", "已电话核实 110*************34")
        assert by_id(connection, desk.id).state == "submitted"


def test_typical_times_are_told_from_five_decisions_on(database, reviewer):
    start = working_day_before(60)
    for serial, taken in enumerate((2, 4, 6, 8, 20), 1):
        with database.connect() as connection:
            assert typical_times(connection, "repair") is None
        desk = submitted(database, penalise(database, serial, days_ago=300), on=start)
        desk.do(accept, reviewer, on=start)
        desk.do(grant, reviewer, on=add_working_days(start, taken))
    with database.connect() as connection:
        assert typical_times(connection, "repair") == Times(5, 6, 20)
        assert typical_times(connection, "objection") is None
