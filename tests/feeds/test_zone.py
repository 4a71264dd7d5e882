from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO, TextIOWrapper
from zoneinfo import ZoneInfo, available_timezones

import icalendar
import pytest
from dateutil.tz import tzical

from scheduler.feeds.zone import is_utc, zone_component

RULED = ["Europe/London", "Europe/Dublin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe"]
CHANGED = ["America/Mexico_City", "America/Santiago", "Asia/Tehran", "Africa/Casablanca", "America/Nuuk"]


def test_shanghai_is_a_single_standard() -> None:
    assert zone_component("Asia/Shanghai") == (
        b"BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\n"
        b"BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
        b"TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nTZNAME:CST\r\n"
        b"END:STANDARD\r\nEND:VTIMEZONE\r\n"
    )


def test_london_is_two_rules() -> None:
    assert zone_component("Europe/London").decode().split("\r\n") == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/London",
        "BEGIN:DAYLIGHT",
        "DTSTART:19700329T010000",
        "TZOFFSETFROM:+0000",
        "TZOFFSETTO:+0100",
        "TZNAME:BST",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:19701025T020000",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0000",
        "TZNAME:GMT",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


@pytest.mark.parametrize(
    ("zone", "rules"), [(zone, 2 if zone in RULED else 0) for zone in (*RULED, *CHANGED)]
)
def test_a_rule_is_written_where_one_covers_all_the_years(zone: str, rules: int) -> None:
    assert zone_component(zone).count(b"RRULE") == rules


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Kolkata", "Asia/Kathmandu", *RULED, *CHANGED])
def test_dateutil_reads_the_same_offsets(zone: str) -> None:
    """Each half hour around every change of clocks 2018–2030, and each day."""
    text = b"BEGIN:VCALENDAR\r\n" + zone_component(zone) + b"END:VCALENDAR\r\n"
    seen = tzical(TextIOWrapper(BytesIO(text), encoding="utf-8")).get()
    known = ZoneInfo(zone)
    for local in _local_times(known):
        assert local.replace(tzinfo=seen).utcoffset() == local.replace(tzinfo=known).utcoffset(), local


def _local_times(zone: ZoneInfo) -> list[datetime]:
    """Local times that exist once, naive, in order."""
    instants, day = [], datetime(2018, 1, 2, tzinfo=UTC)
    while day.year < 2031:
        following = day + timedelta(days=1)
        changes = day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset()
        instants += [day + timedelta(minutes=m) for m in range(0, 1440, 30 if changes else 1440)]
        day = following
    locals_ = [instant.astimezone(zone) for instant in instants]
    return [local.replace(tzinfo=None) for local in locals_ if not _occurs_twice(local)]


def _occurs_twice(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "Zulu", "Etc/UCT"])
def test_utc_needs_no_component_and_its_times_end_in_z(zone: str) -> None:
    event = icalendar.Event()
    event.add("DTSTART", datetime(2018, 12, 12, 1, 0, tzinfo=ZoneInfo(zone)))
    assert event.to_ical() == b"BEGIN:VEVENT\r\nDTSTART:20181212T010000Z\r\nEND:VEVENT\r\n"
    assert is_utc(zone)
    assert zone_component(zone) == b""


@pytest.mark.parametrize("zone", ["Asia/Linxi", "../etc/passwd", "Asia/Shanghai\r\nX:1"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises((ValueError, OSError, KeyError)):
        zone_component(zone)


def test_every_zone_can_be_written_without_dates_in_lists() -> None:
    for zone in sorted(available_timezones())[::7]:
        component = zone_component(zone)
        assert b"RDATE" not in component
        assert is_utc(zone) or component.startswith(b"BEGIN:VTIMEZONE\r\nTZID:" + zone.encode())
