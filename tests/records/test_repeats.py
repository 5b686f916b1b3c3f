from credit_records.catalogue import catalogue
from credit_records.repeats import Repeats

from tests.records.registering import check
from tests.records.sample_rows import sample

PENALTY = catalogue().kinds["administrative_penalty"]


def told(repeats: Repeats, *rows: dict[str, str], first: int = 2) -> list[tuple[int, str]]:
    checked = check(PENALTY, list(rows))
    lines = range(first, first + len(rows))
    return [(problem.row, problem.reason) for problem in repeats.problems(checked.rows, lines)]


def test_one_record_twice_is_told_at_its_later_row() -> None:
    rows = sample(PENALTY, 1), sample(PENALTY, 2), sample(PENALTY, 1, fine="9")
    [(line, reason)] = told(Repeats(PENALTY), *rows)
    assert line == 4
    assert "第 2 行" in reason
    assert "行政处罚决定书文号、处罚机关、统一社会信用代码" in reason


def test_the_same_document_for_another_party_is_no_repeat() -> None:
    assert told(Repeats(PENALTY), sample(PENALTY, 1, owner=1), sample(PENALTY, 1, owner=2)) == []


def test_a_record_of_an_earlier_batch_is_told_too() -> None:
    repeats = Repeats(PENALTY)
    assert told(repeats, sample(PENALTY, 1)) == []
    [(line, reason)] = told(repeats, sample(PENALTY, 2), sample(PENALTY, 1), first=3)
    assert line == 4
    assert "前面的一行" in reason
