"""The calendar: an agenda and a week, filtered."""

from scheduler.web.calendar.views import blueprint

__all__ = ["blueprint"]
