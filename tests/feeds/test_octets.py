"""Our own reader of bytes finds each fault, and none in what we write."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.feeds.event import write_event

from .octets import find_faults
from .samples import DECEMBER_2018, LESSON, VISIT, write_feed, write_lesson_feed

FEED = write_feed(DECEMBER_2018)
STAMP = b"DTSTAMP:20181203T013000Z\r\n"


def test_the_sample_is_written_byte_for_byte() -> None:
    assert write_lesson_feed() == Path(__file__).with_name("lesson-2018.ics").read_bytes()


@pytest.mark.parametrize("feed", [FEED, write_lesson_feed(), write_feed([VISIT]), write_feed([])])
def test_what_we_write_has_no_fault(feed: bytes) -> None:
    assert find_faults(feed) == []


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        (b"BEGIN:VCALENDAR", b"\xef\xbb\xbfBEGIN:VCALENDAR", ["byte order mark", "control character"]),
        (b"END:VCALENDAR\r\n", b"END:VCALENDAR", ["no CRLF at the end"]),
        (b"CALSCALE:GREGORIAN\r\n", b"CALSCALE:GREGORIAN\n", ["bare LF or CR", "control character"]),
        (b"\r\n 111", b"", []),
        (b"VERSION:2.0", b"VERSION:2.0" + b"0" * 65, ["76 octets in a line"]),
        (b"VERSION:2.0\r\n", b"VERSION:2.0\r\n\r\n", ["blank line"]),
        ("同堂".encode(), "同堂".encode()[:1] + b"\r\n " + "同堂".encode()[1:], ["split character"] * 4),
        (b"VERSION:2.0", b"VERSION:2.0\x00", ["control character"]),
        (b";VALUE=DURATION:PT1H", b":PT1H", ["REFRESH-INTERVAL without VALUE"]),
        (b"X-PUBLISHED-TTL:PT1H", b"X-PUBLISHED-TTL:P1H", ["X-PUBLISHED-TTL is no duration"]),
        (b"METHOD:PUBLISH", b"METHOD:REQUEST", ["METHOD is not PUBLISH"]),
        (b"VERSION:2.0\r\n", b"VERSION:2.0\r\nUID:1\r\n", ["VCALENDAR has a UID"]),
        (b"VERSION:2.0\r\n", b"VERSION:2.0\r\nSOURCE:https://x\r\n", ["SOURCE present"]),
        (b"9Bd4tR", b"7Kq2mX", ["duplicate UID"]),
        (STAMP, b"", ["VEVENT has DTSTAMP 0 times"]),
        (STAMP, STAMP * 2, ["VEVENT has DTSTAMP 2 times"]),
        (STAMP, STAMP + b"ATTENDEE:mailto:a@example\r\n", ["ATTENDEE present"]),
        (
            b"DTSTART;TZID=Asia/Shanghai:20181212T09",
            b"DTSTART:20181212T09",
            ["DTSTART floats or is malformed"],
        ),
        (b"TZID:Asia/Shanghai", b"TZID:Asia/Beijing", ["no VTIMEZONE for Asia/Shanghai"] * 6),
        (b"\\, ", b", ", ["SUMMARY not escaped", "DESCRIPTION not escaped"]),
    ],
)
def test_each_fault_is_found(old: bytes, new: bytes, faults: list[str]) -> None:
    assert sorted(find_faults(FEED.replace(old, new))) == sorted(faults)


def test_an_alarm_before_other_lines_is_a_fault() -> None:
    alarm = b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n"
    assert find_faults(FEED.replace(STAMP, alarm + STAMP)) == ["VALARM is not last"]
    assert find_faults(FEED.replace(write_event(LESSON), write_event(LESSON, alarm_minutes=5))) == []
