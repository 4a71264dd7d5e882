"""Editing a series from one of its bookings: this one, this and the following, or all still to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scheduler.domain import bookings
from scheduler.domain.act import Act
from scheduler.domain.booking_writes import booking_span, load_parts
from scheduler.domain.bookings import OPEN, Change
from scheduler.domain.holds import Span
from scheduler.domain.plans import BookingPlan, raw_of_plan
from scheduler.domain.series.blocked import blocked_day
from scheduler.domain.series.booking import note_series, occurrence_of
from scheduler.domain.series.rules import rule_at
from scheduler.domain.series.shift import Shift
from scheduler.domain.turns import take_bookings, take_series
from scheduler.domain.versions import require_version
from scheduler.errors import BlockedDay, Invalid, SeriesBlocked
from scheduler.models.bookings import Booking, CancelReason, Site
from scheduler.models.series import Occurrence, Series


class Reach(StrEnum):
    """How far an edit of one booking reaches into its series."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


def reached(session: Session, booking: Booking, reach: Reach, *, act: Act) -> list[Occurrence]:
    """The booking's own occurrence and the open, not yet begun ones that the edit reaches, by day.

    Their bookings come with the sites by which it is told who may change them.
    """
    own = occurrence_of(session, booking)
    if own is None:
        return []
    rows = session.scalars(
        select(Occurrence)
        .join(Booking, Booking.id == Occurrence.booking_id)
        .where(
            Occurrence.series_id == own.series_id,
            Booking.state.in_(OPEN),
            Booking.starts_at > act.at,
        )
        .order_by(Occurrence.day)
        .options(joinedload(Occurrence.booking).selectinload(Booking.sites).joinedload(Site.organisation))
    )
    others = [one for one in rows if one.id != own.id and (reach is Reach.ALL or one.day > own.day)]
    return sorted([own, *(others if reach is not Reach.ONE else [])], key=lambda one: one.day)


def change_occurrences(
    session: Session,
    booking: Booking,
    plan: BookingPlan,
    *,
    reach: Reach,
    version: int,
    zone: str,
    act: Act,
) -> list[Booking]:
    """Let the booking and those that ``reach`` names be as ``plan`` says, each on its own day.

    Another time of ``booking`` shifts start and end of the others by as much on the clocks of ``zone``, but
    for those that were moved alone: they stay where they were put. Raises StaleEdit, Refused and Invalid as
    ``change_booking`` for the booking itself, and SeriesBlocked naming every day that does not work; nothing
    is then written.
    """
    own = occurrence_of(session, booking)
    if reach is Reach.ONE or own is None:
        return [bookings.change_booking(session, booking, plan, version=version, act=act)]
    occurrences = _take_turn(session, booking, reach, own.series, version=version, act=act)
    alone = {one.day for one in occurrences if _is_moved_alone(one)}
    shift = Shift(booking_span(booking), plan.span, zone)
    fixed = {one.day: booking_span(_booking(one)) for one in occurrences if one.day in alone}
    spans, blocked = _new_times(occurrences, {**fixed, own.day: plan.span}, shift)
    blocked |= _change_all(session, own, [one for one in occurrences if one.day in spans], plan, spans, act)
    if blocked:
        raise SeriesBlocked([blocked[day] for day in sorted(blocked)])
    for one in occurrences:
        if one.day not in alone or (one is own and shift.is_any):
            one.starts_at, one.ends_at = spans[one.day].starts_at, spans[one.day].ends_at
    own.series.plan, own.series.title = raw_of_plan(plan), plan.title
    if shift.is_any and own.day not in alone:
        own.series.rule = rule_at(own.series.rule, plan.span, zone=zone)
    note_series(session, own.series, act=act, verb="change_occurrences", days=list(spans))
    return [_booking(one) for one in occurrences]


def cancel_occurrences(
    session: Session,
    booking: Booking,
    *,
    reach: Reach,
    reason: CancelReason,
    words: str,
    version: int,
    act: Act,
) -> list[Booking]:
    """Cancel the booking and those that ``reach`` names. Raises as ``cancel_booking``."""

    def cancel(one: Booking, version: int) -> Booking:
        return bookings.cancel_booking(session, one, reason=reason, words=words, version=version, act=act)

    own = occurrence_of(session, booking)
    if reach is Reach.ONE or own is None:
        return [cancel(booking, version)]
    series = own.series
    occurrences = _take_turn(session, booking, reach, series, version=version, act=act)
    cancelled = [cancel(one, one.version) for one in map(_booking, occurrences)]
    days = [one.day for one in occurrences]
    note_series(session, series, act=act, verb="cancel_occurrences", days=days)
    return cancelled


def _take_turn(
    session: Session, booking: Booking, reach: Reach, series: Series, *, version: int, act: Act
) -> list[Occurrence]:
    """What is reached, as it is once nobody else changes it. Raises StaleEdit."""
    take_series(session, series)
    take_bookings(session, (_booking(one).id for one in reached(session, booking, reach, act=act)))
    require_version(booking.version, version, title=booking.title)
    occurrences = reached(session, booking, reach, act=act)
    load_parts(session, [_booking(one) for one in occurrences])
    return occurrences


def _new_times(
    occurrences: Iterable[Occurrence], fixed: Mapping[date, Span], shift: Shift
) -> tuple[dict[date, Span], dict[date, BlockedDay]]:
    """The time of each day, as ``fixed`` or shifted; and the days on which there is no such time."""
    spans: dict[date, Span] = {}
    blocked: dict[date, BlockedDay] = {}
    for one in occurrences:
        try:
            spans[one.day] = fixed.get(one.day) or shift.of(booking_span(_booking(one)))
        except Invalid as error:
            blocked[one.day] = blocked_day(one.day, error)
    return spans, blocked


def _change_all(
    session: Session,
    own: Occurrence,
    occurrences: Sequence[Occurrence],
    plan: BookingPlan,
    spans: Mapping[date, Span],
    act: Act,
) -> dict[date, BlockedDay]:
    """The days that do not work. Raises what is wrong with the edited booking itself, but that it is busy."""
    follows, read = _follows(_booking(own)), _booking(own).override_reason
    changes = []
    for one in occurrences:
        booking = _booking(one)
        # The lesson that it belongs to stays its own unless the edit names another.
        kept = _follows(booking) if plan.follows == follows else plan.follows
        mine = replace(plan, span=spans[one.day], follows=kept)
        changes.append(Change(booking, mine, booking.version, read))
    blocked = {}
    for index, error in bookings.change_all(session, changes, act=act).items():
        if occurrences[index] is own and isinstance(error, Invalid):
            raise error
        blocked[occurrences[index].day] = blocked_day(occurrences[index].day, error)
    return blocked


def _follows(booking: Booking) -> str:
    return booking.follows.public_id if booking.follows else ""


def _is_moved_alone(one: Occurrence) -> bool:
    booking = _booking(one)
    return (one.starts_at, one.ends_at) != (booking.starts_at, booking.ends_at)


def _booking(one: Occurrence) -> Booking:
    assert one.booking is not None
    return one.booking
