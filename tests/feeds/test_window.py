from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scheduler.feeds.window import feed_window, last_midnight


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize("now", [utc(2018, 12, 11, 16), utc(2018, 12, 12, 3), utc(2018, 12, 12, 15, 59, 59)])
def test_the_window_stands_still_all_day(now: datetime) -> None:
    """12 December in Shanghai, from midnight to its last second."""
    assert feed_window(now, "Asia/Shanghai") == (utc(2018, 10, 12, 16), utc(2019, 12, 12, 16))
    assert last_midnight(now, "Asia/Shanghai") == utc(2018, 12, 11, 16)


@pytest.mark.parametrize(
    ("zone", "now", "last"),
    [
        ("Europe/London", utc(2025, 10, 26, 12), utc(2025, 10, 25, 23)),
        ("Europe/London", utc(2025, 3, 30, 12), utc(2025, 3, 30)),
        # Clocks jump over midnight: the day begins at 1:00.
        ("Africa/Cairo", utc(2025, 4, 24, 12), utc(2025, 4, 23, 22)),
        ("Africa/Cairo", utc(2025, 4, 24, 22), utc(2025, 4, 24, 22)),
        # Midnight comes twice: the first begins the day.
        ("America/Havana", utc(2025, 11, 2, 12), utc(2025, 11, 2, 4)),
    ],
)
def test_midnight_follows_the_clocks(zone: str, now: datetime, last: datetime) -> None:
    assert last_midnight(now, zone) == last
