"""What the papers say: plain values, already local and already chosen by whoever builds them.

Three kinds of absence are kept apart, because an office reads them differently: a text that is ``""``
or a value that is ``None`` prints as a blank cell to be filled in by hand; a list that is ``None`` was
not recorded and prints blank rows; a list that is ``()`` was recorded as empty and prints 无.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Place:
    """One end of the lesson: ``end`` says which (主讲端, 听课端), ``name`` where."""

    end: str
    name: str


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One receiving class: ``expected`` and ``present`` are head counts, never names."""

    school: str
    class_name: str
    expected: int | None = None
    present: int | None = None
    assistant: str = ""


@dataclass(frozen=True, slots=True)
class LinkTest:
    """The test of the connection before the lesson; ``at`` is local."""

    at: datetime | None = None
    result: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of the lesson (导览, 讲授, …) in whole minutes."""

    name: str
    planned_minutes: int | None = None
    actual_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a class, with its answer; the child who asked is not named."""

    number: int
    class_name: str
    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """What went wrong, what was done, and the whole minutes it cost."""

    what: str
    handling: str = ""
    minutes_lost: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRecordPaper:
    """远程互动教学活动记录. Every datetime is local to the reader of the paper, aware or naive.

    ``number`` is an internal counter, never an official document number. ``state`` is printed at the
    head of every page (草稿, 更正第 1 次); a filed record has none. ``stamping_schools`` each get a
    place for their stamp.
    """

    project_name: str = ""
    number: str = ""
    state: str = ""
    partnership: str = ""
    organisers: tuple[str, ...] = ()
    co_organisers: tuple[str, ...] = ()
    supporters: tuple[str, ...] = ()
    title: str = ""
    subject: str = ""
    grade: str = ""
    lesson_type: str = ""
    host: str = ""
    date: date | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    actual_starts: datetime | None = None
    actual_ends: datetime | None = None
    places: tuple[Place, ...] = ()
    classes: tuple[ClassRow, ...] = ()
    lead_teacher: str = ""
    educators: tuple[str, ...] = ()
    platform: str = ""
    meeting_number: str = ""
    link_test: LinkTest = LinkTest()
    equipment: str = ""
    segments: tuple[Segment, ...] = ()
    questions: tuple[Question, ...] | None = None
    questions_asked: int | None = None
    """How many were asked when they were counted; not all of them need be listed."""
    works_count: int | None = None
    incidents: tuple[Incident, ...] | None = None
    effect: str = ""
    reflection: str = ""
    stamping_schools: tuple[str, ...] = ()
