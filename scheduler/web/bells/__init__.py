"""Bell schedules: what rings in every school, drawn as one timetable, edited as a table, copied."""

from scheduler.web.bells.views import blueprint

__all__ = ["blueprint"]
