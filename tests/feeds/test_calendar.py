from __future__ import annotations

import gzip

import pytest

from scheduler.feeds.calendar import (
    MOST_EVENTS,
    MOST_OCTETS,
    compress,
    count_fitting,
    etag_of,
    join_calendar,
)
from scheduler.feeds.event import write_event
from scheduler.feeds.zone import zone_component

from .octets import find_faults
from .samples import LESSON, RESEARCH


def test_the_head_has_these_lines_and_the_fragments_stand_as_they_are() -> None:
    zones, fragments = ["Asia/Shanghai"], [write_event(LESSON), write_event(RESEARCH)]
    feed = join_calendar(name="同堂；丰台, 林西", color="teal", zones=zones, fragments=iter(fragments))
    head = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Tongtang//Tongtang feed//ZH\r\nCALSCALE:GREGORIAN\r\n"
        "METHOD:PUBLISH\r\nNAME:同堂；丰台\\, 林西\r\nX-WR-CALNAME:同堂；丰台\\, 林西\r\n"
        "X-WR-TIMEZONE:Asia/Shanghai\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n"
        "COLOR:teal\r\nX-APPLE-CALENDAR-COLOR:#008080\r\n"
    )
    zone = zone_component("Asia/Shanghai")
    assert feed == head.encode() + zone + b"".join(fragments) + b"END:VCALENDAR\r\n"


def test_each_zone_stands_once() -> None:
    zones = ["Asia/Shanghai", "Europe/London", "Asia/Shanghai", "UTC"]
    feed = join_calendar(name="x", color="teal", zones=zones, fragments=[])
    assert feed.count(b"BEGIN:VTIMEZONE") == 2
    assert find_faults(feed) == []


def test_a_hostile_name_stays_in_its_line() -> None:
    feed = join_calendar(
        name="名\r\nSOURCE:x\x00\ud800" + "长" * 200, color="teal", zones=["Asia/Shanghai"], fragments=[]
    )
    assert find_faults(feed) == []


def test_an_unknown_colour_is_refused() -> None:
    with pytest.raises(KeyError):
        join_calendar(name="x", color="teal\n", zones=["Asia/Shanghai"], fragments=[])


@pytest.mark.parametrize(
    ("sizes", "count"),
    [
        ([], 0),
        ([400] * 200, 200),
        ([400] * 1500, MOST_EVENTS),
        ([990_000, 1], 1),
        ([990_000, 1][::-1], 1),
        ([MOST_OCTETS], 0),
    ],
)
def test_a_feed_stays_below_what_clients_take(sizes: list[int], count: int) -> None:
    assert count_fitting([b"x" * size for size in sizes]) == count


def test_the_tag_is_strong_and_follows_the_bytes() -> None:
    assert etag_of(b"a") == '"ca978112ca1bbdcafac231b39a23dc4d"'
    assert etag_of(b"b") != etag_of(b"a")


def test_gzip_is_the_same_each_time() -> None:
    data = write_event(LESSON)
    assert compress(data)[4:8] == bytes(4)
    assert gzip.decompress(compress(data)) == data
