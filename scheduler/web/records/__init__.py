"""Records: what is still to be written, the form, the filed page, the Word paper."""

from scheduler.web.records.views import blueprint

__all__ = ["blueprint"]
