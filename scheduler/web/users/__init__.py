"""Accounts of others, and their roles."""

from scheduler.web.users.views import blueprint

__all__ = ["blueprint"]
