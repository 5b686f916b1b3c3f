import pytest
from credit_records.catalogue import catalogue
from credit_records.contradictions import open_entries
from credit_records.record_reading import find_record, find_record_for_staff
from credit_records.tables import quarantine, wrong_code
from sqlalchemy import Engine, select

from tests.records.registering import Office, code
from tests.records.sample_rows import sample

PENALTY = catalogue().kinds["administrative_penalty"]
REFUSING = PENALTY.model_copy(update={"subject": PENALTY.subject.model_copy(update={"contradiction": "refused"})})
KNOWN = "云上商贸有限公司"
OTHER = "山下酒业有限公司"


@pytest.fixture
def registered(office: Office) -> Engine:
    office.deliver({"name": KNOWN, "uscc": code(1), "former_names": "云边商行"}, {"name": OTHER, "uscc": code(2)})
    return office.engine


def ledger(engine: Engine) -> list[tuple[str, str, str, bool]]:
    columns = (wrong_code.c.fault, wrong_code.c.given_code, wrong_code.c.given_name, wrong_code.c.corrected_at)
    with engine.connect() as connection:
        found = connection.execute(select(*columns).order_by(wrong_code.c.id)).all()
    return [(fault, given, name, corrected is not None) for fault, given, name, corrected in found]


def penalty_of(engine: Engine, uscc: str) -> int:
    with engine.connect() as connection:
        found = (find_record_for_staff(connection, number) for number in range(1, 20))
        return next(record.id for record in found if record.kind == PENALTY.name and uscc in record.key)


@pytest.mark.parametrize("name", [KNOWN, "云上商贸", "云边商行", "云上商贸有限公司 ", "云上商贸有限公司城关分店"])
def test_a_name_that_the_subject_bears_or_bore_is_no_contradiction(registered, name):
    Office(registered, PENALTY).deliver(sample(PENALTY, name=name))
    assert ledger(registered) == []


def test_a_code_under_another_name_is_kept_noted_and_entered_once(registered):
    office = Office(registered, PENALTY)
    assert office.deliver(sample(PENALTY, name=OTHER)).new == 1
    assert (office.delivery.noted, office.delivery.refused) == (1, 0)
    assert ledger(registered) == [("name", code(1), OTHER, False)]
    with registered.connect() as connection:
        (entry,) = open_entries(connection, "市场监管局")
        assert (entry.given_name, entry.known_name) == (OTHER, KNOWN)
        assert open_entries(connection, "别的局") == []
    office.deliver(sample(PENALTY, name=OTHER, facts="再报"))
    assert len(ledger(registered)) == 1
    with registered.connect() as connection:
        row, reason = connection.execute(select(quarantine.c.row, quarantine.c.reason)).first()
    assert row == 2
    assert KNOWN in reason


def test_a_kind_may_refuse_such_a_row(registered):
    office = Office(registered, REFUSING)
    outcome = office.deliver(sample(PENALTY, name=OTHER), sample(PENALTY, 2, name=KNOWN))
    assert (outcome.new, outcome.refused) == (1, 1)
    assert [(problem.row, problem.severity) for problem in outcome.problems] == [(2, "refused")]
    assert (office.delivery.rows, office.delivery.refused) == (2, 1)
    assert office.deliver(sample(PENALTY, name=OTHER)).refused == 1
    assert len(ledger(registered)) == 1


def test_the_right_code_corrects_and_takes_the_record_from_the_wrong_subject(registered):
    office = Office(registered, PENALTY)
    office.deliver(sample(PENALTY, name=OTHER))
    wrong = penalty_of(registered, code(1))
    office.deliver(sample(PENALTY, owner=2, name=OTHER))
    assert ledger(registered) == [("name", code(1), OTHER, True)]
    with registered.connect() as connection:
        assert find_record(connection, wrong) is None
        assert find_record(connection, penalty_of(registered, code(2))).uscc == code(2)


def test_the_right_name_corrects_the_same_record(registered):
    office = Office(registered, PENALTY)
    office.deliver(sample(PENALTY, name=OTHER))
    office.deliver(sample(PENALTY, name=KNOWN))
    assert ledger(registered) == [("name", code(1), OTHER, True)]
    with registered.connect() as connection:
        assert find_record(connection, penalty_of(registered, code(1))) is not None


def test_a_name_that_no_registration_knows_contradicts_nothing(database):
    office = Office(database, PENALTY)
    office.deliver(sample(PENALTY, 1, name=KNOWN), sample(PENALTY, 2, name=OTHER))
    assert ledger(database) == []


def test_a_code_that_fails_its_check_is_kept_and_entered(database):
    wrong = code(1)[:-1] + ("1" if code(1)[-1] != "1" else "2")
    office = Office(database, PENALTY)
    assert office.deliver(sample(PENALTY, uscc=wrong)).new == 1
    assert ledger(database) == [("check_character", wrong, "云上第1商贸有限公司", False)]
