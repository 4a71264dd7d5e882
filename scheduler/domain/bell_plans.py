"""What a bell schedule is asked to be: read from raw input, a pure value. No session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from scheduler.domain.calendars.bells import Line
from scheduler.domain.calendars.local_time import clock_words
from scheduler.domain.fields import Choice, Choices, Cleaner, Day, Field, Reference, Whole
from scheduler.domain.text_fields import Text
from scheduler.domain.time_fields import TimeOfDay
from scheduler.errors import Problem
from scheduler.models.school_time import PeriodKind
from scheduler.models.weekdays import Weekday

MOST_PERIODS = 30
MOST_SHIFT = 6 * 60
"""Minutes by which the bells of a copy may ring earlier or later."""
SCHOOL_DAYS = tuple(Weekday)[:5]
"""What is meant where no weekdays are given: Monday to Friday."""

SCHOOL = Reference(name="organisation_id", label="学校", table="organisation", required=True)
NAMED_DAYS: tuple[Field, ...] = (
    Text(name="name", label="名称", required=True, hint="例如 夏季作息"),
    Day(name="first_day", label="从哪一天起", required=True),
    Day(name="last_day", label="到哪一天", hint="不填就一直有效。"),
)
WEEKDAYS = Choices(name="weekdays", label="星期几", options=Weekday, hint="不选就是周一到周五。")
SCHEDULE_FIELDS: tuple[Field, ...] = (*NAMED_DAYS, WEEKDAYS)
PERIOD_FIELDS: tuple[Field, ...] = (
    Choice(name="kind", label="节次类型", options=PeriodKind, required=True),
    Text(name="name", label="节次名称", longest=30, required=True),
    TimeOfDay(name="starts", label="开始", required=True),
    TimeOfDay(name="ends", label="结束", ends=True, required=True),
)
COPY_FIELDS: tuple[Field, ...] = (
    *NAMED_DAYS,
    Whole(
        name="shift",
        label="整体推后分钟",
        least=-MOST_SHIFT,
        most=MOST_SHIFT,
        hint="不填就是原来的时间；提前写负数。",
    ),
)


@dataclass(frozen=True)
class BellPlan:
    """``last_day`` None: without end. ``lines`` by start, none overlapping, at least one of them a lesson."""

    name: str
    first_day: date
    last_day: date | None
    weekdays: tuple[Weekday, ...]
    lines: tuple[Line, ...]


def read_bells(raw: Mapping[str, Any]) -> BellPlan:
    """The plan, or Invalid with every problem; a period's are at ``periods.index.field``."""
    cleaner = Cleaner(raw)
    cleaner.refuse_others([*(field.name for field in SCHEDULE_FIELDS), "periods"])
    values = {field.name: cleaner.take(field) for field in SCHEDULE_FIELDS}
    values["weekdays"] = values["weekdays"] or SCHOOL_DAYS
    rows = cleaner.rows("periods", PERIOD_FIELDS, most=MOST_PERIODS)
    wrong_days = list(_check_days(values)) if not cleaner.problems else []
    if not any(problem.field.startswith("periods") for problem in cleaner.problems):
        cleaner.problems += _check_periods(rows)
    cleaner.problems += wrong_days
    cleaner.done()
    return BellPlan(**values, lines=tuple(_lines(rows)))


def read_copy(raw: Mapping[str, Any], *, weekdays: str, lines: Sequence[Line]) -> BellPlan:
    """The plan of a copy: its own name and days, weekdays and shifted lines of its source. Raises Invalid."""
    cleaner = Cleaner(raw)
    cleaner.refuse_others(field.name for field in COPY_FIELDS)
    values = {field.name: cleaner.take(field) for field in COPY_FIELDS}
    values["weekdays"] = WEEKDAYS.clean(weekdays)
    shift = values.pop("shift") or 0
    moved = tuple(Line(line.kind, line.name, line.starts + shift, line.ends + shift) for line in lines)
    if moved[0].starts < 0 or moved[-1].ends > 24 * 60:
        facts = {"starts": clock_words(lines[0].starts), "ends": clock_words(lines[-1].ends)}
        cleaner.problems.append(Problem("shift", "bells.shifted_out_of_day", facts))
    if not cleaner.problems:
        cleaner.problems += _check_days(values)
    cleaner.done()
    return BellPlan(**values, lines=moved)


def _check_days(values: Mapping[str, Any]) -> Iterator[Problem]:
    """The days are in order, and one of them at least is a day of the week that is meant."""
    first, last = values["first_day"], values["last_day"]
    if last is None:
        return
    if last < first:
        yield Problem("last_day", "days.reversed")
        return
    covered = {str((first + timedelta(days=n)).isoweekday()) for n in range(min(7, (last - first).days + 1))}
    if covered.isdisjoint(values["weekdays"]):
        yield Problem("weekdays", "bells.no_day", {"first_day": first, "last_day": last})


def _check_periods(rows: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """Periods end after they start, do not overlap, have names of their own; one at least is a lesson."""
    seen: set[str] = set()
    for index, row in enumerate(rows):
        if row["ends"] <= row["starts"]:
            code = "time.zero_length" if row["ends"] == row["starts"] else "time.ends_before_start"
            yield Problem(f"periods.{index}.ends", code)
        if row["name"] in seen:
            yield Problem(f"periods.{index}.name", "bells.name_twice", {"name": row["name"]})
        seen.add(row["name"])
    yield from _check_overlaps(rows)
    if not any(row["kind"] is PeriodKind.LESSON for row in rows):
        yield Problem("periods", "bells.no_lesson")


def _check_overlaps(rows: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """Each period against the one before it that ends last."""
    lasting = [index for index, row in enumerate(rows) if row["ends"] > row["starts"]]
    lasting.sort(key=lambda index: (rows[index]["starts"], index))
    longest = lasting[:1]
    for _before, index in pairwise(lasting):
        other, row = rows[longest[0]], rows[index]
        if row["starts"] < other["ends"]:
            one, two = (_line(period).words() for period in (other, row))
            yield Problem(f"periods.{index}.starts", "bells.periods_overlap", {"one": one, "two": two})
        if row["ends"] > other["ends"]:
            longest = [index]


def _lines(rows: Sequence[Mapping[str, Any]]) -> list[Line]:
    return sorted((_line(row) for row in rows), key=lambda line: line.starts)


def _line(row: Mapping[str, Any]) -> Line:
    return Line(row["kind"], row["name"], row["starts"], row["ends"])
