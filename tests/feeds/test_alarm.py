"""A reminder put into kept bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.feeds.alarm import add_alarm
from scheduler.feeds.event import LONGEST_ALARM_MINUTES, CalendarEvent, write_event
from scheduler.feeds.text import LINE_OCTETS

from .samples import LESSON, REHEARSAL, RESEARCH, VISIT

LONG = replace(LESSON, summary="，；\\ 汉" * 60)


def unfold(data: bytes) -> bytes:
    """icalendar folds a little earlier than our own lines."""
    return data.replace(b"\r\n ", b"")


@pytest.mark.parametrize("minutes", [0, 5, 60, 90, 1440, 1500, LONGEST_ALARM_MINUTES])
@pytest.mark.parametrize("event", [LESSON, RESEARCH, REHEARSAL, VISIT, LONG])
def test_it_is_what_the_event_would_have_been_written_with(event: CalendarEvent, minutes: int) -> None:
    added = add_alarm(write_event(event), minutes)
    assert unfold(added) == unfold(write_event(event, alarm_minutes=minutes))
    assert max(map(len, added.split(b"\r\n"))) <= LINE_OCTETS


def test_a_busy_event_has_one_too() -> None:
    busy = write_event(LESSON, busy_only=True, language="en")
    with_alarm = write_event(LESSON, busy_only=True, language="en", alarm_minutes=15)
    assert unfold(add_alarm(busy, 15)) == unfold(with_alarm)


def test_a_cancelled_event_has_none() -> None:
    assert add_alarm(write_event(REHEARSAL), 15) == write_event(REHEARSAL)


@pytest.mark.parametrize("minutes", [-1, LONGEST_ALARM_MINUTES + 1])
def test_beyond_four_weeks_is_refused(minutes: int) -> None:
    with pytest.raises(ValueError, match="alarm_minutes"):
        add_alarm(write_event(LESSON), minutes)
