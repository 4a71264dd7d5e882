"""Times as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from scheduler.wording.moments import (
    day_words,
    distance_words,
    interval_words,
    moment_words,
    stretch_words,
)

DAY = date(2018, 12, 6)
STARTS, ENDS = datetime(2018, 12, 6, 2, 0, tzinfo=UTC), datetime(2018, 12, 6, 3, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "year", "words"),
    [
        ("zh", False, "12月6日 周四"),
        ("zh", True, "2018年12月6日 周四"),
        ("en", False, "Thu 6 Dec"),
        ("en", True, "Thu 6 Dec 2018"),
    ],
)
def test_a_day_has_its_weekday(language: str, year: bool, words: str) -> None:
    assert day_words(DAY, language, year=year) == words


@pytest.mark.parametrize(
    ("language", "zone", "words"),
    [
        ("zh", "Asia/Shanghai", "12月6日 周四 10:00–11:20"),
        ("en", "Asia/Shanghai", "Thu 6 Dec 10:00–11:20"),
        ("en", "America/New_York", "Wed 5 Dec 21:00–22:20"),
        ("zh", "Asia/Kolkata", "12月6日 周四 07:30–08:50"),
    ],
)
def test_an_interval_is_told_in_the_zone(language: str, zone: str, words: str) -> None:
    assert interval_words(STARTS, ENDS, language, zone) == words


def test_the_day_of_the_end_is_told_when_it_is_another() -> None:
    assert interval_words(STARTS, ENDS, "zh", "Pacific/Auckland") == "12月6日 周四 15:00–16:20"
    late = datetime(2018, 12, 6, 15, 30, tzinfo=UTC)
    assert interval_words(late, late.replace(hour=16, minute=30), "zh", "Asia/Shanghai") == (
        "12月6日 周四 23:30–12月7日 周五 00:30"
    )


def test_a_moment() -> None:
    assert moment_words(STARTS, "en", "Asia/Shanghai", year=True) == "Thu 6 Dec 2018 10:00"


@pytest.mark.parametrize(
    ("day", "zh", "en"),
    [
        (6, "今天", "today"),
        (7, "明天", "tomorrow"),
        (5, "昨天", "yesterday"),
        (9, "3 天后", "in 3 days"),
        (1, "5 天前", "5 days ago"),
    ],
)
def test_distances(day: int, zh: str, en: str) -> None:
    there = DAY.replace(day=day)
    assert [distance_words(there, DAY, language) for language in ("zh", "en")] == [zh, en]


@pytest.mark.parametrize(
    ("there", "zh", "en"),
    [
        (date(2019, 12, 5), "364 天后", "in 364 days"),
        (date(2019, 12, 6), "1 年后", "in 1 year"),
        (date(2016, 12, 1), "2 年前", "2 years ago"),
    ],
)
def test_far_days_are_told_in_years(there: date, zh: str, en: str) -> None:
    assert [distance_words(there, DAY, language) for language in ("zh", "en")] == [zh, en]


def test_whole_days_are_told_without_hours() -> None:
    thursday, friday, saturday = (datetime(2026, 11, day, 16, tzinfo=UTC) for day in (25, 26, 27))
    noon = datetime(2026, 11, 27, 4, tzinfo=UTC)
    assert stretch_words(thursday, friday, "zh", "Asia/Shanghai") == "11月26日 周四"
    assert stretch_words(thursday, saturday, "zh", "Asia/Shanghai") == "11月26日 周四–11月27日 周五"
    assert stretch_words(thursday, saturday, "en", "Asia/Shanghai") == "Thu 26 Nov–Fri 27 Nov"
    assert stretch_words(thursday, noon, "zh", "Asia/Shanghai") == "11月26日 周四 00:00–11月27日 周五 12:00"
