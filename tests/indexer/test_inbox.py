"""The inbox: which files are taken, when, as what, and where they go."""

import os
from pathlib import Path

import pytest
from credit_indexer import inbox_stillness
from credit_indexer.receipt_files import Marker
from credit_indexer.receiving import MOST_CRASHES
from credit_records.catalogue import catalogue
from credit_records.inbox_layout import UPLOADS, kind_of_file, new_upload, safe_name
from credit_records.providers import add_provider, set_active, set_kinds
from credit_records.reading import find_subject, records_of
from credit_records.receipts import from_json
from credit_records.tables import record
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.indexer.conftest import City
from tests.indexer.receiving import WATER, Department, rows_of, table
from tests.records.sample_rows import sample

KINDS = catalogue().kinds
PENALTY = KINDS["administrative_penalty"]


@pytest.fixture
def department(city: City) -> Department:
    return Department(city)


@pytest.mark.parametrize("place", ["registration/a.csv", "登记信息/a.csv", "登记信息_2026-11.csv", "registration.csv"])
def test_a_file_is_taken_as_what_its_place_says(place: str, department: Department) -> None:
    department.drop(place, table())
    department.receive()
    [delivery] = department.deliveries()
    assert (delivery.kind, delivery.provider, delivery.source, delivery.way) == (
        "registration",
        WATER,
        "市水务局",
        "inbox",
    )
    assert (delivery.rows, delivery.new, delivery.file_name) == (3, 3, Path(place).name)
    assert department.files("done") == [Path(place).name]
    assert department.waiting() == []


def test_records_of_any_kind_come_in(department: Department, city: City) -> None:
    department.drop("行政处罚_11月.csv", rows_of(PENALTY, sample(PENALTY, 1), sample(PENALTY, 2)))
    department.receive()
    with city.workplace.database.connect() as connection:
        subject = find_subject(connection, sample(PENALTY)["uscc"])
        assert subject is not None
        assert {record.source for record in records_of(connection, subject.id)} == {"市水务局"}


def test_a_file_is_not_taken_before_it_rests(department: Department) -> None:
    path = department.drop("登记信息/a.csv", table(count=1))
    assert department.look().settling
    path.write_bytes(table(count=2))
    department.look()
    path.write_bytes(table(count=3))
    department.look()
    assert department.deliveries() == []
    department.look()
    assert [delivery.rows for delivery in department.deliveries()] == [3]


def test_a_file_that_is_open_to_write_is_not_taken_however_long_it_rests(department: Department) -> None:
    with department.drop("登记信息/a.csv", table(count=1)).open("ab") as writer:
        department.receive()
        department.look(3600)
        assert department.deliveries() == []
        writer.write(table(first=1, count=1).split(b"\r\n", 1)[1])
    department.receive()
    assert [delivery.rows for delivery in department.deliveries()] == [2]


def test_where_writers_are_unknown_a_file_rests_longer(department: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(inbox_stillness.fcntl, "F_SETLEASE")
    department.drop("登记信息/a.csv", table())
    department.receive()
    assert department.deliveries() == []
    department.look(inbox_stillness.REST_WHERE_WRITERS_ARE_UNKNOWN)
    assert len(department.deliveries()) == 1


def test_an_empty_file_is_waited_for_and_then_refused(department: Department) -> None:
    department.drop("登记信息/a.csv", b"")
    department.receive()
    assert department.deliveries() == []
    department.look(inbox_stillness.REST_WHILE_EMPTY)
    assert "空文件" in department.receipts("refused")[0].sentence


@pytest.mark.parametrize(
    "name", [".a.csv", "~$a.xlsx", "a.csv.part", "a.csv.tmp", "a.csv.filepart", "a.csv.crdownload", "A.CSV.PART"]
)
def test_what_is_hidden_or_on_its_way_is_left_alone(name: str, department: Department) -> None:
    path = department.drop(f"登记信息/{name}", table())
    department.receive()
    assert path.exists()
    assert not department.look().settling
    path.rename(path.with_name("登记信息.csv"))  # as a program does when the transfer is over
    department.receive()
    assert len(department.deliveries()) == 1


def test_links_and_pipes_are_no_files(department: Department, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(table())
    (department.folder / "登记信息.csv").symlink_to(secret)
    os.mkfifo(department.folder / "登记信息.pipe")
    department.receive()
    assert department.deliveries() == []
    assert secret.exists()


def test_what_nobody_can_tell_the_kind_of_is_refused_with_what_to_do(department: Department) -> None:
    department.drop("十一月.csv", table())
    department.drop("别的/登记.csv", table())
    department.receive()
    assert department.files("refused") == ["十一月.csv", "登记.csv"]
    for receipt in department.receipts("refused"):
        assert receipt.delivery is None
        assert "行政处罚_2026-11.xlsx" in receipt.sentence
    assert department.deliveries() == []


@pytest.mark.parametrize("place", ["欠缴水费/a.csv", "water_arrears_a.csv", "uploads/water_arrears/a.csv"])
def test_a_kind_that_is_not_the_providers_is_refused_with_what_to_do(
    place: str, department: Department, city: City
) -> None:
    arrears = KINDS["water_arrears"]
    path = department.drop(place, rows_of(arrears, sample(arrears)))
    department.receive()
    [receipt] = department.receipts("refused")
    assert (receipt.accepted, receipt.rows, receipt.kind) == (False, 0, "water_arrears")
    assert "市水务局没有登记报送欠缴水费" in receipt.sentence
    assert "联系平台" in receipt.sentence
    assert department.files("refused") == [path.name]
    with city.workplace.database.connect() as connection:
        assert connection.execute(select(func.count()).select_from(record)).scalar_one() == 0
        assert find_subject(connection, sample(arrears)["uscc"]) is None
    set_kinds(city.workplace.database, WATER, ["water_arrears"])
    department.drop(place, rows_of(arrears, sample(arrears)))
    department.receive()
    assert [receipt.new for receipt in department.receipts()] == [1]
    department.drop("登记信息.csv", table())
    department.receive()
    assert department.files("refused") == sorted([path.name, "登记信息.csv"])


def test_a_file_laid_where_taken_ones_lie_is_refused_too_whatever_delivery_it_claims(
    department: Department, city: City
) -> None:
    department.drop("登记信息.csv", table())
    department.receive()
    add_provider(city.workplace.database, "gas", "市燃气公司", "市燃气公司")
    for kind, claims in (("registration", 1), ("administrative_penalty", None)):
        path = department.inbox / "gas" / "taking" / "inbox" / kind / "a.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(table(first=9))
        if claims is not None:
            Marker(path).write(claims)
    department.look()
    refused = sorted((department.inbox / "gas" / "refused").glob("*.receipt.json"))
    assert len(refused) == 2
    assert all("没有登记报送" in from_json(path.read_bytes()).sentence for path in refused)
    assert department.recorded() == 3


def test_an_unreadable_file_is_refused_and_stands_among_the_deliveries(department: Department) -> None:
    department.drop("登记信息.xlsx", b"PK\x03\x04 and then nothing of a workbook")
    department.receive()
    [delivery] = department.deliveries()
    assert (delivery.rows, delivery.finished_at is not None) == (0, True)
    [receipt] = department.receipts("refused")
    assert "损坏" in receipt.sentence
    assert (receipt.delivery, receipt.accepted, receipt.problems[0].row) == (delivery.id, False, 0)
    assert department.files("refused") == ["登记信息.xlsx"]


def test_the_same_name_again_overwrites_nothing(department: Department) -> None:
    for mark in ("", "大", "小"):
        department.drop("登记信息.csv", table(mark=mark))
        department.receive()
    assert department.files("done") == ["登记信息.csv"] * 3
    assert [delivery.changed for delivery in department.deliveries()] == [0, 3, 3]


def test_files_are_taken_in_the_order_in_which_they_came_whatever_their_time_says(department: Department) -> None:
    first = department.drop("登记信息_b.csv", table(mark="早"))
    department.look()
    later = department.drop("登记信息_a.csv", table(mark="晚"))
    os.utime(later, (1, 1))  # the clock of whoever wrote it had been moved back
    assert first.exists()
    department.receive()
    assert [delivery.file_name for delivery in department.deliveries()] == ["登记信息_b.csv", "登记信息_a.csv"]


def test_a_provider_that_is_not_active_or_not_known_is_not_taken_from(department: Department, city: City) -> None:
    add_provider(city.workplace.database, "gas", "市燃气公司", "市燃气公司", kinds=["registration"])
    set_active(city.workplace.database, "gas", active=False)
    for name in ("gas", "nobody"):
        path = department.inbox / name / "登记信息.csv"
        path.parent.mkdir()
        path.write_bytes(table())
    department.receive()
    department.look()
    assert department.deliveries() == []
    assert [sum(name in said for said in department.said) for name in ("gas", "nobody")] == [1, 1]
    set_active(city.workplace.database, "gas", active=True)
    department.receive()
    assert [delivery.provider for delivery in department.deliveries()] == ["gas"]


def test_a_file_sent_in_the_browser_is_taken_as_such(department: Department) -> None:
    path = new_upload(department.inbox, WATER, KINDS["registration"], "../../登记 表.csv")
    assert path.is_relative_to(department.folder / UPLOADS)
    path.write_bytes(table())
    department.receive()
    [delivery] = department.deliveries()
    assert (delivery.way, delivery.file_name) == ("upload", path.name)


def test_a_name_in_gbk_or_of_any_length_is_put_away(department: Department) -> None:
    department.drop(os.fsdecode("登记信息名单.csv".encode("gbk")), table())
    department.drop("登记信息/" + "长" * 80 + ".csv", table(first=9))
    department.receive()
    assert [receipt.file_name for receipt in department.receipts()] == ["登记信息名单.csv", "长" * 80 + ".csv"]
    put_away = department.files("done")
    assert put_away[0] == "登记信息名单.csv"
    assert put_away[1].endswith("长.csv")


def test_a_file_over_which_the_process_keeps_dying_is_refused(department: Department) -> None:
    path = department.drop("taking/inbox/registration/登记信息.csv", table())
    died = [Marker(path).reading() for _ in range(MOST_CRASHES)]
    for each in died:
        each.__enter__()  # and never out of it again
    department.drop("登记信息_2.csv", table())
    department.receive()
    department.look()
    assert department.files("refused") == ["登记信息.csv"]
    assert "异常终止" in department.receipts("refused")[0].sentence
    assert department.files("done") == ["登记信息_2.csv"]


def test_a_fault_of_our_own_refuses_one_file_and_stops_nothing(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    department.drop("登记信息.csv", table())
    with monkeypatch.context() as broken:
        broken.setattr("credit_indexer.receiving.inspect_file", unforeseen)
        department.receive()
    assert "没有读懂" in department.receipts("refused")[0].sentence
    assert any("ZeroDivisionError，test_inbox.py:" in said for said in department.said)
    department.drop("登记信息.csv", table())
    department.receive()
    assert department.files("done") == ["登记信息.csv"]


def unforeseen(*_: object) -> None:
    raise ZeroDivisionError


def test_the_longest_kind_is_meant() -> None:
    assert kind_of_file("信用承诺_1.csv", KINDS) == KINDS["commitment"]
    assert kind_of_file("Administrative_Penalty-1.csv", KINDS) == PENALTY
    assert kind_of_file("关于行政处罚.csv", KINDS) is None


@given(st.text(max_size=300))
def test_a_safe_name_is_one_name_of_a_file(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert len(safe.encode()) <= 150
    assert Path(safe).name == safe
    assert safe.isprintable()
    assert not safe.startswith(".")
    assert safe_name(safe) == safe


def test_a_file_that_cannot_be_moved_keeps_nobody_waiting_and_is_not_told_of_all_the_time(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.rename

    def rename(path: Path, target: Path) -> None:
        if path.name == "登记信息_1.csv":
            raise PermissionError(1, "Operation not permitted")
        real(path, target)

    department.drop("登记信息_1.csv", table())
    department.drop("行政处罚.csv", rows_of(PENALTY, sample(PENALTY, 1)))
    with monkeypatch.context() as forbidding:
        forbidding.setattr("credit_indexer.inbox_stillness.os.rename", rename)
        for _ in range(6):
            department.look(0.4)
        assert department.files("done") == ["行政处罚.csv"]
        assert 1 <= sum("water/登记信息_1.csv" in said for said in department.said) <= 2
    department.look(60)
    assert department.files("done") == ["登记信息_1.csv", "行政处罚.csv"]
