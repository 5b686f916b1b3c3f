"""Each check that a row passes: what it refuses or notes, and that it names row, field, value, rule and remedy."""

from datetime import timedelta

import pytest
from credit_records.calendar import today
from credit_records.catalogue import FieldType, Kind, catalogue
from credit_records.deliveries import Delivery
from credit_records.tables import quarantine, subject, wrong_code
from sqlalchemy import Engine, select

from tests.records.registering import Office, check, code
from tests.records.sample_rows import person, sample

KINDS = catalogue().kinds
PENALTY = KINDS["administrative_penalty"]
LICENCE = KINDS["administrative_licence"]
AFTER_TOMORROW = (today() + timedelta(days=2)).isoformat()
WRONG_CHECK = code(1)[:-1] + ("0" if code(1)[-1] != "0" else "1")


@pytest.mark.parametrize(
    ("kind", "given", "field", "rule", "severity"),
    [
        (PENALTY, {"document_number": ""}, "行政处罚决定书文号", "required", "refused"),
        (PENALTY, {"document_number": "文" * 129}, "行政处罚决定书文号", "length", "refused"),
        (PENALTY, {"remark": "注" * 513}, "备注", "length", "noted"),
        (PENALTY, {"decision_date": "2026-02-30"}, "处罚决定日期", "date", "refused"),
        (PENALTY, {"published_on": "去年"}, "公示日期", "date", "noted"),
        (
            PENALTY,
            {"decision_date": (today() + timedelta(days=2)).isoformat()},
            "处罚决定日期",
            "date_future",
            "refused",
        ),
        (PENALTY, {"valid_until": "2020-01-01"}, "处罚有效期", "date_order", "refused"),
        (PENALTY, {"category": "罚站"}, "处罚类别", "enumeration", "refused"),
        (PENALTY, {"party_category": "外星人"}, "相对人类别", "enumeration", "refused"),
        (PENALTY, {"fine": "很多"}, "罚款金额", "amount", "refused"),
        (PENALTY, {"fine": "-1"}, "罚款金额", "amount", "refused"),
        (PENALTY, {"fine": "100000001"}, "罚款金额", "range", "refused"),
        (PENALTY, {"confiscated": "100000001"}, "没收违法所得、没收非法财物的金额", "range", "noted"),
        (PENALTY, {"fine": ""}, "罚款金额", "required_when", "refused"),
        (PENALTY, {"uscc": ""}, "统一社会信用代码", "required_when", "refused"),
        (PENALTY, {"uscc": "91620100"}, "统一社会信用代码", "code_length", "refused"),
        (PENALTY, {"uscc": "9162I901MA00000010"}, "统一社会信用代码", "code_characters", "refused"),
        (PENALTY, {"uscc": "110101199003074514"}, "统一社会信用代码", "identity_number", "refused"),
        (PENALTY, {"authority_code": "12"}, "处罚机关统一社会信用代码", "code_length", "refused"),
        (KINDS["evaluation_result"], {"year": "二〇二五"}, None, "integer", "refused"),
    ],
)
def test_a_value_that_breaks_a_rule_is_told(
    kind: Kind, given: dict[str, str], field: str | None, rule: str, severity: str
) -> None:
    checked = check(kind, [sample(kind), sample(kind, 2, **given)])
    found = [problem for problem in checked.problems if problem.rule == rule]
    assert [(problem.row, problem.severity) for problem in found] == [(3, severity)]
    [problem] = found
    assert problem.field == (field or problem.field)
    assert problem.reason
    assert problem.remedy
    assert len(checked.rows) == (1 if severity == "refused" else 2)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_every_kind_refuses_a_row_without_what_it_requires(kind: Kind) -> None:
    for field in kind.fields:
        if field.required:
            checked = check(kind, [sample(kind, **{field.name: ""})])
            assert checked.rows == []
            refused = [(p.field, p.rule) for p in checked.problems if p.severity == "refused"]
            assert (field.title, "required") in refused


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_every_kind_keeps_its_dates_in_order(kind: Kind) -> None:
    ordered = [(field, kind.by_name[field.not_before]) for field in kind.fields if field.not_before]
    for field, earlier in ordered:
        given = {earlier.name: "2026-05-06", field.name: "2026-05-05"}
        found = [problem for problem in check(kind, [sample(kind, **given)]).problems if problem.rule == "date_order"]
        assert field.title in [problem.field for problem in found]
        assert earlier.title in found[0].reason


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_every_kind_reads_nothing_but_the_values_of_its_lists(kind: Kind) -> None:
    for field in kind.fields:
        if field.type is FieldType.ENUMERATION and not field.secret:
            found = check(kind, [sample(kind, **{field.name: "不在表里的值"})]).problems
            assert (field.title, "enumeration") in [(problem.field, problem.rule) for problem in found]


def deliver(database: Engine, kind: Kind, *rows: dict[str, str]) -> Delivery:
    office = Office(database, kind)
    office.deliver(*rows)
    return office.delivery


def test_a_code_whose_check_digit_is_wrong_is_kept_and_entered_in_the_ledger(database: Engine) -> None:
    delivery = deliver(database, PENALTY, sample(PENALTY, uscc=WRONG_CHECK))
    assert (delivery.new, delivery.refused) == (1, 0)
    with database.connect() as connection:
        [entry] = connection.execute(select(wrong_code.c.given_code, wrong_code.c.fault, wrong_code.c.corrected_at))
        assert entry == (WRONG_CHECK, "check_character", None)


def test_a_name_that_contradicts_its_code_is_told_and_its_correction_counted(database: Engine) -> None:
    registered = {"name": "云上第1商贸有限公司", "uscc": code(1)}
    deliver(database, KINDS["registration"], registered)
    delivery = deliver(database, PENALTY, sample(PENALTY, name="风马牛不相及酒楼"))
    assert delivery.noted == 1
    with database.connect() as connection:
        [problem] = connection.execute(select(quarantine)).mappings()
        assert (problem["row"], problem["field"], problem["value"]) == (2, "行政相对人名称", "风马牛不相及酒楼")
        assert registered["name"] in problem["reason"]
        assert connection.execute(select(wrong_code.c.known_name, wrong_code.c.corrected_at)).all() == [
            (registered["name"], None)
        ]
    deliver(database, PENALTY, sample(PENALTY))
    with database.connect() as connection:
        assert connection.execute(select(wrong_code.c.corrected_at)).scalar_one()


def test_a_subject_that_was_not_known_becomes_one(database: Engine) -> None:
    deliver(database, PENALTY, sample(PENALTY, 1, owner=1))
    deliver(database, LICENCE, sample(LICENCE, 1, owner=1), sample(LICENCE, 2, owner=2))
    with database.connect() as connection:
        assert connection.execute(select(subject.c.uscc)).scalars().all() == [code(1), code(2)]


def test_the_same_document_authority_and_subject_is_one_record(database: Engine) -> None:
    first = deliver(database, PENALTY, sample(PENALTY, 1))
    again = deliver(database, PENALTY, sample(PENALTY, 1, fine="9"))
    others = deliver(
        database,
        PENALTY,
        sample(PENALTY, 1, owner=2),
        sample(PENALTY, 1, authority="另一机关"),
        sample(PENALTY, 1, document_number="另一文号"),
    )
    assert [(d.new, d.changed) for d in (first, again, others)] == [(1, 0), (0, 1), (3, 0)]


def test_a_persons_identity_number_is_in_no_table(database: Engine) -> None:
    identity = "110101199003074514"
    row = person(PENALTY, person_id_number=identity, facts=f"当事人（{identity}）无照经营")
    delivery = deliver(database, PENALTY, row)
    assert delivery.new == 1
    with database.connect() as connection:
        dump = "".join(
            str(connection.exec_driver_sql(f"SELECT * FROM {name}").all())
            for name in ("record", "quarantine", "subject", "wrong_code", "delivery")
        )
    assert identity not in dump
    assert identity[6:14] not in dump
