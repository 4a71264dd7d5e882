"""Series: the form of a weekly rule, every day before any is booked, the page of one, its skipped days."""

from scheduler.web.series.views import blueprint

__all__ = ["blueprint"]
