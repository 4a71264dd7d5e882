"""Series, and their days before they are booked."""

from __future__ import annotations

from typing import Annotated, TypedDict

from scheduler.api.shapes.hurdles import ConflictShape, ObjectionShape
from scheduler.api.shapes.values import IntervalShape, Moment, Named
from scheduler.domain.series.proposals import Outlook
from scheduler.models.bookings import BookingState


class OccurrenceShape(TypedDict):
    """A day of a series: when the rule puts it, and its booking; null for one that was skipped."""

    day: str
    planned_starts_at: Moment | None
    planned_ends_at: Moment | None
    booking: str | None
    state: BookingState | None
    starts_at: Moment | None
    ends_at: Moment | None


class SeriesShape(TypedDict):
    """Bookings that were made together."""

    id: str
    partnership_id: int
    title: str
    occurrences: list[OccurrenceShape]


class NextShape(TypedDict):
    """The booking of a series that is not over and comes first."""

    booking: str
    starts_at: Moment
    ends_at: Moment


class SeriesSummaryShape(TypedDict):
    """A series in a list, counted over the bookings that the caller may see; ``next`` null: it has ended."""

    id: str
    partnership_id: int
    title: str
    rule: Annotated[str, "When its days are, in the caller's language."]
    first_day: str
    last_day: str
    host: Named | None
    receiving: list[Named]
    booked: Annotated[int, "Bookings in all, cancelled ones included."]
    over: int
    cancelled: int
    skipped: Annotated[int, "Days without a booking."]
    next: NextShape | None


class ProposalShape(TypedDict):
    """A day of a series before it is booked; no ``time``: the school has no such period then."""

    day: str
    outlook: Outlook
    time: IntervalShape | None
    suggestion: IntervalShape | None
    conflicts: list[ConflictShape]
    objections: list[ObjectionShape]
    notes: list[ObjectionShape]


class ProposalsShape(TypedDict):
    """Every day of a series; nothing was written."""

    days: list[ProposalShape]


class BlockedDayShape(TypedDict):
    """A day of a series that cannot be as asked."""

    day: str
    conflicts: list[ConflictShape]
    objections: list[ObjectionShape]
    errors: list[str]
