"""Wall clocks and instants. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.fields import Bad
from scheduler.domain.times import (
    check_interval,
    day_span,
    local_day,
    local_instant,
    read_clock,
    read_instant,
)

START = datetime(2018, 12, 6, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("10:00", time(10)),
        ("9:05", time(9, 5)),
        (" 23:59 ", time(23, 59)),
        ("00:00", time()),
        ("10：30", time(10, 30)),
        ("10:30:00", time(10, 30)),
    ],
)
def test_clock_times(raw: str, value: time) -> None:
    assert read_clock(raw) == value


@pytest.mark.parametrize(
    ("raw", "told"), [("25:00", "25:00"), ("24:00", "24:00"), ("10:60", "10:60"), ("99:99", "99:99")]
)
def test_times_that_no_clock_shows(raw: str, told: str) -> None:
    with pytest.raises(Bad) as caught:
        read_clock(raw)
    assert (caught.value.code, caught.value.facts) == ("time.nonexistent", {"time": told})


@pytest.mark.parametrize(
    "raw",
    ["", "10", "1000", "10:0", "10:00 AM", "-1:00", "10:00:30", "十点", None, 10, 10.5, True, [], "\ud800"],
    ids=repr,
)
def test_what_is_no_time(raw: object) -> None:
    with pytest.raises(Bad) as caught:
        read_clock(raw)
    assert caught.value.code == "time.not_a_time"


@pytest.mark.parametrize(
    ("day", "clock", "zone", "instant"),
    [
        (date(2018, 12, 6), time(10), "Asia/Shanghai", START),
        (date(2018, 12, 6), time(7, 30), "Asia/Kolkata", START),
        (date(2018, 12, 5), time(21), "America/New_York", START),
        (date(2018, 7, 1), time(3), "Europe/London", datetime(2018, 7, 1, 2, tzinfo=UTC)),
        (date(2018, 3, 25), time(0, 59), "Europe/London", datetime(2018, 3, 25, 0, 59, tzinfo=UTC)),
        (date(2018, 3, 25), time(2, 0), "Europe/London", datetime(2018, 3, 25, 1, 0, tzinfo=UTC)),
    ],
)
def test_a_wall_clock_is_an_instant(day: date, clock: time, zone: str, instant: datetime) -> None:
    assert local_instant(day, clock, zone) == instant


@pytest.mark.parametrize(
    ("day", "clock", "zone"),
    [
        (date(2018, 3, 25), time(1, 0), "Europe/London"),
        (date(2018, 3, 25), time(1, 30), "Europe/London"),
        (date(2018, 3, 25), time(1, 59), "Europe/London"),
        (date(2018, 3, 11), time(2, 30), "America/New_York"),
        (date(2011, 12, 30), time(12, 0), "Pacific/Apia"),  # a whole day that Samoa left out
    ],
)
def test_a_time_that_the_clocks_skip_is_refused(day: date, clock: time, zone: str) -> None:
    with pytest.raises(Bad) as caught:
        local_instant(day, clock, zone)
    assert (caught.value.code, caught.value.facts) == (
        "time.skipped",
        {"time": clock.isoformat("minutes"), "zone": zone},
    )


def test_of_a_time_that_happens_twice_it_is_the_first() -> None:
    twice = local_instant(date(2018, 10, 28), time(1, 30), "Europe/London")
    assert twice == datetime(2018, 10, 28, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        ("2018-12-06T10:00:00+08:00", START),
        ("2018-12-06T02:00:00Z", START),
        (" 2018-12-06T02:00+00:00 ", START),
        ("2018-12-05T21:00-05:00", START),
        ("2018-12-06T10:00:59.5+08:00", START),
        ("2000-01-01T00:00+08:00", datetime(1999, 12, 31, 16, tzinfo=UTC)),
    ],
)
def test_instants(raw: str, instant: datetime) -> None:
    assert read_instant(raw) == instant


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("2018-12-06T10:00:00", "time.no_offset"),
        ("2018-12-06", "time.no_offset"),
        ("2018-12-06T25:00:00+08:00", "time.not_an_instant"),
        ("2018-02-30T10:00:00+08:00", "time.not_an_instant"),
        ("2018-12-06T10:00:00+25:00", "time.not_an_instant"),
        ("tomorrow", "time.not_an_instant"),
        ("\ud800", "time.not_an_instant"),
        (1544061600, "time.not_an_instant"),
        (None, "time.not_an_instant"),
        ([], "time.not_an_instant"),
        ("1999-12-31T23:59:00Z", "field.year_out_of_range"),
        ("2101-01-01T00:00:00Z", "field.year_out_of_range"),
        ("0001-01-01T00:00:00+14:00", "field.year_out_of_range"),
        ("9999-12-31T23:59:00-14:00", "field.year_out_of_range"),
    ],
)
def test_what_is_no_instant(raw: object, code: str) -> None:
    with pytest.raises(Bad) as caught:
        read_instant(raw)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("minutes", "code"),
    [
        (0, "time.zero_length"),
        (-1, "time.ends_before_start"),
        (24 * 60, "time.too_long"),
        (10**6, "time.too_long"),
    ],
)
def test_lengths_that_no_booking_has(minutes: int, code: str) -> None:
    with pytest.raises(Bad) as caught:
        check_interval(START, START + timedelta(minutes=minutes))
    assert caught.value.code == code
    assert caught.value.facts == ({"hours": 24} if code == "time.too_long" else {})


@pytest.mark.parametrize("minutes", [1, 80, 24 * 60 - 1])
def test_lengths_that_a_booking_may_have(minutes: int) -> None:
    check_interval(START, START + timedelta(minutes=minutes))


@given(
    st.dates(date(2000, 1, 1), date(2100, 12, 31)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0, fold=0)),
    st.sampled_from(
        ["Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
    ),
)
def test_every_time_that_exists_comes_back_as_it_was(day: date, clock: time, zone: str) -> None:
    try:
        instant = local_instant(day, clock, zone)
    except Bad as bad:
        assert bad.code == "time.skipped"  # noqa: PT017
        return
    assert local_day(instant, zone) == day


def test_the_span_of_a_day_follows_the_clocks() -> None:
    first, last = day_span(date(2018, 3, 25), "Europe/London")
    assert (first, last - first) == (datetime(2018, 3, 25, tzinfo=UTC), timedelta(hours=23))
    week = day_span(date(2018, 12, 3), "Asia/Shanghai", days=7)
    assert week == (datetime(2018, 12, 2, 16, tzinfo=UTC), datetime(2018, 12, 9, 16, tzinfo=UTC))
