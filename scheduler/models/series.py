"""Series: bookings made together. Each keeps its own identity; there is no recurrence rule to read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.base import Base, Id, Name, refers
from scheduler.models.bookings import Booking
from scheduler.models.places import Partnership


class Series(Base):
    """系列. ``rule`` is what was asked for ("every Thursday, third period …"), as raw input of its reader.

    Its clock times follow when the days are moved together: a skipped day is added at the time of the others.
    """

    __tablename__ = "series"

    id: Mapped[Id]
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    partnership_id: Mapped[int] = refers("partnership.id")
    title: Mapped[Name]
    rule: Mapped[dict[str, Any]]
    plan: Mapped[dict[str, Any]]
    """What is booked each time, as raw input without its time: a skipped date is added again from it."""
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    partnership: Mapped[Partnership] = relationship()
    occurrences: Mapped[list[Occurrence]] = relationship(
        back_populates="series", cascade="all, delete-orphan", order_by="Occurrence.day"
    )

    __mapper_args__ = {"version_id_col": version}


class Occurrence(Base):
    """One date of a series. Its day never changes, wherever its booking is moved; None booking: skipped.

    ``starts_at`` and ``ends_at`` are the time that the series gives it (None: a skipped day without that
    period): a booking elsewhere was moved alone.
    """

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("series_id", "day"),
        UniqueConstraint("booking_id"),
        CheckConstraint("ends_at > starts_at", name="interval"),
        CheckConstraint("booking_id IS NULL OR starts_at IS NOT NULL", name="booked"),
        Index(None, "series_id", "starts_at"),
    )

    id: Mapped[Id]
    series_id: Mapped[int] = refers("series.id", ondelete="CASCADE")
    day: Mapped[date]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    booking_id: Mapped[int | None] = refers("booking.id")

    series: Mapped[Series] = relationship(back_populates="occurrences")
    booking: Mapped[Booking | None] = relationship()
