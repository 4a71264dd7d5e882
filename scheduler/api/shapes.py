"""What answers look like. The description is made from these types; a row of the directory, which has
the fields of its shelf, is described from those (``descriptions.py``).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, NotRequired, TypedDict

from scheduler.domain.series.proposals import Outlook
from scheduler.domain.slots.ranking import Remark
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
from scheduler.models.feeds import FeedDetail, FeedScope
from scheduler.models.holidays import DayKind
from scheduler.models.records import IncidentKind, LinkTest, RecordState
from scheduler.models.resources import ResourceKind
from scheduler.models.school_time import PeriodKind
from scheduler.models.weekdays import Weekday

Moment = Annotated[str, "An instant: ISO 8601, UTC."]


def moment(instant: datetime) -> str:
    """ISO 8601, UTC."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def maybe_moment(instant: datetime | None) -> str | None:
    """``moment`` of what may not have happened yet."""
    return None if instant is None else moment(instant)


class Named(TypedDict):
    """A row of the directory, named."""

    id: int
    name: str


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


class FeedShape(TypedDict):
    """A subscription of the caller's own."""

    id: int
    name: str
    scope: FeedScope
    partnership_id: int
    organisation_id: int | None
    person_id: int | None
    detail: FeedDetail
    language: str
    alarm_minutes: int | None
    created_at: Moment
    replaced_at: Moment | None
    url: NotRequired[Annotated[str, "The secret address: told once, when it is made, and not kept."]]
    webcal: NotRequired[Annotated[str, "The same address for calendars that subscribe by webcal:."]]


class FeedsShape(TypedDict):
    """The caller's live feeds, newest first."""

    items: list[FeedShape]


class AttendanceShape(TypedDict):
    """Expected and present pupils of one class."""

    class_id: int
    expected: int
    present: int


class SegmentMinutesShape(TypedDict):
    """How long a planned segment really took; 0: left out."""

    position: int
    minutes: int


class QuestionShape(TypedDict):
    """A question asked by a class, and its answer."""

    class_id: int | None
    question: str
    answer: str


class IncidentShape(TypedDict):
    """What went wrong, how it was handled, the minutes it cost."""

    kind: IncidentKind
    what: str
    handling: str
    minutes_lost: int


class RecordShape(TypedDict):
    """What happened in one booking."""

    booking: str
    state: RecordState
    actual_starts: Moment | None
    actual_ends: Moment | None
    link_test: LinkTest
    link_tested: Moment | None
    equipment: str
    works: int | None
    questions_asked: int | None
    effect: str
    reflection: str
    attendances: list[AttendanceShape]
    segments: list[SegmentMinutesShape]
    questions: list[QuestionShape]
    incidents: list[IncidentShape]
    filed_at: Moment | None
    revised_at: Moment
    version: int


class FieldErrorShape(TypedDict):
    """One thing wrong with one input."""

    pointer: NotRequired[Annotated[str, "JSON Pointer into the body, as a URI fragment."]]
    parameter: NotRequired[Annotated[str, "Name of the query parameter."]]
    code: str
    detail: str


class ResourceShape(TypedDict):
    """Somebody or something that can be double-booked."""

    id: int
    kind: ResourceKind
    name: str


class HolderShape(TypedDict):
    """The booking that holds it."""

    booking: str
    title: str


class IntervalShape(TypedDict):
    """Half-open."""

    starts_at: Moment
    ends_at: Moment


class ConflictShape(TypedDict):
    """Who is busy, with what, until when."""

    resource: ResourceShape
    holder: Annotated[HolderShape | None, "null: a booking that the caller may not see."]
    interval: IntervalShape
    detail: str


class RuleSubjectShape(TypedDict):
    """Whom a rule is about: an organisation, a resource of some kind, or the partnership (without an id)."""

    kind: str
    id: int | None


class ObjectionShape(TypedDict):
    """A rule that speaks against a time. Soft: it may be overridden with a reason; else it is only told."""

    code: str
    subject: RuleSubjectShape
    detail: str
    soft: bool


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


class HolidayYearShape(TypedDict):
    """A year, whether its holidays are announced, and whence they are known."""

    year: int
    published: bool
    imported: Annotated[bool, "Whether somebody brought it in; others come with the product."]
    source: str
    notice: Annotated[str, "The notice that announced them, as far as it is known."]
    updated_at: Moment | None
    version: Annotated[int, "Name it when importing the year; 0: not published."]


class HolidayYearsShape(TypedDict):
    """The published years, in order."""

    items: list[HolidayYearShape]


class AnnouncedDayShape(TypedDict):
    """A day off, or a Saturday or Sunday that is worked for one."""

    day: Annotated[str, "ISO 8601 date."]
    kind: DayKind
    name: Annotated[str, "The holiday that it belongs to."]


class HolidaysShape(HolidayYearShape):
    """A year with its days; no day while it is not published."""

    days: list[AnnouncedDayShape]


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


class PeriodShape(TypedDict):
    """A line of a bell schedule; times of day on the school's clocks, half-open."""

    kind: PeriodKind
    name: str
    starts: str
    ends: Annotated[str, "24:00 is the midnight that ends the day."]


class DaysShape(TypedDict):
    """A stretch of days, both included."""

    first_day: str
    last_day: str


class BellScheduleShape(TypedDict):
    """The periods of a school on some weekdays from its first to its last day (null: without end)."""

    id: int
    partnership_id: int
    organisation: Named
    name: str
    first_day: str
    last_day: str | None
    weekdays: list[Weekday]
    periods: list[PeriodShape]
    gaps: NotRequired[
        Annotated[list[DaysShape], "Days between the school's schedules that none covers; not in lists."]
    ]
    retired_at: Moment | None
    version: int


class CurrentShape(TypedDict):
    """What stands there now, for a stale edit."""

    version: int
    representation: Any


class ProblemShape(TypedDict):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: NotRequired[list[FieldErrorShape]]
    conflicts: NotRequired[list[ConflictShape]]
    objections: NotRequired[list[ObjectionShape]]
    current: NotRequired[CurrentShape]
    moves: NotRequired[list[BlockedMoveShape]]
    days: NotRequired[list[BlockedDayShape]]
