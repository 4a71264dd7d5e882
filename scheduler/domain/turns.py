"""One after the other: on PostgreSQL whoever changes several bookings waits here for whoever else does.

Everybody takes turns in one order: the series, its bookings by id, their resources by id. A transaction that
took a later one first could wait for one that waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from scheduler.domain.row_locks import lock_row
from scheduler.models.bookings import Booking
from scheduler.models.series import Occurrence, Series


def take_series(session: Session, series: Series) -> None:
    """Let nobody else change which days it has and which are booked; they are then known as they are now."""
    lock_row(session, Series, series.id)
    session.expire(series)
    _read_anew(session, select(Occurrence).where(Occurrence.series_id == series.id))


def take_bookings(session: Session, booking_ids: Iterable[int]) -> None:
    """Let nobody else change these bookings; they are then known as they are now."""
    rows = select(Booking).where(Booking.id.in_(sorted(booking_ids))).order_by(Booking.id)
    _read_anew(session, rows.with_for_update(key_share=True))


def lock_bookings(session: Session, booking_ids: Select[int]) -> None:
    """Let nobody else change these bookings, of which nothing is read."""
    rows = select(Booking.id).where(Booking.id.in_(booking_ids)).order_by(Booking.id)
    session.execute(rows.with_for_update(key_share=True))


def _read_anew(session: Session, query: object) -> None:
    session.scalars(query, execution_options={"populate_existing": True}).all()  # type: ignore[call-overload]
