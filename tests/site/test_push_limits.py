"""How often something may be done: exactly so often, by however many processes, whatever the clock does."""

import time
from multiprocessing import get_context

import pytest
from credit_site.limits import Limits, Rate
from hypothesis import given, settings
from hypothesis import strategies as st

RATE = Rate(5, 60)


@pytest.fixture
def limits(tmp_path):
    found = Limits(tmp_path / "limits.db")
    yield found
    found.close()


def test_so_many_times_and_then_a_wait(limits):
    left = [limits.take("a", RATE) for _ in range(5)]
    assert [each.remaining for each in left] == [4, 3, 2, 1, 0]
    assert all(each.allowed for each in left)
    refused = limits.take("a", RATE)
    assert not refused.allowed
    assert 0 < refused.wait <= 12
    assert 48 < refused.reset <= 60
    assert limits.take("b", RATE).allowed


def test_looking_counts_nothing(limits):
    assert [limits.look("a", RATE).remaining for _ in range(9)] == [5] * 9
    for _ in range(5):
        limits.take("a", RATE)
    assert not limits.look("a", RATE).allowed


def take(path, times, answers):
    limits = Limits(path)
    answers.put(sum(limits.take("a", Rate(50, 600)).allowed for _ in range(times)))
    limits.close()


def test_several_processes_count_together(tmp_path):
    context = get_context("spawn")
    answers = context.Queue()
    others = [context.Process(target=take, args=(tmp_path / "limits.db", 40, answers)) for _ in range(2)]
    for other in others:
        other.start()
    allowed = sum(answers.get(timeout=120) for _ in others)
    for other in others:
        other.join()
    assert allowed == 50


def test_names_of_callers_are_not_kept(tmp_path, limits):
    limits.take("key 192.0.2.7 water", RATE)
    limits.close()
    assert b"192.0.2.7" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_file_that_cannot_be_written_stops_nobody(tmp_path):
    (tmp_path / "limits.db").mkdir()
    assert Limits(tmp_path / "limits.db").take("a", RATE).allowed


@settings(max_examples=40, database=None)
@given(st.lists(st.floats(0, 40), max_size=30), st.integers(1, 6))
def test_no_window_holds_more_than_twice_the_rate(tmp_path_factory, pauses, times):
    """A burst after a rest may follow what was spread before it; never more."""
    rate = Rate(times, 60)
    limits = Limits(tmp_path_factory.mktemp("limits") / "limits.db")
    now = 1_000_000.0
    taken = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: now)
        for pause in pauses:
            now += pause
            if limits.take("a", rate).allowed:
                taken.append(now)
        now -= 1_000_000  # the clock is put back
        waited = limits.take("a", rate).wait
    limits.close()
    assert all(sum(start <= each < start + 60 for each in taken) <= 2 * times for start in taken)
    assert waited <= 60
