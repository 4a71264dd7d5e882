"""Asking the rules about a time in Shanghai."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from scheduler.domain.calendars.holidays import Holidays
from scheduler.domain.calendars.rules import Question, Wanted, objections, rules_for
from scheduler.domain.calendars.values import Calendars, Place
from scheduler.domain.intervals import Interval
from scheduler.errors import Objection
from scheduler.models.bookings import BookingKind, ParticipantRole, Timing
from scheduler.models.holidays import DayKind
from scheduler.models.places import Stage
from scheduler.models.resources import ResourceKind

ZONE = "Asia/Shanghai"


def seconds(words: str) -> int:
    """ "2025-09-01 12:00" in Shanghai."""
    return int(datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(ZONE)).timestamp())


def between(words: str) -> Interval:
    """ "2025-09-01 9:00–10:00" in Shanghai; 24:00 is the next midnight."""
    day, clocks = words.split(" ")
    midnight = seconds(day)
    starts, ends = (
        midnight + sum(int(part) * size for part, size in zip(clock.split(":"), (3600, 60), strict=True))
        for clock in clocks.split("–")
    )
    return starts, ends


def announced(years: Iterable[int], **days: str) -> Holidays:
    """Published years and their days: ``off="2025-10-01 2025-10-02"``, ``worked="2025-09-28"``."""
    kinds = {"off": (DayKind.HOLIDAY, "节日"), "worked": (DayKind.WORKDAY, "节日")}
    return Holidays(
        frozenset(years),
        {date.fromisoformat(day): kinds[key] for key, words in days.items() for day in words.split()},
    )


HOLIDAYS_2025 = announced(
    [2025],
    off="2025-01-01 2025-01-28 2025-01-29 2025-01-30 2025-01-31 2025-02-01 2025-02-02 2025-02-03 2025-02-04 "
    "2025-04-04 2025-04-05 2025-04-06 2025-05-01 2025-05-02 2025-05-03 2025-05-04 2025-05-05 "
    "2025-05-31 2025-06-01 2025-06-02 2025-10-01 2025-10-02 2025-10-03 2025-10-04 2025-10-05 2025-10-06 "
    "2025-10-07 2025-10-08",
    worked="2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11",
)


def visit(place: Place) -> Question:
    """An educator of the place is wanted there, lessons or not."""
    return Question(
        BookingKind.VISIT,
        Timing.ANY,
        (Wanted(7, ResourceKind.PERSON, "讲解员", place.id, ParticipantRole.EDUCATOR),),
        (place.id,),
    )


def lesson(place: Place, *, timing: Timing = Timing.INSIDE, stage: Stage = Stage.LOWER_SECONDARY) -> Question:
    """A class of the school has a lesson."""
    return Question(
        BookingKind.LESSON,
        timing,
        (Wanted(8, ResourceKind.CLASS, "七年级(1)班", place.id, ParticipantRole.CLASS, stage),),
        (place.id,),
    )


def said(question: Question, place: Place, when: str, holidays: Holidays = HOLIDAYS_2025) -> list[Objection]:
    """Everything that the rules say about it."""
    interval = between(when)
    return objections(rules_for(question, together(holidays, place), interval), interval)


def together(holidays: Holidays, *places: Place) -> Calendars:
    """The places with the holidays that all of them know."""
    return Calendars(holidays, {place.id: replace(place, holidays=holidays) for place in places})


def codes(objected: Iterable[Objection]) -> list[str]:
    """What speaks against it; what is only told stands in brackets."""
    return [one.code if one.soft else f"({one.code})" for one in objected]
