"""A feed: kept VEVENTs joined into one VCALENDAR (RFC 5545, RFC 7986), no iCalendar library on the way."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Sequence

from scheduler.feeds.colour import COLOURS
from scheduler.feeds.text import clean_line, escape, fold
from scheduler.feeds.zone import zone_component

# Google drops larger feeds.
MOST_EVENTS = 1000
MOST_OCTETS = 1_000_000

_HEAD_OCTETS = 10_000  # what the head and some zones take at most


def join_calendar(*, name: str, color: str, zones: Sequence[str], fragments: Iterable[bytes]) -> bytes:
    """The bytes of a feed from the kept output of `write_event`, in the order given.

    ``name`` is the calendar's title, ``color`` one of `COLOURS`, ``zones`` every IANA zone the events use,
    the feed's own first. There is no UID (vdirsyncer would take the feed for one item) and no SOURCE (a
    forwarded file would carry the token). Raises KeyError for another colour and what `zone_component` does.
    """
    title = escape(clean_line(name))
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Tongtang//Tongtang feed//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{title}",
        f"X-WR-CALNAME:{title}",
        f"X-WR-TIMEZONE:{zones[0]}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        f"COLOR:{color}",
        f"X-APPLE-CALENDAR-COLOR:{COLOURS[color]}",
    )
    components = map(zone_component, dict.fromkeys(zones))
    return b"".join([*map(fold, lines), *components, *fragments, b"END:VCALENDAR\r\n"])


def count_fitting(fragments: Sequence[bytes]) -> int:
    """How many of these, from the first, a feed may hold: 1 000 events, 1 MB. Put first what matters most."""
    octets = _HEAD_OCTETS
    for count, fragment in enumerate(fragments[:MOST_EVENTS]):
        octets += len(fragment)
        if octets > MOST_OCTETS:
            return count
    return min(len(fragments), MOST_EVENTS)


def etag_of(data: bytes) -> str:
    """The strong entity tag of these bytes, with its quotes (RFC 9110 §8.8.3)."""
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'


def compress(data: bytes) -> bytes:
    """gzip without a time stamp: the same bytes each time."""
    return gzip.compress(data, compresslevel=6, mtime=0)
