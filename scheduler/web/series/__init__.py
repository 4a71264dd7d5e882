"""Series: their list, the form of one, every day before any is booked, its page, its skipped days."""

from scheduler.web.series.views import blueprint

__all__ = ["blueprint"]
