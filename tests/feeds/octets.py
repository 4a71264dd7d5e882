"""A reader of feeds that forgives nothing: for what no validator catches and clients choke on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

TEXTS = {"NAME", "X-WR-CALNAME", "SUMMARY", "DESCRIPTION", "LOCATION", "COLOR"}
DURATIONS = {"REFRESH-INTERVAL", "X-PUBLISHED-TTL", "TRIGGER"}
FORBIDDEN = {"SOURCE", "ATTENDEE", "ORGANIZER", "RDATE"}
ONCE_IN_EVENT = ("UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "STATUS", "DTSTART", "DTEND", "SUMMARY")

_DURATION = re.compile(r"[+-]?P(\d+W|\d+D(T\d+[HMS])?|(\d+D)?T(\d+H)?(\d+M)?(\d+S)?(?<!T))")
_TEXT = re.compile(r"(?:[^\\;,\n]|\\[\\;,n])*")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\ufeff]")


class Line(NamedTuple):
    """One content line, unfolded: the components it stands in, its name, parameters and raw value."""

    path: tuple[str, ...]
    name: str
    params: dict[str, str]
    value: str


def find_faults(data: bytes) -> list[str]:
    """Every fault of these bytes as a feed, in words; empty when there is none."""
    faults = list(_find_octet_faults(data))
    if faults:
        return faults
    lines = list(read_lines(data))
    return [*_find_line_faults(lines), *_find_calendar_faults(lines), *_find_event_faults(lines)]


def read_lines(data: bytes) -> Iterator[Line]:
    """The content lines of well-formed octets."""
    path: tuple[str, ...] = ()
    for text in data.decode().replace("\r\n ", "").split("\r\n")[:-1]:
        head, _, value = text.partition(":")
        name, *params = head.split(";")
        if name == "END":
            assert path[-1] == value, f"END:{value} within {path}"
            path = path[:-1]
        yield Line(path, name, dict(param.split("=", 1) for param in params), value)
        if name == "BEGIN":
            path = (*path, value)
    assert path == (), f"{path} is not ended"


def _find_octet_faults(data: bytes) -> Iterator[str]:
    if data.startswith(b"\xef\xbb\xbf"):
        yield "byte order mark"
    if not data.endswith(b"\r\n"):
        yield "no CRLF at the end"
    rest = data.replace(b"\r\n", b"")
    if b"\n" in rest or b"\r" in rest:
        yield "bare LF or CR"
    for line in data.split(b"\r\n")[:-1]:
        if len(line) > 75:
            yield f"{len(line)} octets in a line"
        if not line.strip():
            yield "blank line"
        try:
            if _CONTROL.search(line.decode()):
                yield "control character"
        except UnicodeDecodeError:
            yield "split character"


def _find_line_faults(lines: list[Line]) -> Iterator[str]:
    for line in lines:
        if line.name in FORBIDDEN:
            yield f"{line.name} present"
        if line.name in TEXTS and not _TEXT.fullmatch(line.value):
            yield f"{line.name} not escaped"
        if line.name in DURATIONS and not _DURATION.fullmatch(line.value):
            yield f"{line.name} is no duration"
    known = {line.value for line in lines if line.name == "TZID"}
    for line in lines:
        if line.path[-1:] == ("VEVENT",) and line.name in ("DTSTART", "DTEND"):
            yield from _find_time_faults(line, known)


def _find_time_faults(line: Line, known: set[str]) -> Iterator[str]:
    if line.params == {"VALUE": "DATE"}:
        pattern = r"\d{8}"
    elif "TZID" in line.params:
        pattern = r"\d{8}T\d{6}"
        if line.params["TZID"] not in known:
            yield f"no VTIMEZONE for {line.params['TZID']}"
    else:
        pattern = r"\d{8}T\d{6}Z"
    if not re.fullmatch(pattern, line.value):
        yield f"{line.name} floats or is malformed"


def _find_calendar_faults(lines: list[Line]) -> Iterator[str]:
    own = [line for line in lines if line.path == ("VCALENDAR",)]
    names = [line.name for line in own]
    if "UID" in names:
        yield "VCALENDAR has a UID"
    for name in ("VERSION", "PRODID", "CALSCALE", "METHOD", "NAME", "X-WR-CALNAME", "X-WR-TIMEZONE", "COLOR"):
        if names.count(name) != 1:
            yield f"{name} {names.count(name)} times"
    if ("METHOD", "PUBLISH") not in [(line.name, line.value) for line in own]:
        yield "METHOD is not PUBLISH"
    for line in own:
        if line.name == "REFRESH-INTERVAL" and line.params != {"VALUE": "DURATION"}:
            yield "REFRESH-INTERVAL without VALUE"
    uids = [line.value for line in lines if line.name == "UID"]
    if len(uids) != len(set(uids)):
        yield "duplicate UID"


def _find_event_faults(lines: list[Line]) -> Iterator[str]:
    names: list[str] = []
    for line in lines:
        if line.path == ("VCALENDAR", "VEVENT"):
            names.append("VALARM" if (line.name, line.value) == ("BEGIN", "VALARM") else line.name)
        elif (line.name, line.value) == ("END", "VEVENT"):
            for name in ONCE_IN_EVENT:
                if names.count(name) != 1:
                    yield f"VEVENT has {name} {names.count(name)} times"
            if "VALARM" in names and names[names.index("VALARM") :] != ["VALARM", "END"]:
                yield "VALARM is not last"
            names = []
