"""Records as a list: what is still to be written first, then drafts, then what is filed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, false, or_, select, type_coerce

from scheduler.domain.access import Viewer, visible_bookings
from scheduler.domain.queries import whole_booking
from scheduler.domain.text_fields import is_printable
from scheduler.models.bookings import Booking, BookingKind, BookingState
from scheduler.models.records import Record, RecordState


class RecordStage(StrEnum):
    """Where a record stands; ``due`` has none yet although the booking is over."""

    DUE = "due"
    DRAFT = "draft"
    FILED = "filed"


def records(
    viewer: Viewer,
    *,
    now: datetime,
    stage: RecordStage | None = None,
    partnership_id: int | None = None,
    words: str = "",
) -> Select[Booking, Record]:
    """(booking, record or None) in the viewer's sight; what waits longest first, filed ones newest first."""
    conditions = [visible_bookings(viewer), _is(stage, now) if stage else _has_or_wants_record(now)]
    if partnership_id is not None:
        conditions.append(Booking.partnership_id == partnership_id)
    if words:
        conditions.append(_titled(words))
    ended = type_coerce(Booking.ends_at, BigInteger)
    filed = Record.state == RecordState.FILED
    rank: Any = case((Record.id.is_(None), 0), (filed, 2), else_=1)
    return (
        select(Booking, Record)
        .join(Record, Record.booking_id == Booking.id, isouter=True)
        .where(*conditions)
        .order_by(rank, case((filed, -ended), else_=ended), Booking.id)
        .options(*whole_booking())
    )


def _is(stage: RecordStage, now: datetime) -> ColumnElement[bool]:
    if stage is RecordStage.DUE:
        return _wants_record(now)
    return Record.state == RecordState(stage.value)


def _has_or_wants_record(now: datetime) -> ColumnElement[bool]:
    return or_(Record.id.is_not(None), _wants_record(now))


def _wants_record(now: datetime) -> ColumnElement[bool]:
    return and_(
        Record.id.is_(None),
        Booking.ends_at <= now,
        Booking.state.in_((BookingState.CONFIRMED, BookingState.DONE)),
        Booking.kind != BookingKind.TRAVEL,
    )


def _titled(words: str) -> ColumnElement[bool]:
    return Booking.title.icontains(words, autoescape=True) if is_printable(words) else false()
