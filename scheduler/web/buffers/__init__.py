"""Buffers: the minutes before and after that each kind of booking holds its people and things."""

from scheduler.web.buffers.views import blueprint

__all__ = ["blueprint"]
