"""Records of what happened in a booking."""

from __future__ import annotations

from typing import TypedDict

from scheduler.api.shapes.values import Moment
from scheduler.models.records import IncidentKind, LinkTest, RecordState


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
