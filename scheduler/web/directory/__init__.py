"""The directory: one set of pages for every shelf, as its fields say."""

from scheduler.web.directory.views import blueprint

__all__ = ["blueprint"]
