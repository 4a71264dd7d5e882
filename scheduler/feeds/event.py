"""One booking as one VEVENT (RFC 5545 §3.6.1, RFC 7986), written once for each revision.

``icalendar`` takes some 0.3 ms an event, so its bytes are kept and a feed only joins them. Nothing here reads
a clock: the same event gives the same bytes for ever, or each poll of a feed would look like a change.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from icalendar import Alarm, Conference, Event
from icalendar.prop import vCategory, vText, vUri

from scheduler.errors import TongtangError
from scheduler.feeds.colour import COLOURS
from scheduler.feeds.text import clean_line, clean_text, escape

BUSY = {"zh": "忙碌", "en": "Busy"}
CANCELLED_PREFIX = {"zh": "【取消】", "en": "[Cancelled] "}
LONGEST_ALARM_MINUTES = 4 * 7 * 24 * 60

_UID = re.compile(r"[A-Za-z0-9._@:+-]{1,255}")
_URL_CHARACTERS = "%:/?#[]@!$&'()*+,;=-._~"


class EventError(TongtangError):
    """This one event cannot be written: leave it out of the feed and report it.

    ``facts``: ``uid``, and ``field``, the attribute of `CalendarEvent` that is wrong ("" when not known).
    """

    def __init__(self, *, uid: str, field: str = "") -> None:
        super().__init__("feed.event_invalid", uid=uid, field=field)


@dataclass(frozen=True, kw_only=True)
class CalendarEvent:
    """What a calendar is told of one booking.

    ``starts_at``, ``ends_at`` and ``revised_at`` are aware instants, whole seconds, [starts_at, ends_at)
    half-open; they are shown in the IANA zone ``zone``. ``all_day`` shows the local dates that the interval
    touches. ``sequence`` and ``revised_at`` are stored with the booking and never fall. ``tentative`` is a
    booking that is not confirmed yet; ``url`` is the meeting link (http or https); ``color`` one of `COLOURS`
    or "".
    """

    uid: str
    sequence: int
    revised_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    zone: str = "Asia/Shanghai"
    all_day: bool = False
    tentative: bool = False
    cancelled: bool = False
    description_lines: Sequence[str] = ()
    location: str = ""
    url: str | None = None
    color: str = ""
    categories: Sequence[str] = ()


def write_event(
    event: CalendarEvent, *, busy_only: bool = False, language: str = "zh", alarm_minutes: int | None = None
) -> bytes:
    """The VEVENT of ``event``: CRLF, folded, from BEGIN to END, to be kept and joined by `join_calendar`.

    ``busy_only`` tells the time and nothing else. ``language`` is "zh" or "en". ``alarm_minutes`` before the
    start (0 to four weeks) adds a reminder, unless the event is cancelled. Raises `EventError`.
    """
    if alarm_minutes is not None and not 0 <= alarm_minutes <= LONGEST_ALARM_MINUTES:
        raise ValueError("alarm_minutes is out of range")
    _check(event, busy_only=busy_only)
    try:
        component = Event()
        _add_identity(component, event)
        _add_times(component, event)
        summary = _summary(event, busy_only=busy_only, language=language)
        component.add("SUMMARY", _Text(summary))
        if not busy_only:
            _add_details(component, event)
        if alarm_minutes is not None and not event.cancelled:
            component.add_component(_build_alarm(alarm_minutes, summary))
        data: bytes = component.to_ical()
    except TongtangError:
        raise
    except Exception as fault:  # whatever the library dislikes must cost one event, not the feed
        raise EventError(uid=event.uid) from fault
    return data


def _check(event: CalendarEvent, *, busy_only: bool) -> None:
    for field in ("starts_at", "ends_at", "revised_at"):
        if getattr(event, field).utcoffset() is None:
            raise EventError(uid=event.uid, field=field)
    wrong = {
        "uid": not _UID.fullmatch(event.uid),
        "sequence": event.sequence < 0,
        "ends_at": event.ends_at <= event.starts_at,
        "summary": not busy_only and not clean_line(event.summary).strip(),
        "color": event.color not in COLOURS and event.color != "",
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise EventError(uid=event.uid, field=field)


def _add_identity(component: Event, event: CalendarEvent) -> None:
    component.add("UID", event.uid)
    component.add("SEQUENCE", event.sequence)
    component.add("DTSTAMP", event.revised_at.astimezone(UTC))
    component.add("LAST-MODIFIED", event.revised_at.astimezone(UTC))
    component.add("STATUS", _status(event))
    # A cancelled lesson that stays in sight must not block its hour.
    component.add("TRANSP", "TRANSPARENT" if event.cancelled else "OPAQUE")


def _status(event: CalendarEvent) -> str:
    if event.cancelled:
        return "CANCELLED"
    return "TENTATIVE" if event.tentative else "CONFIRMED"


def _add_times(component: Event, event: CalendarEvent) -> None:
    try:
        zone = ZoneInfo(event.zone)
    except (ValueError, OSError, KeyError) as fault:
        raise EventError(uid=event.uid, field="zone") from fault
    if event.all_day:
        last = (event.ends_at.astimezone(UTC) - timedelta(microseconds=1)).astimezone(zone).date()
        component.add("DTSTART", event.starts_at.astimezone(zone).date())
        component.add("DTEND", last + timedelta(days=1))
        return
    times = [event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)]
    if any(map(_occurs_twice, times)):
        # RFC 5545 §3.3.5: such a local time means the first; ical.js and node-ical take the second.
        times = [time.astimezone(UTC) for time in times]
    component.add("DTSTART", times[0])
    component.add("DTEND", times[1])


def _occurs_twice(local: datetime) -> bool:
    """Whether an instant's local time lies in the hour that a change of clocks repeats."""
    return local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()


def _summary(event: CalendarEvent, *, busy_only: bool, language: str) -> str:
    summary = BUSY[language] if busy_only else clean_line(event.summary)
    prefix = CANCELLED_PREFIX[language] if event.cancelled else ""
    return prefix + summary


def _add_details(component: Event, event: CalendarEvent) -> None:
    url = _meeting_link(event)
    description = clean_text("\n".join([url, *event.description_lines]))
    # Clients that show neither URL nor CONFERENCE show these two.
    location = clean_line(event.location) or url
    for name, text in (("DESCRIPTION", description), ("LOCATION", location), ("COLOR", event.color)):
        if text:
            component.add(name, _Text(text))
    if url:
        component.add("URL", vUri(url))
        component.add("CONFERENCE", Conference(url, feature="VIDEO").to_uri())
    if categories := [_Text(text) for text in map(clean_line, event.categories) if text]:
        component.add("CATEGORIES", _categories(categories))


def _meeting_link(event: CalendarEvent) -> str:
    """The link with everything that RFC 3986 does not allow percent-encoded; "" if there is none."""
    url = quote(clean_text(event.url or ""), safe=_URL_CHARACTERS)
    try:
        parts = urlsplit(url)
    except ValueError as fault:
        raise EventError(uid=event.uid, field="url") from fault
    if url and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise EventError(uid=event.uid, field="url")
    return url


def _categories(texts: list[_Text]) -> vCategory:
    category = vCategory([])
    category.cats = list(texts)  # its constructor would turn them into plain vText
    return category


def _build_alarm(minutes: int, text: str) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", _Text(text))
    alarm.add("TRIGGER", timedelta(minutes=-minutes))
    return alarm


class _Text(vText):
    r"""TEXT escaped by the standard: icalendar 7.3 takes a backslash and a capital N for a line end."""

    def to_ical(self) -> bytes:
        return escape(self).encode()
