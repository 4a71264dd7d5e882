"""Who sees a series, and what of it: whoever sees one of its bookings sees its days, and those bookings."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain import access
from scheduler.domain.access import Viewer
from scheduler.domain.queries import whole_booking
from scheduler.domain.series.booking import get_series
from scheduler.errors import NotFound
from scheduler.models.bookings import Booking
from scheduler.models.series import Occurrence, Series


def visible_bookings_of(session: Session, series: Series, *, viewer: Viewer) -> dict[int, Booking]:
    """The bookings of the series that the viewer may see, by id, with all that is told of them."""
    query = (
        select(Booking)
        .join(Occurrence, Occurrence.booking_id == Booking.id)
        .where(Occurrence.series_id == series.id, access.visible_bookings(viewer))
        .options(*whole_booking())
    )
    return {booking.id: booking for booking in session.scalars(query)}


def get_visible_series(session: Session, public_id: str, *, viewer: Viewer) -> Series:
    """The series. Raises NotFound, also when the viewer sees none of its bookings."""
    series = get_series(session, public_id)
    require_visible(session, series, viewer=viewer)
    return series


def require_visible(session: Session, series: Series, *, viewer: Viewer) -> None:
    """Raises NotFound when the viewer sees none of its bookings."""
    if not visible_bookings_of(session, series, viewer=viewer):
        raise NotFound("series.not_found")


def can_add(series: Series, *, viewer: Viewer) -> bool:
    """Whether the viewer may book its skipped and cancelled days: they may change every booking of it."""
    if not access.can_book(viewer, series.partnership_id):
        return False
    booked = [one.booking for one in series.occurrences if one.booking is not None]
    return bool(booked) and all(access.can_change_booking(viewer, one) for one in booked)


def require_adding(session: Session, series: Series, *, viewer: Viewer) -> None:
    """Raises NotFound, or Forbidden for those who only see it."""
    require_visible(session, series, viewer=viewer)
    access.require(can_add(series, viewer=viewer))
