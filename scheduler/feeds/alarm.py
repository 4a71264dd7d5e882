"""A reminder put into a kept VEVENT: kept bytes serve feeds with any reminder, or none."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from icalendar.prop import vDuration

from scheduler.feeds.event import LONGEST_ALARM_MINUTES
from scheduler.feeds.text import fold

_END = b"END:VEVENT\r\n"
_CANCELLED = b"\r\nSTATUS:CANCELLED\r\n"
_SUMMARY = b"\r\nSUMMARY:"


def add_alarm(fragment: bytes, minutes: int) -> bytes:
    """The VEVENT of `write_event` with a reminder ``minutes`` before its start, as its last component.

    The same bytes that `write_event` gives for ``alarm_minutes``: a cancelled event gets none. Raises
    ValueError beyond four weeks.
    """
    trigger = _trigger(minutes)
    if _CANCELLED in fragment:
        return fragment
    alarm = (b"BEGIN:VALARM", b"ACTION:DISPLAY", _description(fragment), trigger, b"END:VALARM", b"")
    return fragment.removesuffix(_END) + b"\r\n".join(alarm) + _END


@lru_cache
def _trigger(minutes: int) -> bytes:
    if not 0 <= minutes <= LONGEST_ALARM_MINUTES:
        raise ValueError("alarm_minutes is out of range")
    duration: bytes = vDuration(timedelta(minutes=-minutes)).to_ical()  # type: ignore[no-untyped-call]
    return b"TRIGGER:" + duration


def _description(fragment: bytes) -> bytes:
    """The SUMMARY line under another name; folded anew, because the other name is longer."""
    starts = fragment.index(_SUMMARY) + len(_SUMMARY)
    summary, *rest = fragment[starts:].split(b"\r\n")
    for line in rest:
        if not line.startswith(b" "):
            break
        summary += line[1:]
    return fold(f"DESCRIPTION:{summary.decode()}").removesuffix(b"\r\n")
