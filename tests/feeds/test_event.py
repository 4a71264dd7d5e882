from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.feeds.event import CalendarEvent, EventError, write_event
from scheduler.feeds.text import clean_line, clean_text

from .octets import find_faults
from .samples import LESSON, LINK, REHEARSAL, RESEARCH, VISIT, write_feed

PLAIN = CalendarEvent(
    uid="booking-1@tongtang.example",
    sequence=3,
    revised_at=datetime(2018, 12, 1, 8, 0, tzinfo=UTC),
    starts_at=datetime(2018, 12, 12, 1, 0, tzinfo=UTC),
    ends_at=datetime(2018, 12, 12, 2, 0, tzinfo=UTC),
    summary="远程课",
)
LONDON = ";TZID=Europe/London:20251026"


def lines_of(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")[:-1]


def test_a_plain_event_has_these_lines_and_no_others() -> None:
    assert lines_of(write_event(PLAIN)) == [
        "BEGIN:VEVENT",
        "SUMMARY:远程课",
        "DTSTART;TZID=Asia/Shanghai:20181212T090000",
        "DTEND;TZID=Asia/Shanghai:20181212T100000",
        "DTSTAMP:20181201T080000Z",
        "UID:booking-1@tongtang.example",
        "SEQUENCE:3",
        "LAST-MODIFIED:20181201T080000Z",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "END:VEVENT",
    ]


def test_a_meeting_link_stands_where_each_client_looks() -> None:
    lines = lines_of(write_event(replace(PLAIN, url=LINK, description_lines=["主讲：示例教师甲"])))
    escaped = LINK.replace(",", "\\,").replace(";", "\\;")
    assert [line for line in lines if "meeting" in line] == [
        f"CONFERENCE;FEATURE=VIDEO;VALUE=URI:{LINK}",
        f"DESCRIPTION:{escaped}\\n主讲：示例教师甲",
        f"LOCATION:{escaped}",
        f"URL:{LINK}",
    ]


def test_a_place_stands_before_the_link() -> None:
    lines = lines_of(write_event(replace(PLAIN, url=LINK, location="博物馆\n一层")))
    assert [line for line in lines if line.startswith("LOCATION")] == ["LOCATION:博物馆 一层"]


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://meeting.example/会议?a=b c\n", "https://meeting.example/%E4%BC%9A%E8%AE%AE?a=b%20c"),
        ("https://meeting.example/%E4%BC%9A", "https://meeting.example/%E4%BC%9A"),
        ("  ", None),
        ("", None),
        (None, None),
    ],
)
def test_a_link_holds_only_what_a_uri_may(url: str | None, written: str | None) -> None:
    event = icalendar.Event.from_ical(write_event(replace(PLAIN, url=url)))
    assert event.get("URL") == written


@pytest.mark.parametrize(
    ("event", "language", "status", "transparency", "summary"),
    [
        (RESEARCH, "zh", "TENTATIVE", "OPAQUE", "联合教研：走进西汉墓"),
        (REHEARSAL, "zh", "CANCELLED", "TRANSPARENT", "【取消】联调：北京—林西"),
        (REHEARSAL, "en", "CANCELLED", "TRANSPARENT", "[Cancelled] 联调：北京—林西"),
    ],
)
def test_the_state_is_told(
    event: CalendarEvent, language: str, status: str, transparency: str, summary: str
) -> None:
    parsed = icalendar.Event.from_ical(write_event(event, language=language))
    assert (parsed["STATUS"], parsed["TRANSP"], parsed["SUMMARY"]) == (status, transparency, summary)


@pytest.mark.parametrize(
    ("event", "language", "summary"),
    [
        (LESSON, "zh", "忙碌"),
        (LESSON, "en", "Busy"),
        (replace(LESSON, cancelled=True), "zh", "【取消】忙碌"),
        (replace(LESSON, cancelled=True), "en", "[Cancelled] Busy"),
    ],
)
def test_busy_only_tells_the_time_and_nothing_else(event: CalendarEvent, language: str, summary: str) -> None:
    status, transparency = ("CANCELLED", "TRANSPARENT") if event.cancelled else ("CONFIRMED", "OPAQUE")
    assert lines_of(write_event(event, busy_only=True, language=language)) == [
        "BEGIN:VEVENT",
        f"SUMMARY:{summary}",
        "DTSTART;TZID=Asia/Shanghai:20181212T090000",
        "DTEND;TZID=Asia/Shanghai:20181212T103000",
        "DTSTAMP:20181203T013000Z",
        "UID:booking-7Kq2mX@tongtang.example",
        "SEQUENCE:2",
        "LAST-MODIFIED:20181203T013000Z",
        f"STATUS:{status}",
        f"TRANSP:{transparency}",
        "END:VEVENT",
    ]


def test_busy_only_does_not_depend_on_what_it_hides() -> None:
    bad = replace(LESSON, summary="", url="javascript:alert(1)", description_lines=["\ud800"])
    assert write_event(bad, busy_only=True) == write_event(LESSON, busy_only=True)


@pytest.mark.parametrize(
    ("minutes", "trigger"), [(0, "P0D"), (15, "-PT15M"), (90, "-PT1H30M"), (1440, "-P1D"), (40320, "-P28D")]
)
def test_an_alarm_is_last(minutes: int, trigger: str) -> None:
    assert lines_of(write_event(PLAIN, alarm_minutes=minutes))[-6:] == [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:远程课",
        f"TRIGGER:{trigger}",
        "END:VALARM",
        "END:VEVENT",
    ]


def test_no_alarm_rings_for_a_cancelled_event() -> None:
    assert write_event(REHEARSAL, alarm_minutes=15) == write_event(REHEARSAL)


@pytest.mark.parametrize("minutes", [-1, 40321])
def test_an_alarm_has_bounds(minutes: int) -> None:
    with pytest.raises(ValueError, match="alarm_minutes"):
        write_event(PLAIN, alarm_minutes=minutes)


def test_an_all_day_event_ends_the_day_after_its_last() -> None:
    parsed = icalendar.Event.from_ical(write_event(VISIT))
    assert (parsed["DTSTART"].dt, parsed["DTEND"].dt) == (date(2018, 8, 19), date(2018, 8, 22))
    into_the_next_day = replace(VISIT, ends_at=VISIT.ends_at + timedelta(hours=2))
    assert icalendar.Event.from_ical(write_event(into_the_next_day))["DTEND"].dt == date(2018, 8, 23)


@pytest.mark.parametrize(
    ("zone", "hour", "start", "end"),
    [
        (
            "Europe/London",
            23,
            f"DTSTART{LONDON}T000000",
            f"DTEND{LONDON}T003000",
        ),
        ("Europe/London", 24, "DTSTART:20251026T000000Z", "DTEND:20251026T003000Z"),
        ("Europe/London", 25, "DTSTART:20251026T010000Z", "DTEND:20251026T013000Z"),
        (
            "Europe/London",
            26,
            f"DTSTART{LONDON}T020000",
            f"DTEND{LONDON}T023000",
        ),
        ("UTC", 23, "DTSTART:20251025T230000Z", "DTEND:20251025T233000Z"),
        ("Etc/UTC", 23, "DTSTART:20251025T230000Z", "DTEND:20251025T233000Z"),
    ],
)
def test_an_hour_that_occurs_twice_is_written_in_utc(zone: str, hour: int, start: str, end: str) -> None:
    starts_at = datetime(2025, 10, 25, tzinfo=UTC) + timedelta(hours=hour)
    event = replace(PLAIN, zone=zone, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))
    assert lines_of(write_event(event))[2:4] == [start, end]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("uid", ""),
        ("uid", "booking 1"),
        ("uid", "booking-1\r\nATTENDEE:mailto:a@example"),
        ("sequence", -1),
        ("revised_at", datetime(2018, 12, 1)),  # noqa: DTZ001 - the fault
        ("starts_at", datetime(2018, 12, 12)),  # noqa: DTZ001 - the fault
        ("ends_at", datetime(2018, 12, 12, 3)),  # noqa: DTZ001 - the fault
        ("ends_at", PLAIN.starts_at),
        ("summary", "\x00\ud800 　"),
        ("zone", "Asia/Linxi"),
        ("zone", "../etc/passwd"),
        ("zone", ""),
        ("url", "javascript:alert(1)"),
        ("url", "meeting.example/1"),
        ("url", "https://"),
        ("url", "https://[::1"),
        ("color", "teal\nX-EVIL:1"),
        ("color", "#008080"),
    ],
)
def test_a_bad_event_is_named(field: str, value: Any) -> None:
    event = replace(PLAIN, **{field: value})
    with pytest.raises(EventError) as caught:
        write_event(event)
    assert (caught.value.code, caught.value.facts) == (
        "feed.event_invalid",
        {"uid": event.uid, "field": field},
    )


def test_what_the_library_dislikes_is_an_event_error() -> None:
    with pytest.raises(EventError) as caught:
        write_event(replace(PLAIN, categories=(object(),)))  # type: ignore[arg-type]
    assert caught.value.facts == {"uid": PLAIN.uid, "field": ""}


def test_an_event_cannot_change_after_it_was_written() -> None:
    with pytest.raises(FrozenInstanceError):
        PLAIN.summary = "改"  # type: ignore[misc]


TITLES = st.text(
    st.one_of(
        st.sampled_from("\\;,:\"'Nn\n\r\t^ \x00\x85\u2028\ufeff\ud800\udfff\u0301\u200d👩🏽‍🏫🏺　"),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
        st.characters(),
    ),
    max_size=200,
)


@given(
    title=TITLES, place=TITLES, lines=st.lists(TITLES, max_size=4), categories=st.lists(TITLES, max_size=3)
)
def test_any_title_comes_back_clean(title: str, place: str, lines: list[str], categories: list[str]) -> None:
    event = replace(
        PLAIN, summary=f"课{title}", location=place, description_lines=lines, categories=categories, url=LINK
    )
    data = write_event(event)
    assert find_faults(write_feed([event])) == []
    parsed = icalendar.Event.from_ical(data)
    assert parsed["SUMMARY"] == clean_line(f"课{title}")
    assert parsed["LOCATION"] == (clean_line(place) or LINK)
    assert parsed["DESCRIPTION"] == clean_text("\n".join([LINK, *lines]))
    assert write_event(event) == data
