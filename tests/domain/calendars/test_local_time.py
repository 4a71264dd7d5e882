"""Local days and minutes, where the clocks change as well."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.calendars.local_time import (
    clock_words,
    day_interval,
    days_between,
    days_touched,
    instant,
    local_date,
    midnight,
    minutes_interval,
)
from tests.domain.calendars.slow_clock import CHANGES, ZONES, day_of, days_around, minutes_of

MANY = settings(max_examples=200, deadline=None)
days = st.sampled_from(CHANGES).flatmap(lambda day: st.sampled_from(days_around(day, before=1, after=1)))
zones = st.sampled_from(ZONES)
clocks = st.one_of(st.integers(0, 1440), st.integers(0, 18).map(lambda number: number * 10))
"""Minutes of a day; the clocks change in the first three hours."""


@MANY
@given(days, zones, clocks, clocks)
def test_minutes_of_a_day_are_those_that_the_clock_shows(day: date, zone: str, one: int, other: int) -> None:
    starts, ends = min(one, other), max(one, other)
    first, last = minutes_interval(day, zone, starts, ends)
    shown = [minute for minute, reached in minutes_of(day, zone) if starts <= reached < ends]
    assert list(range(first // 60, last // 60)) == shown


@MANY
@given(days, zones)
def test_a_day_lasts_from_midnight_to_midnight(day: date, zone: str) -> None:
    first, last = day_interval(day, zone)
    assert list(range(first // 60, last // 60)) == [minute for minute, _reached in minutes_of(day, zone)]
    assert minutes_interval(day, zone, 0, 1440) == (first, last)
    assert local_date(first, zone) == local_date(last - 1, zone) == day


@MANY
@given(days, zones, st.integers(-1500, 1500), st.integers(1, 3000))
def test_the_days_touched_are_those_of_its_minutes(day: date, zone: str, after: int, length: int) -> None:
    start = midnight(day, zone) // 60 + after
    touched = list(days_touched((start * 60, (start + length) * 60), zone))
    assert touched == sorted({day_of(minute, zone) for minute in range(start, start + length)})


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2025, 3, 30), "Europe/London", 23),
        (date(2025, 10, 26), "Europe/London", 25),
        (date(2025, 10, 5), "Australia/Lord_Howe", 23.5),
        (date(2025, 3, 30), "Asia/Shanghai", 24),
    ],
)
def test_a_day_on_which_the_clocks_change_is_shorter_or_longer(day: date, zone: str, hours: float) -> None:
    first, last = day_interval(day, zone)
    assert last - first == hours * 3600


def test_skipped_minutes_take_no_time() -> None:
    night = date(2025, 3, 30)
    one, two = midnight(night, "Europe/London") + 3600, midnight(night, "Europe/London") + 7200
    assert minutes_interval(night, "Europe/London", 60, 120) == (one, one)
    assert minutes_interval(night, "Europe/London", 90, 180) == (one, two)


def test_an_instant_that_ends_one_day_begins_the_next() -> None:
    day = date(2025, 10, 1)
    first, last = day_interval(day, "Asia/Shanghai")
    assert list(days_touched((first, last), "Asia/Shanghai")) == [day]
    assert list(days_touched((first, last + 1), "Asia/Shanghai")) == [day, date(2025, 10, 2)]
    assert list(days_touched((first - 1, last), "Asia/Shanghai")) == [date(2025, 9, 30), day]


def test_words_and_days() -> None:
    assert [clock_words(minute) for minute in (0, 65, 540, 1440)] == ["0:00", "1:05", "9:00", "24:00"]
    assert list(days_between(date(2024, 2, 28), date(2024, 3, 1))) == [
        date(2024, 2, 28),
        date(2024, 2, 29),
        date(2024, 3, 1),
    ]
    assert instant(0).isoformat() == "1970-01-01T00:00:00+00:00"
