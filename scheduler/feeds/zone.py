"""VTIMEZONE (RFC 5545 §3.6.5) from the IANA data, in the forms that every client reads the same.

A zone whose offset stands still has a single STANDARD; one that changes its clocks by one rule has RRULEs;
one whose rules changed (Mexico in 2022) lists its changes, each a part of its own. Never RDATE: lists of them
crash Ruby's icalendar and shift London by an hour in three parsers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from scheduler.feeds.text import fold

# Changes of clocks are known to the calendar within these years; a rule goes on for ever.
FIRST_YEAR = 2018
LAST_YEAR = 2037

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local times of a VTIMEZONE are naive
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class _Onset:
    """A change of clocks: ``at`` in the local time before it, both offsets, the abbreviation after it."""

    at: datetime
    offset_from: timedelta
    offset_to: timedelta
    name: str


@cache
def zone_component(zone: str) -> bytes:
    """The VTIMEZONE of an IANA zone, CRLF, the same bytes each time; b"" for UTC, whose times end in Z.

    Raises ValueError, OSError or KeyError for an unknown zone, as `zoneinfo` does.
    """
    info = ZoneInfo(zone)
    if is_utc(zone):
        return b""
    onsets = _find_onsets(info)
    parts = _build_rules(onsets) if onsets else None
    if parts is None:
        parts = [_build_part(onset) for onset in (_standing(info), *onsets)]
    return b"".join([fold("BEGIN:VTIMEZONE"), fold(f"TZID:{zone}"), *parts, fold("END:VTIMEZONE")])


def is_utc(zone: str) -> bool:
    """Whether times of this zone are written in UTC."""
    return ZoneInfo(zone).tzname(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)) == "UTC"


def _standing(info: ZoneInfo) -> _Onset:
    first = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).astimezone(info)
    offset = _offset(first)
    return _Onset(_EPOCH, offset, offset, first.tzname() or "")


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta(0)


def _find_onsets(info: ZoneInfo) -> list[_Onset]:
    """Every change from FIRST_YEAR to LAST_YEAR: days whose offsets differ, then to the minute by halving."""
    onsets = []
    day, end = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
    while day < end:
        following = day + timedelta(days=1)
        if _offset(day.astimezone(info)) != _offset(following.astimezone(info)):
            onsets.append(_find_onset(info, day, following))
        day = following
    return onsets


def _find_onset(info: ZoneInfo, before: datetime, after: datetime) -> _Onset:
    offset = _offset(before.astimezone(info))
    while after - before > timedelta(minutes=1):
        middle = before + timedelta(minutes=(after - before) // timedelta(minutes=2))
        if _offset(middle.astimezone(info)) == offset:
            before = middle
        else:
            after = middle
    local = after.astimezone(info)
    return _Onset((after + offset).replace(tzinfo=None), offset, _offset(local), local.tzname() or "")


def _build_rules(onsets: Sequence[_Onset]) -> list[bytes] | None:
    """A rule for the changes forward and one for those back; None when they do not cover all the years."""
    forward = [onset for onset in onsets if onset.offset_to > onset.offset_from]
    back = [onset for onset in onsets if onset.offset_to < onset.offset_from]
    parts = [_build_rule(group) for group in (forward, back)]
    return None if None in parts else [part for part in parts if part]


def _build_rule(onsets: Sequence[_Onset]) -> bytes | None:
    """These changes as one yearly rule that begins in 1970; None when there is no such rule."""
    if [onset.at.year for onset in onsets] != list(range(FIRST_YEAR, LAST_YEAR + 1)):
        return None
    if len({replace(onset, at=_EPOCH) for onset in onsets}) > 1:
        return None
    if len({(onset.at.month, onset.at.weekday(), onset.at.time()) for onset in onsets}) > 1:
        return None
    ordinal = _find_ordinal([onset.at for onset in onsets])
    if ordinal is None:
        return None
    at = onsets[0].at
    first = replace(onsets[0], at=_nth_weekday(at, ordinal))
    return _build_part(first, f"FREQ=YEARLY;BYMONTH={at.month};BYDAY={ordinal}{_WEEKDAYS[at.weekday()]}")


def _find_ordinal(days: Sequence[datetime]) -> int | None:
    """Which one of its weekday in the month each day is (-1: the last), if all are the same one."""
    if all((day + timedelta(days=7)).month != day.month for day in days):
        return -1
    ordinals = {(day.day - 1) // 7 + 1 for day in days}
    return ordinals.pop() if len(ordinals) == 1 else None


def _nth_weekday(like: datetime, ordinal: int) -> datetime:
    """In 1970, the day of that month and weekday, and that time of day."""
    days = [_EPOCH + timedelta(days=n, hours=like.hour, minutes=like.minute) for n in range(365)]
    fitting = [day for day in days if (day.month, day.weekday()) == (like.month, like.weekday())]
    return fitting[ordinal if ordinal < 0 else ordinal - 1]


def _build_part(onset: _Onset, rule: str = "") -> bytes:
    kind = "DAYLIGHT" if onset.offset_to > onset.offset_from else "STANDARD"
    lines = [
        f"BEGIN:{kind}",
        f"DTSTART:{onset.at:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_write_offset(onset.offset_from)}",
        f"TZOFFSETTO:{_write_offset(onset.offset_to)}",
        f"TZNAME:{onset.name}",
        *([f"RRULE:{rule}"] if rule else []),
        f"END:{kind}",
    ]
    return b"".join(map(fold, lines))


def _write_offset(offset: timedelta) -> str:
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"{'-' if offset < timedelta(0) else '+'}{hours:02}{minutes:02}"
