"""Bookings: the list, the form, the page of one, its history; changed, moved, cancelled."""

from scheduler.web.bookings.views import blueprint

__all__ = ["blueprint"]
