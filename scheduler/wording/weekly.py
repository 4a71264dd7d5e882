"""The rule of a series in words: 每周四 10:00–11:20, 每两周的周二、周四 林西县民族中学 第3节."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from scheduler.wording.catalogue import say
from scheduler.wording.labels import LABELS
from scheduler.wording.names import period_words

EVERY = ("每%(days)s", "每两周的%(days)s", "每三周的%(days)s", "每四周的%(days)s")
"""Every week, every second, third and fourth."""


def weekly_words(weekdays: Iterable[int], every: int, language: str) -> str:
    """每两周的周二、周四, of ISO weekdays, in weeks of which each ``every``-th counts, from 1 to 4."""
    names = [say(language, LABELS["Weekday"][str(number)]) for number in sorted(weekdays)]
    days = ("、" if language == "zh" else ", ").join(names)
    return say(language, EVERY[every - 1], days=days)


def rule_time_words(
    language: str,
    *,
    starts: time | None,
    ends: time | None,
    school: str = "",
    period: int | None = None,
    period_to: int | None = None,
) -> str:
    """林西县民族中学 第3节, or 10:00–11:20, as meant on the clocks of whoever made the rule."""
    if period is not None:
        return f"{school} {period_words(period, period_to, language)}".strip()
    return f"{starts:%H:%M}–{ends:%H:%M}" if starts and ends else ""
