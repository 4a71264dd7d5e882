"""What closures hit, and what was moved out of their way."""

from __future__ import annotations

from typing import Annotated, TypedDict

from scheduler.api.shapes.bookings import BookingShape
from scheduler.api.shapes.hurdles import ConflictShape, ObjectionShape
from scheduler.api.shapes.values import IntervalShape


class HitShape(TypedDict):
    """A booking that a closure is in the way of, and times at which it could be, the best first."""

    booking: BookingShape
    choices: Annotated[list[IntervalShape], "Each is offered to one booking only."]


class HitsShape(TypedDict):
    """What a closure hits, by start."""

    items: list[HitShape]
    left: Annotated[int, "How many more there are; they are listed once these have been moved."]


class MovedShape(TypedDict):
    """The bookings that were moved."""

    items: list[BookingShape]


class BlockedMoveShape(TypedDict):
    """A booking that cannot be where it was put, and why; it stays where it is, as do all others."""

    booking: str
    title: str
    code: Annotated[str, "Empty, or what happened to the booking meanwhile."]
    conflicts: list[ConflictShape]
    objections: list[ObjectionShape]
