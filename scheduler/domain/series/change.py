"""Editing a series from one of its bookings: this one, this and the following, or all still to come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scheduler.domain import bookings
from scheduler.domain.act import Act
from scheduler.domain.bookings import OPEN
from scheduler.domain.casts import cast_plan
from scheduler.domain.fields import Bad
from scheduler.domain.holds import Span, release_holds
from scheduler.domain.plans import BookingPlan, raw_of_plan
from scheduler.domain.series.booking import note_series, occurrence_of
from scheduler.domain.times import local_instant
from scheduler.domain.turns import take_bookings, take_resources, take_series
from scheduler.domain.versions import require_version
from scheduler.errors import BlockedDay, Clash, Invalid, Objected, Problem, SeriesBlocked
from scheduler.models.bookings import Booking, CancelReason
from scheduler.models.series import Occurrence, Series


class Reach(StrEnum):
    """How far an edit of one booking reaches into its series."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


def reached(session: Session, booking: Booking, reach: Reach, *, act: Act) -> list[Occurrence]:
    """The booking's own occurrence and the open, not yet begun ones that the edit reaches, by day."""
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
        .options(joinedload(Occurrence.booking))
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

    Another time of ``booking`` shifts the others by as much on the clocks of ``zone``, but for those that
    were moved alone: they stay where they were put. Raises StaleEdit, Refused and Invalid as
    ``change_booking`` for the booking itself, and SeriesBlocked naming every day that does not work; nothing
    is then written.
    """
    own = occurrence_of(session, booking)
    if reach is Reach.ONE or own is None:
        return [bookings.change_booking(session, booking, plan, version=version, act=act)]
    series = own.series
    occurrences = _take_turn(session, booking, reach, series, version=version, act=act)
    _give_back(session, booking, plan, occurrences)
    shift = _Shift(booking, plan.span, zone)
    follows = booking.follows.public_id if booking.follows else ""

    def change(one: Occurrence) -> Booking:
        mine = _booking(one)
        span = plan.span if mine is booking else shift.of(one)
        kept = mine.follows.public_id if mine.follows and plan.follows == follows else plan.follows
        changed = replace(plan, span=span, follows=kept)
        bookings.change_booking(session, mine, changed, version=mine.version, act=act)
        if mine is booking or not _moved_alone(one, shift.before.get(mine.id)):
            one.starts_at, one.ends_at = span.starts_at, span.ends_at
        return mine

    shift.remember(occurrences)
    changed = _each(session, occurrences, change, own=booking)
    series.plan, series.title = raw_of_plan(plan), plan.title
    days = [one.day for one in occurrences]
    note_series(session, series, act=act, verb="change_occurrences", days=days)
    return changed


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
    return reached(session, booking, reach, act=act)


def _give_back(
    session: Session, booking: Booking, plan: BookingPlan, occurrences: Sequence[Occurrence]
) -> None:
    """Release all holds of theirs: a shift by a week puts each where the next one was. Raises Invalid."""
    ids = [_booking(one).id for one in occurrences]
    cast = cast_plan(session, plan, partnership_id=booking.partnership_id, booking=booking)
    take_resources(session, ids, (part.resource_id for part in cast.parts))
    for booking_id in ids:
        release_holds(session, booking_id=booking_id)


class _Shift:
    """How far the edited booking moves on the clocks of a zone, and what it makes of the others' times."""

    def __init__(self, booking: Booking, span: Span, zone: str) -> None:
        self._zone = zone
        self._starts = self._local(span.starts_at) - self._local(booking.starts_at)
        self._length = span.ends_at - span.starts_at
        self.before: dict[int, Span] = {}

    def remember(self, occurrences: Iterable[Occurrence]) -> None:
        """Keep where each booking was before anything is written."""
        for one in occurrences:
            booking = _booking(one)
            self.before[booking.id] = Span(booking.starts_at, booking.ends_at)

    def of(self, one: Occurrence) -> Span:
        """The new time of another occurrence. Raises Invalid when the clocks skip it."""
        was = self.before[_booking(one).id]
        if _moved_alone(one, was):
            return was
        local = self._local(was.starts_at) + self._starts
        try:
            starts_at = local_instant(local.date(), local.time(), self._zone)
        except Bad as bad:
            raise Invalid([Problem("starts", bad.code, bad.facts)]) from bad
        return Span(starts_at, starts_at + self._length)

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self._zone)).replace(tzinfo=None)


def _each(
    session: Session,
    occurrences: Iterable[Occurrence],
    change: Callable[[Occurrence], Booking],
    *,
    own: Booking,
) -> list[Booking]:
    """Change every one; those that cannot be are told together, but what is wrong with the plan itself."""
    changed, blocked = [], []
    for one in occurrences:
        try:
            with session.begin_nested():
                changed.append(change(one))
        except Clash as error:
            blocked.append(BlockedDay(one.day, error.conflicts, error.objections))
        except Objected as error:
            blocked.append(BlockedDay(one.day, objections=error.objections))
        except Invalid as error:
            if one.booking_id == own.id:
                raise
            blocked.append(BlockedDay(one.day, problems=error.problems))
    if blocked:
        raise SeriesBlocked(blocked)
    return changed


def _moved_alone(one: Occurrence, was: Span | None) -> bool:
    return was is not None and (one.starts_at, one.ends_at) != (was.starts_at, was.ends_at)


def _booking(one: Occurrence) -> Booking:
    assert one.booking is not None
    return one.booking
