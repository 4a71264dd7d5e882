"""Buffers: the minutes before and after a booking that its resources are held as well."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.base import Base, refers, words
from scheduler.models.bookings import BookingKind, ParticipantRole


class Buffer(Base):
    """What a partnership has set for a kind of booking and a role in it; without a row the default holds."""

    __tablename__ = "buffer"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "kind", "role"),
        CheckConstraint("before BETWEEN 0 AND 1440", name="before"),
        CheckConstraint("after BETWEEN 0 AND 1440", name="after"),
    )

    partnership_id: Mapped[int] = refers("partnership.id", ondelete="CASCADE")
    kind: Mapped[BookingKind] = mapped_column(words(BookingKind))
    role: Mapped[ParticipantRole] = mapped_column(words(ParticipantRole))
    before: Mapped[int]
    """Minutes."""
    after: Mapped[int]
    """Minutes."""
