"""Times of day and moments as people type them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from scheduler.domain.fields import Bad
from scheduler.domain.time_fields import LocalMoment, Moment, TimeOfDay

OPENS, CLOSES = TimeOfDay(name="opens", label=""), TimeOfDay(name="closes", label="", ends=True)
STARTS, ENDS = Moment(name="starts_at", label=""), Moment(name="ends_at", label="", ends=True)
ZONE = "Asia/Shanghai"


def code_of(field: TimeOfDay | Moment, raw: Any) -> str:
    with pytest.raises(Bad) as caught:
        field.clean(raw)
    return caught.value.code


def test_minutes_from_midnight() -> None:
    assert [OPENS.clean(text) for text in ("9:00", "09:05", "0:00", "23：59", " 8:30 ")] == [
        540,
        545,
        0,
        1439,
        510,
    ]
    assert OPENS.clean("") is None


def test_midnight_that_ends_a_day() -> None:
    assert [CLOSES.clean(text) for text in ("24:00", "0:00", "24：00", "16:30")] == [1440, 1440, 1440, 990]
    assert code_of(OPENS, "24:00") == "time.nonexistent"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("25:00", "time.nonexistent"),
        ("9:60", "time.nonexistent"),
        ("24:01", "time.nonexistent"),
        ("-1:00", "time.not_a_time"),
        ("nine", "time.not_a_time"),
        ("9", "time.not_a_time"),
        ("9:00:30", "time.not_a_time"),
        (540, "time.not_a_time"),
        (True, "time.not_a_time"),
        (["9:00"], "time.not_a_time"),
        ("x" * 10_000, "time.not_a_time"),
    ],
)
def test_what_is_no_time_of_day(raw: Any, code: str) -> None:
    assert [code_of(field, raw) for field in (OPENS, CLOSES)] == [code, code]


@pytest.mark.parametrize(
    ("raw", "starts", "ends"),
    [
        ("2025-09-01", datetime(2025, 8, 31, 16, tzinfo=UTC), datetime(2025, 9, 1, 16, tzinfo=UTC)),
        ("2025-09-01 12:00", datetime(2025, 9, 1, 4, tzinfo=UTC), datetime(2025, 9, 1, 4, tzinfo=UTC)),
        ("2025-09-01T12:00", datetime(2025, 9, 1, 4, tzinfo=UTC), datetime(2025, 9, 1, 4, tzinfo=UTC)),
        (
            " 2025-09-01  9：05 ",
            datetime(2025, 9, 1, 1, 5, tzinfo=UTC),
            datetime(2025, 9, 1, 1, 5, tzinfo=UTC),
        ),
        ("2025-09-01T12:00:30Z", datetime(2025, 9, 1, 12, tzinfo=UTC), datetime(2025, 9, 1, 12, tzinfo=UTC)),
        ("2025-09-01T12:00+08:00", datetime(2025, 9, 1, 4, tzinfo=UTC), datetime(2025, 9, 1, 4, tzinfo=UTC)),
    ],
)
def test_a_moment_at_a_start_and_at_an_end(raw: str, starts: datetime, ends: datetime) -> None:
    told = [field.instant(field.clean(raw), zone=ZONE) for field in (STARTS, ENDS)]
    assert told == [starts, ends]


def test_the_last_midnight_can_be_written_out() -> None:
    assert ENDS.clean("2025-07-08 24:00") == ENDS.clean("2025-07-08") == LocalMoment(date(2025, 7, 8))
    assert code_of(STARTS, "2025-07-08 24:00") == "time.nonexistent"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("2025-02-30", "field.not_a_date"),
        ("2025-09-01 25:00", "time.nonexistent"),
        ("2025-09-01 noon", "time.not_a_time"),
        ("2025-09-01 2025-09-02", "time.not_a_time"),
        ("1999-12-31", "field.year_out_of_range"),
        ("9999-12-31 10:00", "field.year_out_of_range"),
        ("9999-12-31T10:00:00Z", "field.year_out_of_range"),
        ("2025-13-01T10:00:00Z", "time.not_an_instant"),
        ("12:00", "field.not_a_date"),
        (20250901, "moment.not_a_moment"),
        (["2025-09-01"], "moment.not_a_moment"),
        ("\x00", "field.not_a_date"),
        ("²" * 10_000, "field.not_a_date"),
    ],
)
def test_what_is_no_moment(raw: Any, code: str) -> None:
    assert code_of(STARTS, raw) == code


@pytest.mark.parametrize("letter", ["T", "1", " 1", "Z", "+"])
def test_a_text_of_any_length_is_read_in_no_time(letter: str) -> None:
    """The square of its length would keep this test for days."""
    assert code_of(STARTS, letter * 2_000_000) == "field.not_a_date"


def test_a_time_that_the_clocks_skip() -> None:
    with pytest.raises(Bad) as caught:
        STARTS.instant(STARTS.clean("2026-03-29 01:30"), zone="Europe/London")
    assert (caught.value.code, caught.value.facts["time"]) == ("time.skipped", "01:30")


@pytest.mark.parametrize("field", [STARTS, ENDS])
@pytest.mark.parametrize("zone", [ZONE, "Europe/London", "America/New_York"])
@pytest.mark.parametrize(
    "typed",
    [
        LocalMoment(date(2025, 9, 1)),
        LocalMoment(date(2025, 10, 26)),
        LocalMoment(date(2025, 9, 1), time(12, 30)),
        LocalMoment(date(2025, 9, 1), time(0, 1)),
    ],
)
def test_what_was_typed_is_told_back(field: Moment, zone: str, typed: LocalMoment) -> None:
    instant = field.instant(typed, zone=zone)
    assert field.on_clock(instant, zone=zone) == typed
    assert field.clean(str(typed)) == typed
