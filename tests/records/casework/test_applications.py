"""What an applicant does: begins, saves, submits, hands in what is asked for, withdraws."""

from datetime import UTC, datetime, timedelta

import pytest
from credit_records.calendar import add_working_days, today
from credit_records.casework.application_rows import by_number, by_secret
from credit_records.casework.applications import begin, drop, purge_drafts, save, submit, supply
from credit_records.casework.audit import entries
from credit_records.casework.deciding import accept, ask, grant, refuse
from credit_records.casework.errors import (
    DraftGoneError,
    IncompleteError,
    NotEligibleError,
    NotNowError,
    TooManyMaterialsError,
)
from credit_records.casework.events import history
from credit_records.casework.materials import (
    MOST_MATERIALS,
    add_material,
    kept_contents,
    materials_of,
    remove_material,
)
from credit_records.casework.tables import application, mail
from credit_records.publication import Act, withdraw
from sqlalchemy import func, select

from tests.records.casework.applying import (
    DIGEST,
    PENALTY,
    accepted,
    blacklist,
    filled,
    penalise,
    submitted,
)
from tests.records.registering import Office, code
from tests.records.sample_rows import person

FILE = {"media_type": "image/png", "size": 9, "sha256": "cd" * 32}


def count(engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(application)).scalar_one()


def test_a_draft_knows_the_subject_and_keeps_what_is_saved_until_it_is_submitted(database):
    opened = begin(database, "repair", penalise(database))
    assert opened.application.answers == {"applicant_name": "云上第1商贸有限公司", "applicant_code": code(1)}
    save(database, opened.secret, {"agent_name": "赵某", "mobile": "13800000000"})
    saved = save(database, opened.secret, {"mobile": "", "no_question": "x"})
    assert saved.answers == opened.application.answers | {"agent_name": "赵某"}
    with database.connect() as connection:
        assert by_secret(connection, opened.secret) == saved
        assert by_secret(connection, opened.secret[:-1]) is None
        kept = connection.execute(select(application.c.secret_hash)).scalar_one()
    assert opened.secret not in kept


def test_what_is_missing_is_told_by_step_and_nothing_is_submitted(database):
    opened = begin(database, "repair", penalise(database))
    save(database, opened.secret, {"mobile": "13800000000"})
    with pytest.raises(IncompleteError) as told:
        submit(database, opened.secret)
    faults = told.value.faults
    assert {step: set(found) for step, found in faults.items()} == {
        "applicant": {"agent_name"},
        "duty": {"duty_done", "duty_done_on"},
        "commitment": {"promise_true", "promise_done", "promise_liable", "promise_public"},
        "papers": {"proof", "letter"},
    }
    assert all("“" in sentence for found in faults.values() for sentence in found.values())
    with database.connect() as connection:
        assert by_secret(connection, opened.secret).number is None


def test_only_the_subject_of_the_record_applies(database):
    desk = filled(database, penalise(database))
    save(database, desk.secret, {"applicant_code": code(2)})
    with pytest.raises(IncompleteError) as told:
        submit(database, desk.secret)
    assert code(1) in told.value.faults["applicant"]["applicant_code"]


def test_submitting_gives_a_number_a_deadline_and_a_receipt_by_mail_and_twice_is_once(database):
    desk = filled(database, penalise(database))
    done = submit(database, desk.secret, link="https://credit.test/x")
    assert done.number.startswith(f"XF{today():%Y%m%d}")
    assert len(done.number) == 16
    assert done.due_on == add_working_days(today(), 3)
    assert (done.dishonesty_class, done.policy_on) == ("ordinary", today())
    assert submit(database, desk.secret) == done
    with database.connect() as connection:
        sent = connection.execute(select(mail)).one()
        assert [entry.action for entry in entries(connection)] == ["application.submit"]
        assert by_number(connection, f" {done.number.lower()} ", desk.secret) == done
        assert by_number(connection, done.number[:-1] + "_", desk.secret) is None
        assert by_number(connection, "", desk.secret) is None
        assert by_number(connection, done.number, "another secret") is None
    assert (sent.to, done.number in sent.body, "https://credit.test/x" in sent.body) == (
        "agent@example.com",
        True,
        True,
    )
    with pytest.raises(DraftGoneError, match="已经提交"):
        save(database, desk.secret, {"agent_name": "另一个"})


def test_a_draft_has_no_number_by_which_it_could_be_followed(database):
    opened = begin(database, "objection", penalise(database))
    with database.connect() as connection:
        assert by_number(connection, "", opened.secret) is None


def test_one_repair_of_a_record_at_a_time_but_objections_of_several_people(database):
    number = penalise(database)
    first, second = filled(database, number), filled(database, number)
    submit(database, first.secret)
    with pytest.raises(NotEligibleError, match="正在办理"):
        submit(database, second.secret)
    with pytest.raises(NotEligibleError, match="正在办理"):
        begin(database, "repair", number)
    submitted(database, number, "objection")
    submitted(database, number, "objection")
    drop(database, first.secret, "不申请了")
    assert submit(database, second.secret).state == "submitted"


@pytest.mark.parametrize("procedure", ["repair", "objection"])
def test_nothing_is_asked_about_what_is_not_public(database, procedure):
    number = penalise(database)
    draft = filled(database, number, procedure)
    withdraw(database, number, Act("某", "某"))
    for attempt in (lambda: begin(database, procedure, number), lambda: submit(database, draft.secret)):
        with pytest.raises(NotEligibleError, match="公示"):
            attempt()
    with pytest.raises(NotEligibleError, match="没有这条记录"):
        begin(database, procedure, 999)


def test_repair_before_its_day_is_refused_with_the_day(database):
    number = penalise(database, days_ago=10)
    with pytest.raises(NotEligibleError, match="届满，从那天起可以申请"):
        begin(database, "repair", number)
    assert begin(database, "objection", number).application.state == "draft"


def test_of_a_natural_person_nothing_is_filled_in(database):
    long_ago = (today() - timedelta(days=200)).isoformat()
    Office(database, PENALTY).deliver(person(PENALTY, decision_date=long_ago, valid_until="长期"))
    assert begin(database, "repair", 1).application.answers == {}


def test_drafts_are_thrown_away_with_all_that_is_in_them_after_thirty_days(database):
    desk = filled(database, penalise(database))
    assert purge_drafts(database) == 0
    later = datetime.now(UTC) + timedelta(days=30, seconds=5)
    assert purge_drafts(database, later) == 1
    assert count(database) == 0
    with database.connect() as connection:
        assert list(kept_contents(connection)) == []
    with pytest.raises(DraftGoneError, match="30 天"):
        save(database, desk.secret, {"agent_name": "赵某"})


def test_what_was_submitted_outlasts_every_purge(database):
    desk = submitted(database, penalise(database))
    assert purge_drafts(database, datetime.now(UTC) + timedelta(days=4000)) == 0
    assert desk.now.state == "submitted"


def test_a_draft_whose_time_is_over_is_gone_before_anybody_throws_it_away(database):
    desk = filled(database, penalise(database), on=today() - timedelta(days=31))
    for attempt in (
        lambda: save(database, desk.secret, {"agent_name": "赵某"}),
        lambda: submit(database, desk.secret),
        lambda: add_material(database, desk.secret, "proof", "a.pdf", **FILE),
    ):
        with pytest.raises(DraftGoneError):
            attempt()


def test_files_are_five_of_the_papers_that_are_asked_for(database):
    desk = filled(database, penalise(database))
    with pytest.raises(NotNowError, match="没有这一项"):
        add_material(database, desk.secret, "evidence", "a.png", **FILE)
    added = [
        add_material(database, desk.secret, "other", f"{place}.png", **FILE) for place in range(MOST_MATERIALS - 2)
    ]
    with pytest.raises(TooManyMaterialsError, match="最多上传 5 个"):
        add_material(database, desk.secret, "other", "6.png", **FILE)
    other = filled(database, penalise(database, 2))
    remove_material(database, other.secret, added[0].id)  # of another application: nothing happens
    remove_material(database, desk.secret, added[0].id)
    with database.connect() as connection:
        assert [file.file_name for file in materials_of(connection, desk.id)] == [
            "材料.pdf",
            "材料.pdf",
            "1.png",
            "2.png",
        ]
        assert set(kept_contents(connection)) == {DIGEST, FILE["sha256"]}


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\材料\\承诺书.pdf", "承诺书.pdf"),
        ("a\u202egnp.exe\x00", "agnp.exe"),
        ("", "未命名"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_a_file_is_shown_by_the_last_part_of_its_name_without_what_cannot_be_seen(database, sent, shown):
    desk = filled(database, penalise(database))
    assert add_material(database, desk.secret, "other", sent, **FILE).file_name == shown


def test_what_is_asked_for_is_handed_in_beside_what_stays(database, reviewer):
    desk = accepted(database, penalise(database), reviewer)
    with pytest.raises(NotNowError, match="已经提交"):
        add_material(database, desk.secret, "proof", "a.png", **FILE)
    with pytest.raises(NotNowError, match="没有要求补正"):
        supply(database, desk.secret, "好")
    desk.do(ask, reviewer, "请补交缴款凭证")
    assert (desk.now.asked, desk.now.outside_state) == ("请补交缴款凭证", "asked")
    with database.connect() as connection:
        before = materials_of(connection, desk.id)
    remove_material(database, desk.secret, before[0].id)
    added = [add_material(database, desk.secret, "proof", "凭证.png", **FILE) for _ in range(MOST_MATERIALS)]
    with pytest.raises(TooManyMaterialsError):
        add_material(database, desk.secret, "proof", "凭证.png", **FILE)
    remove_material(database, desk.secret, added[0].id)
    supplied = supply(database, desk.secret, "补好了，身份证 110101199003070134")
    assert (supplied.state, supplied.asked) == ("accepted", None)
    with database.connect() as connection:
        assert materials_of(connection, desk.id) == [*before, *added[1:]]
        said = history(connection, desk.id, public_only=True)[-1]
    assert (said.by, said.action, "110101199003070134" in said.text) == ("applicant", "supply", False)


def test_an_application_is_withdrawn_while_it_is_open_and_not_after(database, reviewer):
    for serial, at in enumerate(("submitted", "accepted", "asked"), 1):
        desk = submitted(database, penalise(database, serial))
        if at != "submitted":
            desk.do(accept, reviewer)
        if at == "asked":
            desk.do(ask, reviewer, "补")
        dropped = drop(database, desk.secret)
        assert (dropped.state, dropped.due_on, dropped.asked) == ("dropped", None, None)
    with pytest.raises(NotNowError, match="已经办结"):
        drop(database, desk.secret)
    with pytest.raises(NotNowError, match="还没有提交"):
        drop(database, filled(database, penalise(database, 9)).secret)
    with pytest.raises(DraftGoneError):
        drop(database, "nothing")


def test_a_refusal_may_be_objected_to_by_whoever_was_refused(database, reviewer):
    number = blacklist(database)
    desk = accepted(database, number, reviewer)
    with pytest.raises(NotEligibleError, match="只有被决定不予的"):
        begin(database, "objection", number, about_id=desk.id)
    desk.do(refuse, reviewer, reason="duty_undone", text="罚款没有缴清")
    about = submitted(database, number, "objection", about_id=desk.id)
    assert about.now.about_id == desk.id
    with pytest.raises(NotEligibleError):
        begin(database, "objection", penalise(database, 2), about_id=desk.id)


def test_a_granted_repair_leaves_nothing_for_another_draft_to_ask(database, reviewer):
    number = penalise(database)
    first, late = filled(database, number), filled(database, number)
    submit(database, first.secret)
    first.do(accept, reviewer)
    first.do(grant, reviewer)
    with pytest.raises(NotEligibleError, match="已经修复"):
        submit(database, late.secret)
