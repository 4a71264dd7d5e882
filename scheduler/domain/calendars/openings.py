"""When a museum is open on a day, and why not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scheduler.domain.calendars.holidays import Holidays
from scheduler.models.openings import HolidayPolicy


@dataclass(frozen=True)
class Hours:
    """Minutes of the local day on which it opens and closes; without days it is the rule."""

    first_day: date | None
    last_day: date | None
    closed_weekdays: frozenset[int]
    opens: int
    closes: int
    holidays: HolidayPolicy

    def covers(self, day: date) -> bool:
        """Whether this replaces the rule on ``day``."""
        return (
            self.first_day is not None
            and self.last_day is not None
            and self.first_day <= day <= self.last_day
        )


@dataclass(frozen=True)
class OpenDay:
    """``hours`` None: nothing is known. ``is_open`` False: closed for ``holiday``, else for its weekday."""

    hours: Hours | None
    is_open: bool = True
    holiday: str = ""


def opening_on(hours: Sequence[Hours], day: date, holidays: Holidays) -> OpenDay:
    """What holds on ``day``: the dated hours that cover it, else the rule.

    On a statutory holiday the policy decides: OPEN opens even on a closing weekday, CLOSED closes.
    """
    dated = next((one for one in hours if one.covers(day)), None)
    holding = dated or next((one for one in hours if one.first_day is None), None)
    if holding is None:
        return OpenDay(None)
    holiday = holidays.day_off(day)
    if holiday and holding.holidays is HolidayPolicy.CLOSED:
        return OpenDay(holding, is_open=False, holiday=holiday)
    if holiday and holding.holidays is HolidayPolicy.OPEN:
        return OpenDay(holding)
    return OpenDay(holding, is_open=day.isoweekday() not in holding.closed_weekdays)
