"""The chart draws every month once, within its frame, and says what it draws."""

import pytest
from credit_site.month_chart import HEIGHT, MOST_LABELS, MOST_MONTHS, month_chart
from hypothesis import given
from hypothesis import strategies as st


def said(sentence: str) -> str:
    return sentence


months = st.integers(1950 * 12, 2030 * 12).map(lambda n: n // 12 * 100 + n % 12 + 1)
histories = st.dictionaries(months, st.integers(1, 10**7), min_size=1, max_size=40).map(lambda d: sorted(d.items()))


@given(histories)
def test_bars_stand_in_order_within_the_frame_and_the_table_tells_all(by_month):
    chart = month_chart(by_month, (), said, "zh")
    if len(by_month) == 1:
        assert chart is None
        return
    end = 0.0
    for bar in chart.bars:
        x, width = float(bar.x.rstrip("%")), float(bar.width.rstrip("%"))
        assert end <= x + 1e-6
        assert width > 0
        end = x + width
        assert 0 <= bar.y < bar.y + bar.height <= HEIGHT + 0.2
    assert end <= 100 + 1e-6
    assert [count for _, count in chart.rows] == [count for _, count in reversed(by_month)]
    assert chart.yearly or len(chart.bars) == len(by_month)
    assert len(chart.labels) <= MOST_LABELS


def test_a_long_history_is_drawn_by_year_and_told_by_month():
    by_month = [(year * 100 + month, year - 1999) for year in range(2000, 2020) for month in range(1, 13)]
    assert len(by_month) > MOST_MONTHS
    chart = month_chart(by_month, (), said, "zh")
    assert chart.yearly
    assert len(chart.bars) == 20
    assert len(chart.rows) == len(by_month)
    assert "2019 年" in chart.told
    assert "240 条" in chart.told


@pytest.mark.parametrize(
    ("most", "scale"),
    [(1, ("1", "", "0")), (2, ("2", "1", "0")), (7, ("10", "5", "0")), (1300, ("2,000", "1,000", "0"))],
)
def test_the_scale_ends_at_a_round_number(most, scale):
    assert month_chart([(202401, 1), (202402, most)], (), said, "zh").scale == scale


def test_months_without_a_record_keep_their_room():
    chart = month_chart([(202401, 3), (202404, 3)], (), said, "zh")
    assert [bar.x for bar in chart.bars] == ["2.500%", "77.500%"]
    assert chart.rows == [("2024 年 4 月", 3), ("2024 年 1 月", 3)]


def test_a_short_history_names_months_that_keep_apart():
    chart = month_chart([(202600 + month, 1) for month in range(1, 12)], (), said, "zh")
    assert [label for _, label in chart.labels] == ["2026-01", "2026-03", "2026-05", "2026-07", "2026-09"]


def test_what_is_chosen_stands_out():
    chart = month_chart([(202401, 3), (202402, 1), (202403, 2)], ("202402",), said, "en")
    assert [bar.faint for bar in chart.bars] == [True, False, True]
    assert chart.bars[1].told.startswith("2024-02")
