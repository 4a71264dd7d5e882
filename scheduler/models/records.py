"""Records: what happened in one booking. Pupils are counts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.base import BIG, Base, Id, Long, refers, words
from scheduler.models.bookings import Booking, Segment
from scheduler.models.resources import SchoolClass


class RecordState(StrEnum):
    """A record is written as a draft and then filed; a filed one can be reopened until it is signed off."""

    DRAFT = "draft"
    FILED = "filed"


class LinkTest(StrEnum):
    """Result of the equipment test before the lesson."""

    NOT_DONE = "not_done"
    PASSED = "passed"
    FAILED = "failed"


class IncidentKind(StrEnum):
    """What went wrong."""

    SOUND = "sound"
    PICTURE = "picture"
    LINE = "line"
    POWER = "power"
    OTHER = "other"


class Record(Base):
    """The record of one booking; at most one each."""

    __tablename__ = "record"
    __table_args__ = (
        CheckConstraint("actual_ends_at > actual_starts_at", name="interval"),
        CheckConstraint("works >= 0", name="works"),
        CheckConstraint("questions_asked >= 0", name="questions_asked"),
    )

    id: Mapped[Id]
    booking_id: Mapped[int] = mapped_column(BIG, ForeignKey("booking.id"), unique=True)
    state: Mapped[RecordState] = mapped_column(words(RecordState), default=RecordState.DRAFT)
    actual_starts_at: Mapped[datetime | None]
    actual_ends_at: Mapped[datetime | None]
    link_test: Mapped[LinkTest] = mapped_column(words(LinkTest), default=LinkTest.NOT_DONE)
    link_tested_at: Mapped[datetime | None]
    equipment: Mapped[Long]
    works: Mapped[int | None]
    questions_asked: Mapped[int | None]
    effect: Mapped[Long]
    reflection: Mapped[Long]
    created_at: Mapped[datetime]
    revised_at: Mapped[datetime]
    filed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    booking: Mapped[Booking] = relationship()
    attendances: Mapped[list[Attendance]] = relationship(
        cascade="all, delete-orphan", order_by="Attendance.id"
    )
    segment_minutes: Mapped[list[SegmentMinutes]] = relationship(
        cascade="all, delete-orphan", order_by="SegmentMinutes.id"
    )
    questions: Mapped[list[Question]] = relationship(
        cascade="all, delete-orphan", order_by="Question.position"
    )
    incidents: Mapped[list[Incident]] = relationship(
        cascade="all, delete-orphan", order_by="Incident.position"
    )

    __mapper_args__ = {"version_id_col": version}


class Attendance(Base):
    """应到 and 实到 of one receiving class."""

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint("record_id", "class_id"),
        CheckConstraint("expected BETWEEN 0 AND 1000 AND present BETWEEN 0 AND expected", name="counts"),
    )

    id: Mapped[Id]
    record_id: Mapped[int] = refers("record.id", ondelete="CASCADE")
    class_id: Mapped[int] = refers("school_class.id")
    expected: Mapped[int]
    present: Mapped[int]

    school_class: Mapped[SchoolClass] = relationship()


class SegmentMinutes(Base):
    """How long a planned segment really took, in minutes; 0 means that it was left out."""

    __tablename__ = "segment_minutes"
    __table_args__ = (
        UniqueConstraint("record_id", "segment_id"),
        CheckConstraint("minutes BETWEEN 0 AND 1439", name="minutes"),
    )

    id: Mapped[Id]
    record_id: Mapped[int] = refers("record.id", ondelete="CASCADE")
    segment_id: Mapped[int] = refers("segment.id")
    minutes: Mapped[int]

    segment: Mapped[Segment] = relationship()


class Question(Base):
    """A question asked in the lesson, by a class (never by a named pupil), and its answer."""

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("record_id", "position"),)

    id: Mapped[Id]
    record_id: Mapped[int] = refers("record.id", ondelete="CASCADE")
    position: Mapped[int]
    class_id: Mapped[int | None] = refers("school_class.id")
    question: Mapped[Long]
    answer: Mapped[Long]

    school_class: Mapped[SchoolClass | None] = relationship()


class Incident(Base):
    """Something that went wrong, how it was handled, and the minutes it cost."""

    __tablename__ = "incident"
    __table_args__ = (
        UniqueConstraint("record_id", "position"),
        CheckConstraint("minutes_lost BETWEEN 0 AND 1439", name="minutes_lost"),
    )

    id: Mapped[Id]
    record_id: Mapped[int] = refers("record.id", ondelete="CASCADE")
    position: Mapped[int]
    kind: Mapped[IncidentKind] = mapped_column(words(IncidentKind))
    what: Mapped[Long]
    handling: Mapped[Long]
    minutes_lost: Mapped[int] = mapped_column(default=0)
