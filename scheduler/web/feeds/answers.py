"""How a poll of a feed is answered: 404, 304 or the calendar, gzip or plain (RFC 9110 §8.8, §12.5.3, §13)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from sqlalchemy.exc import SQLAlchemyError

from scheduler.db import Database
from scheduler.feeds.calendar import compress, etag_of
from scheduler.feeds.compose import Composed, compose
from scheduler.feeds.http import accepts_gzip, decide_status, gzip_etag
from scheduler.feeds.kept import FoundFeed, KeptFeed, find_feed, keep, kept_of, read_kept, unpack

CALENDAR = "text/calendar; charset=utf-8"
NEVER_STORED = {
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Encoding, User-Agent",
}
NOT_FOUND = (
    "没有这个订阅，可能已经停用或换了新链接。\n"
    "There is no such calendar. It may have been revoked or replaced.\n"
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Poll:
    """What is asked: the secret of the address and the request's headers as they came."""

    token: str
    if_none_match: str | None
    if_modified_since: str | None
    accept_encoding: str | None
    user_agent: str | None


@dataclass(frozen=True)
class PollAnswer:
    """Status, headers and body; the body is that of a GET."""

    status: int
    headers: dict[str, str]
    body: bytes


def answer_poll(database: Database, poll: Poll, *, now: datetime, uid_host: str) -> PollAnswer:
    """The answer; an unknown, replaced or revoked token and one of a closed account are all the same 404."""
    with database.read() as session:
        found = find_feed(session, poll.token, now=now)
        if found is None:
            headers = {**NEVER_STORED, "Content-Type": "text/plain; charset=utf-8"}
            return PollAnswer(404, headers, NOT_FOUND.encode())
        kept = kept_of(found, now=now, uid_host=uid_host)
        if kept is not None:
            if _status(poll, kept) == 304:
                return _unchanged(poll, kept)
            packed = read_kept(session, found)
            if packed is not None:
                return _whole(poll, kept, packed=packed)
        composed = compose(session, found.id, now=now, uid_host=uid_host)
    kept = _keep(database, found, composed, now=now, uid_host=uid_host)
    return _unchanged(poll, kept) if _status(poll, kept) == 304 else _whole(poll, kept, plain=composed.data)


def _keep(
    database: Database, found: FoundFeed, composed: Composed, *, now: datetime, uid_host: str
) -> KeptFeed:
    try:
        with database.write() as session:
            return keep(session, found, composed, now=now, uid_host=uid_host)
    except SQLAlchemyError as fault:
        # A calendar that cannot be kept (a full disk, a feed revoked meanwhile) is still a calendar.
        log.error("feed.not_kept feed=%s cause=%s", found.id, type(fault).__name__)
        return KeptFeed(etag_of(composed.data), now)


def _status(poll: Poll, kept: KeptFeed) -> int:
    return decide_status(
        etag=kept.etag,
        last_modified=kept.changed_at,
        if_none_match=poll.if_none_match,
        if_modified_since=poll.if_modified_since,
    )


def _unchanged(poll: Poll, kept: KeptFeed) -> PollAnswer:
    return PollAnswer(304, _validators(kept, packed=_wants_gzip(poll)), b"")


def _whole(poll: Poll, kept: KeptFeed, *, packed: bytes = b"", plain: bytes = b"") -> PollAnswer:
    """The calendar from whichever form is at hand."""
    wants_gzip = _wants_gzip(poll)
    headers = _validators(kept, packed=wants_gzip)
    headers["Content-Type"] = CALENDAR
    headers["Content-Disposition"] = 'inline; filename="tongtang.ics"'
    if wants_gzip:
        headers["Content-Encoding"] = "gzip"
        return PollAnswer(200, headers, packed or compress(plain))
    return PollAnswer(200, headers, plain or unpack(packed))


def _validators(kept: KeptFeed, *, packed: bool) -> dict[str, str]:
    return {
        **NEVER_STORED,
        "ETag": gzip_etag(kept.etag) if packed else kept.etag,
        "Last-Modified": format_datetime(kept.changed_at, usegmt=True),
    }


def _wants_gzip(poll: Poll) -> bool:
    return accepts_gzip(poll.accept_encoding, poll.user_agent)
