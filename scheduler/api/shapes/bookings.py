"""Bookings and what happened to them."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

from scheduler.api.shapes.values import Moment, Named
from scheduler.models.bookings import (
    BookingKind,
    BookingState,
    CancelReason,
    CourseType,
    ParticipantRole,
    SegmentKind,
    Subject,
    Timing,
)


class HostShape(TypedDict):
    """The teaching end."""

    organisation: Named
    room: Named | None


ReceivingShape = TypedDict(
    "ReceivingShape",
    {
        "organisation": Named,
        "class": Named | None,
        "room": Named | None,
        "assistant": Named | None,
    },
)
"""A receiving end: an organisation and what it brings ("class" is a word of Python, hence this form)."""


class PersonInRoleShape(TypedDict):
    """A person in a role that belongs to no receiving class."""

    role: ParticipantRole
    person: Named


class SegmentShape(TypedDict):
    """A part of the booking and its planned minutes."""

    position: int
    kind: SegmentKind
    minutes: int


class CancelledShape(TypedDict):
    """When and why a booking was cancelled."""

    at: Moment
    reason: CancelReason | None
    words: str


class BookingShape(TypedDict):
    """A booking, half-open interval."""

    id: str
    partnership_id: int
    kind: BookingKind
    state: BookingState
    title: str
    subject: Subject
    course_type: CourseType
    starts_at: Moment
    ends_at: Moment
    host: HostShape | None
    receiving: list[ReceivingShape]
    people: list[PersonInRoleShape]
    account: Named | None
    kits: list[Named]
    meeting_number: str
    passcode: Annotated[str | None, "null: not for this caller."]
    join_url: str
    segments: list[SegmentShape]
    note: str
    follows: Annotated[str, "The lesson that this booking belongs to; empty for none."]
    timing: Timing
    override_reason: Annotated[str, "Why it was booked although rules spoke against its time."]
    cancelled: CancelledShape | None
    revision: Annotated[int, "SEQUENCE of RFC 5545: rises with each change of time, place or state."]
    version: Annotated[int, "Rises with each write; name it when changing the booking."]
    created_at: Moment
    revised_at: Moment
    plan: NotRequired[
        Annotated[
            dict[str, Any] | None,
            "The body by which PUT leaves the booking as it is; null for a caller who may not change it.",
        ]
    ]


class HistoryEntryShape(TypedDict):
    """One thing that happened: field → [before, after]; values that identify somebody are left out."""

    at: Moment
    verb: str
    by: Annotated[str | None, "null: the product itself."]
    via: str
    changes: dict[str, list[Any]]
    reason: str


class HistoryShape(TypedDict):
    """Everything that happened to a booking, newest first."""

    items: list[HistoryEntryShape]
