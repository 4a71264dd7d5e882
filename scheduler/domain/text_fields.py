"""What a field of text takes: pure cleaners that refuse what cannot be shown or must not be written down."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from scheduler.domain.fields import Bad, Field

# GB 11643 citizen number: 17 digits and a digit or X, with a plausible birth date, within no longer number.
IDENTITY_NUMBER = re.compile(
    r"(?<!\d)\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
MOBILE_NUMBER = re.compile(r"(?<!\d)(?:(?:00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,}")


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """Text of at most ``longest`` characters. ``free`` text is searched for personal numbers."""

    longest: int = 120
    multiline: bool = False
    free: bool = True

    @property
    def empty(self) -> str:
        """Text that is not given is the empty text."""
        return ""

    def read(self, raw: Any) -> str:
        """Trimmed text; refuses what is no text, too long, unprintable, or looks like a personal number."""
        if not isinstance(raw, str):
            raise Bad("field.not_text")
        value = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(value) > self.longest:
            raise Bad("field.too_long", longest=self.longest, length=len(value))
        if any(_unprintable(c, multiline=self.multiline) for c in value):
            raise Bad("field.control_characters")
        if self.free:
            _refuse_personal_numbers(value)
        return value


def _refuse_personal_numbers(value: str) -> None:
    digits = unicodedata.normalize("NFKC", value)  # full-width digits are the same digits
    if IDENTITY_NUMBER.search(digits):
        raise Bad("field.identity_number")
    if MOBILE_NUMBER.search(digits):
        raise Bad("field.phone_number")


def is_printable(value: str) -> bool:
    """Whether a text of one line can be stored and shown at all: no control character, no lone surrogate."""
    return not any(_unprintable(character, multiline=False) for character in value)


def _unprintable(character: str, *, multiline: bool) -> bool:
    code = ord(character)
    if character in "\n\t":
        return not multiline
    return code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF)


@dataclass(frozen=True, kw_only=True)
class Email(Text):
    """A mail address, lower case."""

    longest: int = 254
    free: bool = False

    def read(self, raw: Any) -> str:
        """Lower-cased address."""
        value = super().read(raw).lower()
        if not EMAIL.fullmatch(value):
            raise Bad("field.email")
        return value


@dataclass(frozen=True, kw_only=True)
class Url(Text):
    """An http(s) address."""

    longest: int = 300
    free: bool = False

    def read(self, raw: Any) -> str:
        """The address, which names a scheme and a host."""
        value = super().read(raw)
        try:
            parts = urlsplit(value)
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in value
        except ValueError:
            good = False
        if not good:
            raise Bad("field.url")
        return value


@dataclass(frozen=True, kw_only=True)
class MeetingNumber(Text):
    """A meeting number: digits with spaces or hyphens; a text, because zeros may lead."""

    longest: int = 32
    free: bool = False

    def read(self, raw: Any) -> str:
        """The number as typed."""
        value = super().read(raw)
        if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z \-]*", value):
            raise Bad("field.meeting_number")
        return value


@dataclass(frozen=True, kw_only=True)
class Phone(Text):
    """A phone number; shown masked."""

    longest: int = 32
    free: bool = False

    def read(self, raw: Any) -> str:
        """The number as typed."""
        value = super().read(raw)
        if not re.fullmatch(r"\+?[0-9][0-9 \-]{4,30}", value):
            raise Bad("field.phone")
        return value


@dataclass(frozen=True, kw_only=True)
class Zone(Text):
    """The IANA name of a time zone."""

    longest: int = 64
    free: bool = False

    def read(self, raw: Any) -> str:
        """The name, which the zone database knows."""
        value = super().read(raw)
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise Bad("field.zone") from error
        return value
