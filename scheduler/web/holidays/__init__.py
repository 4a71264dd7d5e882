"""Holidays: each year as it is announced, imported where it is not known yet."""

from scheduler.web.holidays.views import blueprint

__all__ = ["blueprint"]
