import json
from datetime import date
from decimal import Decimal

import pytest
from credit_records.changes import latest_seq
from credit_records.checking import Checker
from credit_records.deliveries import NewDelivery, last_deliveries, start_delivery
from credit_records.reading import records_of
from credit_records.recording import Recorder
from credit_records.rows import Problem
from credit_records.subjects import Capital
from credit_records.tables import change, quarantine, record, subject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.records.registering import Office, check, code

FULL = {
    "name": "云上商贸有限公司",
    "uscc": code(1),
    "status": "存续",
    "established": "2019-04-30",
    "capital": "100万元",
    "address": "甘肃省兰州市城关区某路1号",
    "scope": "零售",
}


def count(office: Office, table) -> int:
    with office.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def seq(office: Office) -> int:
    with office.engine.connect() as connection:
        return latest_seq(connection)


def kept(office: Office, uscc: str) -> dict[str, object]:
    with office.engine.connect() as connection:
        (found,) = records_of(connection, office.subject(uscc).id)
    return found.fields


def test_a_subject_is_made_with_all_its_facts(office):
    assert office.deliver(FULL).new == 1
    subject = office.subject(FULL["uscc"])
    assert (subject.name, subject.status, subject.division) == ("云上商贸有限公司", "active", "620102")
    assert (subject.established, subject.capital) == (date(2019, 4, 30), Capital(Decimal(100), "CNY"))
    assert (subject.code_valid, subject.former_names, subject.version) == (True, (), seq(office))


def test_the_same_row_twice_changes_nothing(office):
    office.deliver(FULL)
    before = office.subject(FULL["uscc"]), seq(office)
    outcome = office.deliver(FULL)
    assert (outcome.new, outcome.changed, outcome.unchanged) == (0, 0, 1)
    assert (office.subject(FULL["uscc"]), seq(office)) == before


def test_a_corrected_row_updates_and_is_one_change(office):
    office.deliver(FULL)
    before = seq(office)
    outcome = office.deliver({**FULL, "address": "甘肃省兰州市安宁区某路1号"})
    assert (outcome.new, outcome.changed, outcome.unchanged) == (0, 1, 0)
    assert office.subject(FULL["uscc"]).division == "620105"
    assert office.subject(FULL["uscc"]).version == seq(office) == before + 1


def test_the_last_delivery_wins_even_where_it_is_an_older_file(office):
    office.deliver(FULL)
    office.deliver({**FULL, "capital": "200万元"})
    office.deliver(FULL)
    assert office.subject(FULL["uscc"]).capital == Capital(Decimal(100), "CNY")
    assert count(office, record) == 1


def test_a_source_that_carries_less_takes_nothing_away(office):
    office.deliver(FULL)
    office.deliver({"name": FULL["name"], "uscc": FULL["uscc"], "status": "注销"})
    found = office.subject(FULL["uscc"])
    assert found.status == "closed"
    assert (found.established, found.division) == (date(2019, 4, 30), "620102")
    assert kept(office, FULL["uscc"])["address"] == FULL["address"]
    assert office.deliver(FULL, {**FULL, "uscc": code(2)}).changed == 1


def test_sources_that_take_turns_settle(office):
    """Each delivers other fields of one subject; when both have been seen, neither changes anything."""
    part = {"name": FULL["name"], "uscc": FULL["uscc"], "industry": "批发和零售业"}
    office.deliver(FULL)
    office.deliver(part)
    before = seq(office)
    assert office.deliver(FULL).unchanged == 1
    assert office.deliver(part).unchanged == 1
    assert seq(office) == before


def test_a_renamed_subject_keeps_its_former_names_newest_first(office):
    office.deliver({**FULL, "former_names": "最早商行"})
    office.deliver({**FULL, "name": "云中商贸有限公司"})
    office.deliver({**FULL, "name": "云端商贸有限公司"})
    subject = office.subject(FULL["uscc"])
    assert subject.name == "云端商贸有限公司"
    assert subject.former_names == ("云中商贸有限公司", "云上商贸有限公司", "最早商行")


def test_a_name_in_another_dress_is_no_renaming(office):
    office.deliver({**FULL, "name": "云上（兰州）商贸有限公司"})
    office.deliver({**FULL, "name": "云上(兰州)商贸有限公司"})
    assert office.subject(FULL["uscc"]).former_names == ()
    assert office.subject(FULL["uscc"]).name == "云上(兰州)商贸有限公司"


def test_going_back_to_a_former_name_does_not_list_it_as_former(office):
    for name in ("甲有限公司", "乙有限公司", "甲有限公司"):
        office.deliver({**FULL, "name": name})
    subject = office.subject(FULL["uscc"])
    assert (subject.name, subject.former_names) == ("甲有限公司", ("乙有限公司",))


def test_the_current_name_is_no_former_name_even_where_a_feed_lists_it(office):
    office.deliver({**FULL, "former_names": "云上商贸有限公司、旧商行"})
    assert office.subject(FULL["uscc"]).former_names == ("旧商行",)
    office.deliver({**FULL, "former_names": "云上商贸有限公司、旧商行、更旧商行"})
    assert office.subject(FULL["uscc"]).former_names == ("旧商行", "更旧商行")


def test_a_key_twice_in_one_batch_is_a_row_and_its_correction(office):
    outcome = office.deliver(FULL, {**FULL, "capital": "7万元"}, {**FULL, "uscc": code(2)}, FULL)
    assert (outcome.new, outcome.changed, outcome.unchanged) == (2, 2, 0)
    assert office.subject(FULL["uscc"]).capital == Capital(Decimal(100), "CNY")
    assert count(office, subject) == 2


def test_each_row_is_told_what_became_of_it(office, registration):
    names = ["甲商贸有限公司", "乙商贸有限公司", "甲商贸有限公司", "丙商贸有限公司"]
    office.deliver({"name": names[1], "uscc": code(2)}, {"name": "旧名商贸有限公司", "uscc": code(4)})
    rows = [{"name": name, "uscc": code(number)} for name, number in zip(names, (1, 2, 1, 4), strict=True)]
    checked = check(registration, rows)
    number = start_delivery(office.engine, NewDelivery("某局", "a.csv", "x", 1, "registration"))
    recorder = Recorder(office.engine, registration, number, Checker(registration, ["name", "uscc"]).derive)
    fates: list[str] = []
    recorder.record(checked.rows, checked.problems, checked.numbers, fates)
    assert fates == ["new", "unchanged", "unchanged", "changed"]


def test_a_value_that_its_own_source_no_longer_tells_goes(office):
    """The industry was guessed from a name; the new name suggests none."""
    office.deliver(FULL)
    assert office.subject(FULL["uscc"]).industry == "F"
    office.deliver({**FULL, "name": "云上有限公司", "scope": "其他"})
    assert office.subject(FULL["uscc"]).industry is None


def test_a_batch_is_recorded_whole_or_not_at_all(office, registration):
    good = check(registration, [FULL]).rows[0]
    number = office.start()
    broken = good._replace(key="other", uscc=code(2), name=None)
    with pytest.raises(IntegrityError):
        office.recorder(number).record([good, broken])
    assert (count(office, subject), count(office, record), count(office, change), seq(office)) == (0, 0, 0, 0)


def test_batches_before_a_crash_stay_and_the_file_can_be_loaded_again(office, registration):
    rows = check(registration, [{**FULL, "uscc": code(serial)} for serial in range(1, 11)]).rows
    number = office.start("file")
    office.recorder(number).record(rows[:4])
    with office.engine.connect() as connection:
        (cut,) = last_deliveries(connection)
    assert (cut.finished_at, cut.new) == (None, 4)
    number = office.start("file")
    outcome = office.recorder(number).record(rows)
    assert (outcome.new, outcome.unchanged) == (6, 4)
    assert office.finish(number).rows == 10


def test_problems_are_recorded_with_the_delivery_and_found_anew_when_it_comes_again(office):
    bad = {"name": "", "uscc": code(3)}
    for _ in range(2):
        office.deliver(FULL, bad, {**FULL, "uscc": code(2), "capital": "若干"}, content="same")
        assert (office.delivery.rows, office.delivery.refused, office.delivery.noted) == (3, 1, 1)
    with office.engine.connect() as connection:
        found = connection.execute(select(quarantine.c.row, quarantine.c.severity, quarantine.c.raw)).all()
    assert [(row, severity) for row, severity, _ in found] == [(3, "refused"), (4, "noted")]
    assert json.loads(found[0][2])["统一社会信用代码"] == code(3)


def test_problems_alone_are_recorded_too(office):
    number = office.start()
    office.recorder(number).record([], [Problem(2, "refused", "整行", "", "row", "列数不对", "请补齐", "{}")])
    assert office.finish(number).refused == 1


def test_provenance_is_of_the_newest_state(office):
    office.deliver(FULL)
    with office.engine.connect() as connection:
        (first,) = records_of(connection, office.subject(FULL["uscc"]).id)
    office.deliver({**FULL, "capital": "3万元"})
    with office.engine.connect() as connection:
        (second,) = records_of(connection, office.subject(FULL["uscc"]).id)
    assert (second.source, second.file_name) == ("市场监管局", "登记.csv")
    assert second.received_at == first.received_at
    assert second.updated_at >= first.updated_at


values = st.fixed_dictionaries(
    {"uscc": st.integers(1, 4).map(code), "name": st.sampled_from(["甲有限公司", "乙有限公司", "丙商行"])},
    optional={
        "status": st.sampled_from(["存续", "注销", ""]),
        "capital": st.sampled_from(["1万元", "2万元", ""]),
        "address": st.sampled_from(["甘肃省兰州市城关区", "甘肃省兰州市安宁区", ""]),
    },
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(values, max_size=5), max_size=5))
def test_whatever_comes_the_newest_word_on_each_fact_is_known_and_loading_it_again_is_quiet(office, batches):
    told: dict[str, dict[str, str]] = {}
    for rows in batches:
        office.deliver(*rows)
        for row in rows:
            told.setdefault(row["uscc"], {}).update({name: value for name, value in row.items() if value})
    for uscc, facts in told.items():
        found = office.subject(uscc)
        assert found.name == facts["name"]
        assert found.version > 0
        if "capital" in facts:
            assert found.capital == Capital(Decimal(facts["capital"][0]), "CNY")
        if "status" in facts:
            assert found.status == {"存续": "active", "注销": "closed"}[facts["status"]]
    before = seq(office)
    office.deliver(*({**facts, "uscc": uscc} for uscc, facts in told.items()))
    assert seq(office) == before
