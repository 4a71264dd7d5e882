"""A feed's calendar joined from kept events; only those that are missing or stale are written anew."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, and_, func, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from scheduler.domain.queries import whole_booking
from scheduler.domain.subscriptions import in_feed
from scheduler.feeds.alarm import add_alarm
from scheduler.feeds.calendar import MOST_EVENTS, count_fitting, join_calendar
from scheduler.feeds.content import DEFAULT_ZONE, event_of
from scheduler.feeds.event import write_event
from scheduler.feeds.window import feed_window, last_midnight
from scheduler.models.bookings import Booking
from scheduler.models.feeds import Feed, FeedDetail, FeedFragment
from scheduler.models.places import Organisation, Partnership
from scheduler.models.resources import Resource
from scheduler.wording import say

COLOUR = "teal"
_AT_ONCE = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Composed:
    """A feed's bytes, and the events that had to be written for it."""

    data: bytes
    written: Sequence[FeedFragment]


def compose(session: Session, feed_id: int, *, now: datetime, uid_host: str) -> Composed:
    """Build the feed; nothing is kept yet.

    An event that cannot be written is left out and reported. Of more than 1 000 the nearest to today stay.
    """
    feed = session.get_one(Feed, feed_id)
    rows = session.execute(_events_of(feed, now)).all()
    stale = [row.id for row in rows if row.kept_version != row.version or row.kept_at != row.revised_at]
    written = {
        fragment.booking_id: fragment
        for start in range(0, len(stale), _AT_ONCE)
        for fragment in _write_events(session, feed, stale[start : start + _AT_ONCE], uid_host)
    }
    left_out = set(stale) - set(written)
    events = [
        _Entry(row.starts_at, row.id, kept.zone, _with_alarm(kept.body, feed.alarm_minutes))
        for row in rows
        if row.id not in left_out
        for kept in [written.get(row.id, row)]
    ]
    events = sorted(events[: count_fitting([event.body for event in events])])
    data = join_calendar(
        name=_name_of(session, feed),
        color=COLOUR,
        zones=[DEFAULT_ZONE, *(event.zone for event in events)],
        fragments=[event.body for event in events],
    )
    return Composed(data, list(written.values()))


class _Entry(NamedTuple):
    """One event in the order in which a calendar lists it."""

    starts_at: datetime
    booking_id: int
    zone: str
    body: bytes


def _events_of(feed: Feed, now: datetime) -> Any:
    """Bookings of the feed, the nearest to today first, with what is kept of each."""
    midnight = last_midnight(now, DEFAULT_ZONE)
    since, until = feed_window(now, DEFAULT_ZONE)
    distance = func.abs(type_coerce(Booking.starts_at, BigInteger) - int(midnight.timestamp()))
    return (
        select(
            Booking.id,
            Booking.version,
            Booking.revised_at,
            Booking.starts_at,
            FeedFragment.version.label("kept_version"),
            FeedFragment.revised_at.label("kept_at"),
            FeedFragment.zone,
            FeedFragment.body,
        )
        .outerjoin(
            FeedFragment,
            and_(
                FeedFragment.booking_id == Booking.id,
                FeedFragment.detail == feed.detail,
                FeedFragment.language == feed.language,
            ),
        )
        .where(in_feed(feed, now=midnight, since=since, until=until))
        .order_by(distance, Booking.id)
        .limit(MOST_EVENTS)
    )


def _write_events(
    session: Session, feed: Feed, booking_ids: Sequence[int], uid_host: str
) -> Iterable[FeedFragment]:
    query = select(Booking).where(Booking.id.in_(booking_ids)).options(*whole_booking())
    for booking in session.scalars(query.execution_options(populate_existing=True)):
        try:
            yield _write_event(booking, feed.detail, feed.language, uid_host)
        except SQLAlchemyError:
            raise
        except Exception as fault:  # whatever is wrong with one booking must cost one event, not the feed
            log.error("feed.event_left_out booking=%s cause=%r", booking.public_id, fault)


def _write_event(booking: Booking, detail: FeedDetail, language: str, uid_host: str) -> FeedFragment:
    event = event_of(booking, detail=detail, language=language, uid_host=uid_host)
    return FeedFragment(
        booking_id=booking.id,
        detail=detail,
        language=language,
        version=booking.version,
        revised_at=booking.revised_at,
        zone=event.zone,
        body=write_event(event, busy_only=detail is FeedDetail.BUSY, language=language),
    )


def _with_alarm(body: bytes, minutes: int | None) -> bytes:
    return body if minutes is None else add_alarm(body, minutes)


def _name_of(session: Session, feed: Feed) -> str:
    """The calendar's title: of whom or what it is, by today's name."""
    target: Partnership | Organisation | Resource
    if feed.person_id is not None:
        target = session.get_one(Resource, feed.person_id)
    elif feed.organisation_id is not None:
        target = session.get_one(Organisation, feed.organisation_id)
    else:
        target = session.get_one(Partnership, feed.partnership_id)
    return say(feed.language, "同堂：%(name)s", name=target.name)
