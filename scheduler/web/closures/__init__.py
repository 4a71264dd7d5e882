"""A closure and the bookings it hits: each with new times, moved together."""

from scheduler.web.closures.views import blueprint

__all__ = ["blueprint"]
