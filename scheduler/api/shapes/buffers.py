"""Minutes held before and after bookings."""

from __future__ import annotations

from typing import Annotated, TypedDict

from scheduler.models.bookings import BookingKind, ParticipantRole


class MarginShape(TypedDict):
    """Minutes before and after."""

    before: int
    after: int


class BufferShape(TypedDict):
    """The minutes that a kind of booking holds whoever or whatever has a role in it, beyond its own time."""

    kind: BookingKind
    role: ParticipantRole
    before: int
    after: int
    is_default: Annotated[bool, "Whether nothing else was set."]
    default: MarginShape


class BuffersShape(TypedDict):
    """Buffers by kind and role."""

    items: list[BufferShape]
