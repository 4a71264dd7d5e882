"""Parsers that nobody here wrote see the same events at the same UTC instants."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.feeds.event import CalendarEvent

from . import readers
from .samples import DECEMBER_2018, LESSON, ZONES, events_around_clock_changes, write_feed

AWKWARD = (
    "反斜杠 C:\\课件; 分号, 逗号 \\, \\; \\\\",
    "引号 \"双引号\" 与 ^ ^n '单引号' = : 冒号",
    "表情 👩🏽‍🏫🏺 组合 e\u0301 ä 零宽\u200d连接" * 4,
    "全角　空格 与 不换行\u00a0空格",
)
# node-ical takes an escaped backslash and an n for an end of line, whoever wrote them.
BACKSLASH_N = ("C:\\New\\next \\N \\n",)


def _titled(titles: Sequence[str]) -> list[CalendarEvent]:
    return [
        replace(
            LESSON,
            uid=f"title-{number}@tongtang.example",
            summary=title,
            description_lines=(title, "", title),
        )
        for number, title in enumerate(titles)
    ]


def _sets() -> list[object]:
    zones = [
        pytest.param(events_around_clock_changes(zone), ("Asia/Shanghai", zone), id=zone.replace("/", "-"))
        for zone in ZONES
    ]
    return [
        pytest.param(DECEMBER_2018, ("Asia/Shanghai",), id="december-2018"),
        pytest.param(_titled(AWKWARD), ("Asia/Shanghai",), id="titles"),
        *zones,
    ]


PYTHON = pytest.mark.parametrize(
    "read", [readers.read_with_icalendar, readers.read_with_recurring, readers.read_with_ical]
)
Reader = Callable[[bytes], list[readers.Seen]]


@pytest.mark.parametrize(("events", "zones"), _sets())
@PYTHON
def test_python_parsers_see_the_same(
    read: Reader, events: Sequence[CalendarEvent], zones: Sequence[str]
) -> None:
    assert read(write_feed(events, zones=zones)) == readers.expected(events)


@PYTHON
def test_a_backslash_before_n_is_no_line_end(read: Reader) -> None:
    assert read(write_feed(_titled(BACKSLASH_N))) == readers.expected(_titled(BACKSLASH_N))


def test_ical_js_reads_a_backslash_before_n(node: tuple[str, Path]) -> None:
    seen = readers.read_with_node("read-ical-js.mjs", write_feed(_titled(BACKSLASH_N)), node)
    assert seen == readers.expected(_titled(BACKSLASH_N))


@pytest.mark.parametrize(("events", "zones"), _sets())
@pytest.mark.parametrize("script", ["read-ical-js.mjs", "read-node-ical.mjs"])
def test_node_parsers_see_the_same(
    script: str, events: Sequence[CalendarEvent], zones: Sequence[str], node: tuple[str, Path]
) -> None:
    seen = readers.read_with_node(script, write_feed(events, zones=zones), node)
    assert seen == readers.expected(events)


@pytest.mark.skipif(not shutil.which("calcurse"), reason="Debian's calcurse is not installed")
@pytest.mark.parametrize("local", ["UTC", "Asia/Shanghai"])  # it keeps local times, so none with two 1:30
@pytest.mark.parametrize(("events", "zones"), _sets())
def test_calcurse_sees_the_same(
    local: str, events: Sequence[CalendarEvent], zones: Sequence[str], tmp_path: Path
) -> None:
    seen = readers.read_with_calcurse(write_feed(events, zones=zones), tmp_path, zone=local)
    assert seen == sorted((event.starts, event.ends, event.summary) for event in readers.expected(events))


def _rename_zone(data: bytes, zone: str) -> bytes:
    """The same feed with a name of no database: a parser has our VTIMEZONE alone to go by."""
    for mark in (b"TZID=", b"TZID:"):
        data = data.replace(mark + zone.encode(), mark + b"Tongtang/Zone")
    return data


@pytest.mark.parametrize("zone", ZONES)
def test_ical_js_reads_our_zones(zone: str, node: tuple[str, Path]) -> None:
    events = events_around_clock_changes(zone)
    data = _rename_zone(write_feed(events, zones=("Asia/Shanghai", zone)), zone)
    assert readers.read_with_node("read-ical-js.mjs", data, node) == readers.expected(events)


# The other zones are left out: of one it does not know this parser takes rules alone.
@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe"])
def test_ical_reads_our_rules(zone: str) -> None:
    events = events_around_clock_changes(zone)
    data = _rename_zone(write_feed(events, zones=("Asia/Shanghai", zone)), zone)
    assert readers.read_with_ical(data) == readers.expected(events)


def test_readers_notice_a_shifted_zone(node: tuple[str, Path]) -> None:
    """The twin with a wrong VTIMEZONE: these tests do look at it."""
    data = write_feed(DECEMBER_2018).replace(b"TZOFFSETTO:+0800", b"TZOFFSETTO:+0900")
    assert readers.read_with_node("read-ical-js.mjs", data, node) != readers.expected(DECEMBER_2018)
