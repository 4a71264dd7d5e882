"""What an input field takes: pure cleaners from raw text or JSON to a value, or a coded refusal.

A form, an API body and a spreadsheet row are read through the same fields, so they refuse the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from scheduler.errors import Invalid, Problem

# GB 11643 citizen number: 17 digits and a digit or X, with a plausible birth date, within no longer number.
IDENTITY_NUMBER = re.compile(
    r"(?<!\d)\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
MOBILE_NUMBER = re.compile(r"(?<!\d)(?:(?:00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,}")
FIRST_YEAR, LAST_YEAR = 2000, 2100


class Bad(Exception):
    """A value that a field does not take: the code and facts of a Problem that has no path yet."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, kw_only=True)
class Field:
    """Base of all fields. ``label`` is the Chinese name shown to people."""

    name: str
    label: str
    required: bool = False
    hint: str = ""

    def clean(self, raw: Any) -> Any:
        """The value of ``raw``, or Bad. Empty input is ``empty`` unless the field is required."""
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            if self.required:
                raise Bad("field.required")
            return self.empty
        return self.read(raw)

    @property
    def empty(self) -> Any:
        """What stands for "not given"."""
        return None

    def read(self, raw: Any) -> Any:
        """The value of a raw input that is not empty."""
        raise NotImplementedError


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


def is_row_id(number: int) -> bool:
    """Whether a row could have this id. One that the column cannot hold would be the driver's error."""
    return 0 < number < 2**63


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
class Whole(Field):
    """A whole number within bounds, given as a number or its digits."""

    least: int = 0
    most: int = 2**31 - 1

    def read(self, raw: Any) -> int:
        """The number; True, 1.5 and "1e3" are not whole numbers."""
        if isinstance(raw, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,12}\s*", raw):
            raw = int(raw)
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise Bad("field.not_whole")
        if not self.least <= raw <= self.most:
            raise Bad("field.out_of_range", least=self.least, most=self.most)
        return raw


@dataclass(frozen=True, kw_only=True)
class Reference(Field):
    """The id of a row of ``table``; whether the row can be used is for the verb to say."""

    table: str

    def read(self, raw: Any) -> int:
        """A positive id."""
        try:
            return Whole(name=self.name, label=self.label, least=1, most=2**62).read(raw)
        except Bad as bad:
            raise Bad("reference.unknown") from bad


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One value of an enumeration."""

    options: type[StrEnum]

    def read(self, raw: Any) -> StrEnum:
        """The member."""
        try:
            return self.options(raw)
        except ValueError as error:
            raise Bad("field.not_an_option") from error


@dataclass(frozen=True, kw_only=True)
class Choices(Field):
    """Several values of an enumeration: a list, or comma-separated text; kept in the enumeration's order."""

    options: type[StrEnum]

    @property
    def empty(self) -> tuple[StrEnum, ...]:
        """None chosen."""
        return ()

    def read(self, raw: Any) -> tuple[StrEnum, ...]:
        """The members, each once, in order."""
        given = raw.split(",") if isinstance(raw, str) else raw
        if not isinstance(given, list | tuple):
            raise Bad("field.not_an_option")
        one = Choice(name=self.name, label=self.label, options=self.options)
        chosen = {one.read(item) for item in given if item != ""}
        return tuple(member for member in self.options if member in chosen)


@dataclass(frozen=True, kw_only=True)
class Day(Field):
    """A date in the years 2000 to 2100, as ISO 8601 text."""

    def read(self, raw: Any) -> date:
        """The date."""
        if not isinstance(raw, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", raw.strip()):
            raise Bad("field.not_a_date")
        try:
            value = date.fromisoformat(raw.strip())
        except ValueError as error:
            raise Bad("field.not_a_date") from error
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise Bad("field.year_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
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


@dataclass
class Cleaner:
    """Cleans several fields of one raw mapping and collects every problem under ``prefix``."""

    raw: Mapping[str, Any]
    prefix: str = ""
    problems: list[Problem] = field(default_factory=list)

    def take(self, wanted: Field) -> Any:
        """The field's value, or its empty value with the problem noted."""
        try:
            return wanted.clean(self.raw.get(wanted.name))
        except Bad as bad:
            self.problems.append(Problem(f"{self.prefix}{wanted.name}", bad.code, bad.facts))
            return wanted.empty

    def rows(self, name: str, fields: Sequence[Field], *, most: int) -> list[dict[str, Any]]:
        """The list ``name`` of mappings, each cleaned by ``fields`` with problems at ``name.index.field``.

        A row that is no mapping is noted and stands as empty values, so that indexes stay those of the input.
        """
        raw = self.raw.get(name)
        if raw is None or raw == "":
            return []
        if not isinstance(raw, list | tuple):
            self.problems.append(Problem(f"{self.prefix}{name}", "field.not_a_list"))
            return []
        if len(raw) > most:
            self.problems.append(Problem(f"{self.prefix}{name}", "field.too_many", {"most": most}))
            return []
        return [self._row(f"{self.prefix}{name}.{index}", row, fields) for index, row in enumerate(raw)]

    def _row(self, path: str, raw: Any, fields: Sequence[Field]) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            self.problems.append(Problem(path, "field.not_an_object"))
            return {wanted.name: wanted.empty for wanted in fields}
        row = Cleaner(raw, f"{path}.", self.problems)
        row.refuse_others(wanted.name for wanted in fields)
        return {wanted.name: row.take(wanted) for wanted in fields}

    def refuse_others(self, known: Iterable[str]) -> None:
        """Note every key that no field takes: a misspelt one would otherwise be lost in silence."""
        unknown = sorted({str(key) for key in self.raw} - set(known))
        self.problems += [Problem(f"{self.prefix}{key}", "field.unknown") for key in unknown]

    def done(self) -> None:
        """Raise Invalid when anything was wrong."""
        if self.problems:
            raise Invalid(self.problems)


def clean_fields(fields: Iterable[Field], raw: Mapping[str, Any], *, strict: bool = False) -> dict[str, Any]:
    """name → value for every field; raises Invalid with all problems."""
    fields = tuple(fields)
    cleaner = Cleaner(raw)
    values = {wanted.name: cleaner.take(wanted) for wanted in fields}
    if strict:
        cleaner.refuse_others(wanted.name for wanted in fields)
    cleaner.done()
    return values
