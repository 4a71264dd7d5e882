"""Texts and content lines of iCalendar: cleaned, escaped (RFC 5545 §3.3.11) and folded (§3.1)."""

from __future__ import annotations

import re

LINE_OCTETS = 75

# NEL and the Unicode separators count as line ends for parsers that use str.splitlines().
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
# Controls end libical's parse, lone surrogates cannot be encoded, U+FEFF is taken for a byte order mark.
_FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_GAPS = re.compile("[ \n]+")
_ESCAPES = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n"})


def clean_text(value: str) -> str:
    """Text of many lines: line ends become LF, a tab a space, what no calendar may hold is dropped."""
    return _FORBIDDEN.sub("", _LINE_ENDS.sub("\n", value).replace("\t", " ")).strip(" \n")


def clean_line(value: str) -> str:
    """The same on one line, its line ends spaces: for titles, places and names."""
    return _GAPS.sub(" ", clean_text(value))


def escape(value: str) -> str:
    """A cleaned text as the value of a TEXT property."""
    return value.translate(_ESCAPES)


def fold(line: str) -> bytes:
    """One content line with CRLF, cut to lines of at most 75 octets, never inside a character."""
    data = line.encode()
    parts = []
    while len(data) > LINE_OCTETS:
        cut = LINE_OCTETS
        while data[cut] & 0xC0 == 0x80:  # a continuation byte of UTF-8
            cut -= 1
        parts.append(data[:cut])
        data = b" " + data[cut:]
    return b"\r\n".join([*parts, data, b""])
