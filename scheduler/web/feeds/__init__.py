"""Subscriptions: one's own links, and the answers that calendar programs get at them."""

from scheduler.web.feeds.views import blueprint

__all__ = ["blueprint"]
