"""Days of the week: when schools ring their bells and museums close."""

from __future__ import annotations

from enum import StrEnum


class Weekday(StrEnum):
    """ISO 8601 numbers: Monday is 1."""

    MONDAY = "1"
    TUESDAY = "2"
    WEDNESDAY = "3"
    THURSDAY = "4"
    FRIDAY = "5"
    SATURDAY = "6"
    SUNDAY = "7"
