"""What an input field takes: pure cleaners from raw text or JSON to a value, or a coded refusal.

A form, an API body and a spreadsheet row are read through the same fields, so they refuse the same. Fields of
text are in ``text_fields``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from scheduler.errors import Invalid, Problem

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
    nothing: str = ""
    """What an optional field without a value means, in Chinese, where that is more than not given."""

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


def is_row_id(number: int) -> bool:
    """Whether a row could have this id. One that the column cannot hold would be the driver's error."""
    return 0 < number < 2**63


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
    """One value of an enumeration; ``default`` stands for none where it is given."""

    options: type[StrEnum]
    default: StrEnum | None = None

    @property
    def empty(self) -> StrEnum | None:
        """What stands for "not given"."""
        return self.default

    def read(self, raw: Any) -> StrEnum:
        """The member."""
        try:
            return self.options(raw)
        except ValueError as error:
            raise Bad("field.not_an_option") from error


@dataclass(frozen=True, kw_only=True)
class Several(Field):
    """Several values: a list, or comma-separated text. ``most``: how many may be given, None: any number."""

    most: int | None = None
    too_many: ClassVar[str] = "field.too_many"

    @property
    def empty(self) -> tuple[Any, ...]:
        """None given."""
        return ()

    def read(self, raw: Any) -> tuple[Any, ...]:
        """Each value once, in the order in which they were given."""
        given = raw.split(",") if isinstance(raw, str) else raw
        if not isinstance(given, list | tuple):
            raise Bad("field.not_an_option")
        given = [item for item in given if not isinstance(item, str) or item.strip()]
        if self.most is not None and len(given) > self.most:
            raise Bad(self.too_many, most=self.most)
        return tuple(dict.fromkeys(self.read_one(item) for item in given))

    def read_one(self, raw: Any) -> Any:
        """One of the values."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Choices(Several):
    """Several values of an enumeration, kept in the enumeration's order."""

    options: type[StrEnum]

    def read(self, raw: Any) -> tuple[StrEnum, ...]:
        """The members, each once, in order."""
        chosen = super().read(raw)
        return tuple(member for member in self.options if member in chosen)

    def read_one(self, raw: Any) -> StrEnum:
        """The member."""
        return Choice(name=self.name, label=self.label, options=self.options).read(raw)


@dataclass(frozen=True, kw_only=True)
class References(Several):
    """Ids of rows of ``table``."""

    table: str

    def read_one(self, raw: Any) -> int:
        """A positive id."""
        return Reference(name=self.name, label=self.label, table=self.table).read(raw)


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
