"""The same feed through parsers that nobody here wrote."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import icalendar
import recurring_ical_events
from ical.calendar_stream import IcsCalendarStream

from scheduler.feeds.event import CalendarEvent

HERE = Path(__file__).parent


class Seen(NamedTuple):
    """An event as a parser sees it; times in epoch seconds, half-open."""

    starts: int
    ends: int
    uid: str
    summary: str
    status: str
    sequence: int
    location: str
    description: str
    url: str


def expected(events: Sequence[CalendarEvent]) -> list[Seen]:
    """What each parser has to see, in order of time; worked out from the events, not from their bytes."""
    return sorted(map(_expect, events))


def _expect(event: CalendarEvent) -> Seen:
    status = "CANCELLED" if event.cancelled else "TENTATIVE" if event.tentative else "CONFIRMED"
    link = [event.url] if event.url else []
    return Seen(
        starts=int(event.starts_at.timestamp()),
        ends=int(event.ends_at.timestamp()),
        uid=event.uid,
        summary=("【取消】" if event.cancelled else "") + event.summary,
        status=status,
        sequence=event.sequence,
        location=event.location or event.url or "",
        description="\n".join([*link, *event.description_lines]),
        url=event.url or "",
    )


def read_with_icalendar(data: bytes) -> list[Seen]:
    return sorted(map(_see_icalendar, icalendar.Calendar.from_ical(data).walk("VEVENT")))


def read_with_recurring(data: bytes) -> list[Seen]:
    calendar = icalendar.Calendar.from_ical(data)
    found = recurring_ical_events.of(calendar).between(
        datetime(2018, 1, 1, tzinfo=UTC), datetime(2031, 1, 2, tzinfo=UTC)
    )
    return sorted(map(_see_icalendar, found))


def _see_icalendar(event: Any) -> Seen:
    return Seen(
        starts=int(event.start.timestamp()),
        ends=int(event.end.timestamp()),
        uid=str(event["UID"]),
        summary=str(event["SUMMARY"]),
        status=str(event["STATUS"]),
        sequence=int(event["SEQUENCE"]),
        location=str(event.get("LOCATION", "")),
        description=str(event.get("DESCRIPTION", "")),
        url=str(event.get("URL", "")),
    )


def read_with_ical(data: bytes) -> list[Seen]:
    calendar = IcsCalendarStream.calendar_from_ics(data.decode())
    return sorted(
        Seen(
            starts=int(event.dtstart.timestamp()),
            ends=int(event.dtend.timestamp()),
            uid=event.uid,
            summary=event.summary or "",
            status=event.status.value if event.status else "",
            sequence=event.sequence or 0,
            location=event.location or "",
            description=event.description or "",
            url=str(event.url or ""),
        )
        for event in calendar.events
    )


def read_with_node(script: str, data: bytes, node: tuple[str, Path]) -> list[Seen]:
    """Through ``script`` of this folder: feed on stdin, JSON rows on stdout."""
    program, modules = node
    done = subprocess.run(
        [program, str(HERE / script), str(modules)],
        input=data,
        capture_output=True,
        check=True,
        env={**os.environ, "TZ": "Pacific/Chatham"},
    )
    return sorted(Seen(**row) for row in json.loads(done.stdout))


def read_with_calcurse(data: bytes, folder: Path, *, zone: str) -> list[tuple[int, int, str]]:
    """(starts, ends, summary) of calcurse, run in the time zone ``zone``."""
    program = shutil.which("calcurse")
    assert program
    file = folder / "feed.ics"
    file.write_bytes(data)
    environ = {"TZ": zone, "LC_ALL": "C.UTF-8", "HOME": str(folder), "PATH": os.environ["PATH"]}
    call = [program, "-D", str(folder / "data"), "-C", str(folder / "conf")]
    subprocess.run([*call, "-q", "-i", str(file)], env=environ, check=True, capture_output=True)
    days = ["--from", "01/01/2018", "--days", "4750"]
    query = ["-Q", *days, "--format-apt", "%(start:epoch)|%(end:epoch)|%m\\n"]
    listed = subprocess.run([*call, *query], env=environ, check=True, capture_output=True).stdout.decode()
    rows = [line.split("|", 2) for line in listed.splitlines() if line.count("|") >= 2]
    return sorted((int(starts), int(ends), summary) for starts, ends, summary in rows)
