"""Finding a time at which everybody can be there: a form, a list, a heat map."""

from scheduler.web.slots.views import blueprint

__all__ = ["blueprint"]
