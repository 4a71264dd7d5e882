"""Holidays as people paste them: a line a day, "2027-02-06 放假 春节". Pure.

Spaces, tabs and commas part the three words; a table's header and empty lines are passed over.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from scheduler.errors import Problem
from scheduler.models.holidays import DayKind

MOST_LINES = 400
MOST_CHARACTERS = 20_000
MOST_TOLD = 40
"""Characters of a line that a refusal repeats."""

WORDS: dict[str, DayKind] = {
    **dict.fromkeys(("放假", "假", "休", "休息", "holiday", "off"), DayKind.HOLIDAY),
    **dict.fromkeys(("调休上班", "上班", "补班", "班", "workday", "work"), DayKind.WORKDAY),
}
WRITTEN = {DayKind.HOLIDAY: "放假", DayKind.WORKDAY: "调休上班"}
_DATE = re.compile(r"(?:(\d{4})\s*[-/.年])?\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_HEADER = re.compile(r"(日期|date|day)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Pasted:
    """``rows`` as ``import_year`` takes them, the line (from 1) of each, and (line, problem) of others."""

    rows: tuple[dict[str, Any], ...]
    numbers: tuple[int, ...]
    bad: tuple[tuple[int, Problem], ...]


def read_lines(text: str, *, year: int) -> Pasted:
    """Every line of the text. A date without a year is one of ``year``."""
    rows, numbers, bad = [], [], []
    lines = text.splitlines()
    for number, line in enumerate(lines[:MOST_LINES], 1):
        if not line.strip() or (number == 1 and _HEADER.match(line.strip().lstrip('\ufeff"'))):
            continue
        row = _row(line.strip().lstrip("\ufeff"), year)
        if row is None:
            told = "".join(character for character in line.strip()[:MOST_TOLD] if character.isprintable())
            bad.append((number, Problem("lines", "holidays.unreadable", {"text": told})))
        else:
            rows.append(row)
            numbers.append(number)
    if len(lines) > MOST_LINES:
        bad.append((MOST_LINES + 1, Problem("lines", "field.too_many", {"most": MOST_LINES})))
    return Pasted(tuple(rows), tuple(numbers), tuple(bad))


def write_lines(
    days: Iterable[tuple[date, DayKind, str]], written: Mapping[DayKind, str] = MappingProxyType(WRITTEN)
) -> str:
    """Days as ``read_lines`` reads them; ``written``: what the kinds are called, words that it knows."""
    return "\n".join(f"{day} {written[kind]} {name}" for day, kind, name in days)


def _row(line: str, year: int) -> dict[str, Any] | None:
    """{day, kind, name} as they were written, the day as ISO 8601; None for what is no such line."""
    words = _words(line)
    if len(words) != 3 or words[1].lower() not in WORDS:
        return None
    match = _DATE.fullmatch(words[0])
    if match is None:
        return None
    of_year = int(match[1] or year)
    day = f"{of_year:04d}-{int(match[2]):02d}-{int(match[3]):02d}"
    return {"day": day, "kind": WORDS[words[1].lower()].value, "name": words[2]}


def _words(line: str) -> list[str]:
    """Date, kind and name. The name may hold spaces where commas or tabs part the words."""
    if "," in line or "\t" in line:
        cells = next(csv.reader([line], delimiter="\t" if "\t" in line else ","), [])
        return [cell.strip() for cell in cells]
    return [word for word in re.split(r"[\s，、；;]+", line, maxsplit=2) if word]
