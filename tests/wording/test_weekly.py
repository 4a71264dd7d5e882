"""The rule of a series in words, in both languages."""

from __future__ import annotations

from datetime import time

import pytest

from scheduler.wording.weekly import rule_time_words, weekly_words


@pytest.mark.parametrize(
    ("weekdays", "every", "chinese", "english"),
    [
        ({4}, 1, "每周四", "Every Thursday"),
        ({4, 2}, 1, "每周二、周四", "Every Tuesday, Thursday"),
        ({7}, 2, "每两周的周日", "Every two weeks on Sunday"),
        ({1}, 3, "每三周的周一", "Every three weeks on Monday"),
        ({1, 5}, 4, "每四周的周一、周五", "Every four weeks on Monday, Friday"),
    ],
)
def test_days(weekdays: set[int], every: int, chinese: str, english: str) -> None:
    assert weekly_words(weekdays, every, "zh") == chinese
    assert weekly_words(weekdays, every, "en") == english


def test_times() -> None:
    clocks = {"starts": time(10), "ends": time(11, 20)}
    assert rule_time_words("zh", **clocks) == "10:00–11:20"
    assert rule_time_words("zh", **clocks, school="三中", period=3) == "三中 第3节"
    assert rule_time_words("en", starts=None, ends=None, school="No. 3", period=3, period_to=4) == (
        "No. 3 Period 3–Period 4"
    )
    assert rule_time_words("zh", starts=None, ends=None) == ""
