"""Whether a time is free, and which times are."""

from __future__ import annotations

from typing import Annotated, TypedDict

from scheduler.api.shapes.hurdles import ConflictShape, ObjectionShape
from scheduler.api.shapes.values import Moment
from scheduler.domain.slots.ranking import Remark


class AvailabilityShape(TypedDict):
    """Whether everybody is free then, buffers included, and if not, who is not and why."""

    free: Annotated[bool, "Whether it could be booked without a reason."]
    conflicts: Annotated[list[ConflictShape], "Who is busy: never overridden."]
    objections: Annotated[list[ObjectionShape], "Rules that need a reason to be overridden."]
    notes: Annotated[list[ObjectionShape], "To be told; they need no reason."]


class SlotShape(TypedDict):
    """A time that can be booked, and what speaks against it."""

    starts_at: Moment
    ends_at: Moment
    remarks: list[Remark]
    absent: Annotated[list[int], "Ids of the preferred who could not come."]
    missing: Annotated[list[ConflictShape], "Which of them are busy."]
    objections: Annotated[list[ObjectionShape], "Which rules keep others of them away."]
    notes: list[ObjectionShape]


class NearMissShape(TypedDict):
    """A time that cannot be booked as it is, and the one or two in its way."""

    starts_at: Moment
    ends_at: Moment
    conflicts: list[ConflictShape]
    objections: list[ObjectionShape]


class SlotsShape(TypedDict):
    """Free times, the best first, and near misses."""

    slots: list[SlotShape]
    near_misses: list[NearMissShape]
    looked_at: Annotated[int, "How many times the rules allow."]
    unpublished_years: Annotated[list[int], "Years of the window whose holidays are not announced yet."]
