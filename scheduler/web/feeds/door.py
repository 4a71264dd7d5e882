"""The door of calendar programs: polls are answered before the web framework is woken.

They bring no cookie and want no page, and there are many of them: the framework alone would take twice the
time of the whole answer. The address is the secret, so it is not logged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from scheduler import clock
from scheduler.config import Settings
from scheduler.db import Database
from scheduler.web.feeds.answers import Poll, PollAnswer, answer_poll
from scheduler.web.headers import HSTS

PREFIX, SUFFIX = "/feeds/", ".ics"
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

log = logging.getLogger(__name__)


class FeedDoor:
    """A WSGI application (PEP 3333) that answers GET and HEAD of feeds and hands on everything else."""

    def __init__(self, inner: Application, *, database: Database, settings: Settings) -> None:
        self._inner = inner
        self._database = database
        self._uid_host = settings.uid_host
        self._more = [("Strict-Transport-Security", HSTS)] if settings.secure else []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a poll, or let the framework answer."""
        token = token_of(environ)
        if token is None:
            return self._inner(environ, start_response)
        answer = self._answer(environ, token)
        status = HTTPStatus(answer.status)
        headers = [*answer.headers.items(), *self._more]
        if status is not HTTPStatus.NOT_MODIFIED:
            headers.append(("Content-Length", str(len(answer.body))))
        start_response(f"{status.value} {status.phrase}", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]

    def _answer(self, environ: dict[str, Any], token: str) -> PollAnswer:
        poll = Poll(
            token=token,
            if_none_match=environ.get("HTTP_IF_NONE_MATCH"),
            if_modified_since=environ.get("HTTP_IF_MODIFIED_SINCE"),
            accept_encoding=environ.get("HTTP_ACCEPT_ENCODING"),
            user_agent=environ.get("HTTP_USER_AGENT"),
        )
        try:
            return answer_poll(self._database, poll, now=clock.now(), uid_host=self._uid_host)
        except Exception:  # what is logged above this door names the address, and with it the secret
            log.exception("feed.failed")
            return PollAnswer(503, {"Retry-After": "600", "Cache-Control": "no-store"}, b"")


def token_of(environ: dict[str, Any]) -> str | None:
    """The token of /feeds/<token>.ics when that is what is asked for with GET or HEAD."""
    path: str = environ.get("PATH_INFO", "")
    if not path.startswith(PREFIX) or not path.endswith(SUFFIX):
        return None
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return None
    return path[len(PREFIX) : -len(SUFFIX)]
