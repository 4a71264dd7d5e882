from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.feeds.window import (
    cancelled_kept_until,
    feed_window,
    is_kept_cancelled,
    last_midnight,
    next_midnight,
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize("now", [utc(2018, 12, 11, 16), utc(2018, 12, 12, 3), utc(2018, 12, 12, 15, 59, 59)])
def test_the_window_stands_still_all_day(now: datetime) -> None:
    """12 December in Shanghai, from midnight to its last second."""
    assert feed_window(now, "Asia/Shanghai") == (utc(2018, 10, 12, 16), utc(2019, 12, 12, 16))
    assert last_midnight(now, "Asia/Shanghai") == utc(2018, 12, 11, 16)
    assert next_midnight(now, "Asia/Shanghai") == utc(2018, 12, 12, 16)


@pytest.mark.parametrize(
    ("zone", "now", "last", "following"),
    [
        ("Europe/London", utc(2025, 10, 26, 12), utc(2025, 10, 25, 23), utc(2025, 10, 27)),
        ("Europe/London", utc(2025, 3, 30, 12), utc(2025, 3, 30), utc(2025, 3, 30, 23)),
        # Clocks jump over midnight: the day begins at 1:00.
        ("Africa/Cairo", utc(2025, 4, 24, 12), utc(2025, 4, 23, 22), utc(2025, 4, 24, 22)),
        ("Africa/Cairo", utc(2025, 4, 24, 22), utc(2025, 4, 24, 22), utc(2025, 4, 25, 21)),
        # Midnight comes twice: the first begins the day.
        ("America/Havana", utc(2025, 11, 2, 12), utc(2025, 11, 2, 4), utc(2025, 11, 3, 5)),
    ],
)
def test_midnight_follows_the_clocks(zone: str, now: datetime, last: datetime, following: datetime) -> None:
    assert (last_midnight(now, zone), next_midnight(now, zone)) == (last, following)


@pytest.mark.parametrize(
    ("ends_at", "cancelled_at", "until"),
    [
        (utc(2018, 12, 12), utc(2018, 12, 1), utc(2018, 12, 31)),
        (utc(2018, 12, 12), utc(2018, 11, 1), utc(2018, 12, 26)),
        (utc(2018, 12, 12), utc(2018, 11, 26), utc(2018, 12, 26)),
        (utc(2018, 12, 12), utc(2019, 1, 5), utc(2019, 2, 4)),
    ],
)
def test_a_cancelled_booking_is_kept_for_both_terms(
    ends_at: datetime, cancelled_at: datetime, until: datetime
) -> None:
    assert cancelled_kept_until(ends_at, cancelled_at) == until
    assert is_kept_cancelled(ends_at, cancelled_at, until - timedelta(seconds=1))
    assert not is_kept_cancelled(ends_at, cancelled_at, until)
