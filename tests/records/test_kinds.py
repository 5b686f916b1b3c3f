"""Every kind that ships takes rows, publishes them and shows them, by its file alone."""

import json
import re
from datetime import date, timedelta

import pytest
from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.privacy import is_identity_number
from credit_records.record_changes import record_rows_after
from credit_records.record_reading import find_record, find_record_for_staff
from credit_records.role_values import RoleReader

from tests.databases import everything_in
from tests.records.registering import Office, check, code
from tests.records.sample_rows import person, sample
from tests.records.test_privacy import number

KINDS = [kind for kind in catalogue().kinds.values() if kind.name != "registration"]
NEVER = {"evaluation_result"}
DOUBLE = {name: catalogue().kinds[name] for name in ("administrative_penalty", "administrative_licence")}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_row_is_checked_recorded_told_and_shown(kind, database):
    office = Office(database, kind)
    recent = (today() - timedelta(days=10)).isoformat()
    dates = {name: recent for role, name in kind.roles.named() if role in {"decision_date", "entered_on"}}
    later = {"valid_until": "长期"} if "valid_until" in kind.by_name else {}
    paid = {"exited_on": ""} if kind.by_name.get("exited_on") else {}
    status = {"status": "欠缴"} if paid and "status" in kind.by_name else {}
    row = sample(kind, **dates, **later, **paid, **status)
    assert office.deliver(row).new == 1, check(kind, [row]).problems
    with database.connect() as connection:
        told = record_rows_after(connection, 0, 10)
        kept = find_record_for_staff(connection, 1)
        shown = find_record(connection, 1)
    assert kept is not None
    if kind.name in NEVER:
        assert (shown, told.records, told.deleted, kept.state) == (None, [], [1], "hidden")
        return
    assert shown == kept
    assert [each.id for each in told.records] == [1]
    assert kept.authority == (row.get("authority"))
    values = RoleReader(kind, catalogue()).read(kept.fields)
    assert values.headline
    assert values.decision_date == recent


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_says_who_answers_what_publishes_it_and_whence(kind):
    assert kind.department
    assert kind.rule_source
    assert kind.roles.decision_date
    assert kind.facets
    assert kind.title != kind.title_en


# domain: the national reporting format. Field code → length and mark.
PENALTY_FORMAT = """
MC 200 M, LB - M, SHXYM - C, GSZC 50 O, ZZJG 9 O, SWDJ 15 O, SYDW 12 O, SHZZ 50 O, FRDB 50 C,
CF_WSH 128 M, CF_WFXW 2000 M, CF_SY 2000 M, CF_YJ 2048 M, CF_CFLB 255 M, CF_NR 4000 M, CF_NR_FK - C,
CF_NR_WFFF - C, CF_NR_ZKDX 200 C, CF_JDRQ - M, CF_YXQ - M, CF_GSJZQ - O, CF_CFJG 200 M, CF_CFJGDM - M,
CF_SJLY 200 M, CF_SJLYDM - M, BZ 512 O
"""
LICENCE_FORMAT = """
MC 200 M, LB - M, SHXYM - C, GSZC 50 O, ZZJG 9 O, SWDJ 15 O, SYDW 12 O, SHZZ 50 O, FRDB 50 C,
XK_XKWS 64 O, XK_WSH 64 M, XK_XKLB 256 M, XK_XKZS 64 O, XK_XKBH 64 O, XK_NR 4000 M, XK_JDRQ - M, XK_YXQZ - M,
XK_YXQZI - M, XK_XKJG 200 M, XK_XKJGDM - M, XK_ZT - M, XK_LYDW 200 M, XK_LYDWDM - M, BZ 512 O
"""


@pytest.mark.parametrize(
    ("kind", "written"), [("administrative_penalty", PENALTY_FORMAT), ("administrative_licence", LICENCE_FORMAT)]
)
def test_the_double_publication_keeps_to_the_national_format(kind, written):
    fields = {alias: field for field in DOUBLE[kind].fields for alias in field.aliases}
    for field_code, length, mark in re.findall(r"(\w+) (\S+) ([MCO])", written):
        field = fields[field_code]
        found = "M" if field.required else "C" if field.required_when else "O"
        assert (field_code, found) == (field_code, mark)
        assert length == "-" or field.max_length == int(length), field_code
    for field_code in ("FR_ZJLX", "FR_ZJHM", "ZJLX", "ZJHM"):
        assert fields[field_code].secret


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("罚款", ["fine"]),
        ("警告；罚款", ["warning", "fine"]),
        ("罚款,警告", ["warning", "fine"]),
        ("没收违法所得、没收非法财物", ["confiscation_of_income", "confiscation_of_property"]),
        ("暂扣或者吊销许可证、暂扣或者吊销执照", ["licence_suspended_or_revoked"]),
        ("罚款、暂扣或者吊销许可证、暂扣或者吊销执照", ["fine", "licence_suspended_or_revoked"]),
        ("其他-责令改正", ["other"]),
        ("法律、行政法规规定的其他行政处罚", ["other"]),
        ("行政拘留/罚款", ["fine", "detention"]),
    ],
)
def test_several_categories_and_the_former_seven_are_understood(text, codes):
    kind = DOUBLE["administrative_penalty"]
    (row,) = check(kind, [sample(kind, category=text)]).rows
    assert json.loads(row.fields)["category"] == codes


def test_a_category_that_is_none_refuses_the_row():
    kind = DOUBLE["administrative_penalty"]
    checked = check(kind, [sample(kind, category="罚款、口头教育")])
    assert [(problem.rule, problem.severity) for problem in checked.problems] == [("enumeration", "refused")]


@pytest.mark.parametrize(
    ("given", "field", "rule"),
    [
        ({"fine": ""}, "罚款金额", "required_when"),
        ({"category": "没收违法所得", "confiscated": ""}, "没收违法所得、没收非法财物的金额", "required_when"),
        ({"fine": "若干"}, "罚款金额", "amount"),
        ({"uscc": ""}, "统一社会信用代码", "required_when"),
        ({"legal_representative": ""}, "法定代表人", "required_when"),
        ({"valid_until": "2026-05-05"}, "处罚有效期", "date_order"),
        ({"decision_date": "2099-01-01", "valid_until": "长期"}, "处罚决定日期", "date_future"),
        ({"fine": "999999999999"}, "罚款金额", "range"),
    ],
)
def test_what_one_value_asks_of_another_is_told_once_with_its_rule(given, field, rule):
    kind = DOUBLE["administrative_penalty"]
    checked = check(kind, [sample(kind, **given)])
    assert not checked.rows
    assert [(problem.field, problem.rule, problem.severity) for problem in checked.problems] == [
        (field, rule, "refused")
    ]


def test_what_is_not_asked_may_be_empty():
    kind = DOUBLE["administrative_penalty"]
    row = sample(kind, category="警告", fine="", confiscated="", licence_taken="")
    assert len(check(kind, [row]).rows) == 1
    sole = sample(kind, party_category="个体工商户", legal_representative="")
    assert len(check(kind, [sole]).rows) == 1


def test_a_wrong_date_of_exit_is_dropped_and_the_entry_kept():
    kind = catalogue().kinds["serious_dishonesty"]
    checked = check(kind, [sample(kind, exited_on="2020-01-01")])
    assert len(checked.rows) == 1
    assert [(problem.rule, problem.severity) for problem in checked.problems] == [("date_order", "noted")]


def test_certificates_are_never_stored_nor_sent_back(database):
    kind = DOUBLE["administrative_penalty"]
    identity = number("620102", date(1980, 1, 1), 123)
    assert is_identity_number(identity)
    row = person(kind, person_id_type="护照", person_id_number="E12345678", facts=f"身份证{identity}的当事人")
    broken = {**row, "decision_date": ""}
    office = Office(database, kind)
    office.deliver(row, broken)
    assert (office.delivery.new, office.delivery.refused) == (1, 1)
    content = everything_in(database)
    assert "administrative_penalty" in content
    for word in (identity, identity[6:14], "E12345678"):
        assert word not in content


def test_the_name_of_a_masked_person_is_not_stored(database):
    kind = DOUBLE["administrative_penalty"]
    office = Office(database, kind)
    office.deliver(person(kind))
    assert "张三丰" not in everything_in(database)


def test_a_natural_person_has_a_record_and_no_subject(database):
    kind = DOUBLE["administrative_penalty"]
    office = Office(database, kind)
    assert office.deliver(person(kind), person(kind, name="张三立"), sample(kind)).new == 3
    assert office.deliver(person(kind)).unchanged == 1
    with database.connect() as connection:
        found = [find_record(connection, number) for number in (1, 2, 3)]
    assert [record and (record.name, record.uscc, record.fields["name"]) for record in found] == [
        (None, None, "张*"),
        (None, None, "张*"),
        ("云上第1商贸有限公司", code(1), "云上第1商贸有限公司"),
    ]


@pytest.mark.parametrize(("kind", "name"), [("judgment_defaulter", "张三丰"), ("wage_arrears", "张*")])
def test_names_of_persons_are_shown_where_the_kind_says_so(kind, name, database):
    declared = catalogue().kinds[kind]
    Office(database, declared).deliver(person(declared))
    with database.connect() as connection:
        found = find_record(connection, 1)
    assert found is not None
    assert found.fields["name"] == name


def test_a_person_in_arrears_is_nobody_s_business(database):
    kind = catalogue().kinds["water_arrears"]
    Office(database, kind).deliver(person(kind, status="欠缴", exited_on=""))
    with database.connect() as connection:
        assert find_record(connection, 1) is None
        assert find_record_for_staff(connection, 1).state == "hidden"
