"""Why a day of a series cannot be as asked, from what its booking's verb says. Pure."""

from __future__ import annotations

from datetime import date

from scheduler.errors import BlockedDay, Clash, Invalid, Objected, TongtangError


def blocked_day(day: date, error: TongtangError) -> BlockedDay:
    """The day with what is in its way. Raises what is no fault of the day."""
    match error:
        case Clash():
            return BlockedDay(day, error.conflicts, error.objections)
        case Objected():
            return BlockedDay(day, objections=error.objections)
        case Invalid():
            return BlockedDay(day, problems=error.problems)
    raise error
