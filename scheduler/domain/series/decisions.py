"""What a coordinator decides about single days of a series: skip it, or book it at another time. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from scheduler.domain.fields import Choice, Cleaner, Day, Field
from scheduler.domain.holds import Span
from scheduler.domain.plans import LOCAL_TIME, take_span
from scheduler.domain.series.rules import MOST_OCCURRENCES
from scheduler.domain.text_fields import Text
from scheduler.errors import Problem


class Do(StrEnum):
    """What is done with a day."""

    BOOK = "book"
    SKIP = "skip"
    MOVE = "move"


DECISION_FIELDS: tuple[Field, ...] = (
    Day(name="day", label="哪一天", required=True),
    Choice(name="do", label="怎么办", options=Do, required=True),
    Text(name="override_reason", label="仍要安排的理由", longest=250),
)
"""Beside these, a day that is moved takes a date and two clock times, as a booking does."""


@dataclass(frozen=True)
class Decision:
    """``span``: the other time of a day that is moved."""

    do: Do = Do.BOOK
    span: Span | None = None
    override_reason: str = ""


def read_decisions(raw: Any, *, days: Sequence[date], zone: str) -> dict[date, Decision]:
    """day → what is decided; a day that is not named is booked. Raises Invalid at ``decisions.<row>.…``."""
    cleaner = Cleaner({"decisions": raw})
    rows = raw if isinstance(raw, list | tuple) else []
    if not isinstance(raw, list | tuple) and raw not in (None, ""):
        cleaner.problems.append(Problem("decisions", "field.not_a_list"))
    if len(rows) > MOST_OCCURRENCES:
        cleaner.problems.append(Problem("decisions", "field.too_many", {"most": MOST_OCCURRENCES}))
        rows = []
    decided: dict[date, Decision] = {}
    for index, row in enumerate(rows):
        read = _read(cleaner, f"decisions.{index}", row, zone)
        if read is None:
            continue
        day, decision = read
        if day not in days or day in decided:
            code = "series.not_a_day_of_it" if day not in days else "record.row_twice"
            cleaner.problems.append(Problem(f"decisions.{index}.day", code))
        decided[day] = decision
    cleaner.done()
    return decided


def _read(cleaner: Cleaner, path: str, raw: Any, zone: str) -> tuple[date, Decision] | None:
    if not isinstance(raw, Mapping):
        cleaner.problems.append(Problem(path, "field.not_an_object"))
        return None
    row = Cleaner(raw, f"{path}.", cleaner.problems)
    values = {wanted.name: row.take(wanted) for wanted in DECISION_FIELDS}
    row.refuse_others((*values, *LOCAL_TIME, "starts_at", "ends_at"))
    span = take_span(row, zone=zone) if values["do"] is Do.MOVE else None
    if values["day"] is None or values["do"] is None:
        return None
    return values["day"], Decision(values["do"], span, values["override_reason"])
