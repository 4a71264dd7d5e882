"""Bookings: what is to happen, where, with whom, in which segments."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.base import BIG, Base, Id, Line, Long, Name, refers, words
from scheduler.models.places import Organisation, Partnership
from scheduler.models.resources import Resource
from scheduler.models.subjects import Subject as Subject


class BookingKind(StrEnum):
    """What kind of occurrence a booking is."""

    LESSON = "lesson"
    RESEARCH = "research"
    REHEARSAL = "rehearsal"
    VISIT = "visit"
    TRAINING = "training"
    INTERVIEW = "interview"
    TRAVEL = "travel"


class BookingState(StrEnum):
    """draft → requested → confirmed → done → recorded; cancelled from any of the first three."""

    DRAFT = "draft"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DONE = "done"
    RECORDED = "recorded"
    CANCELLED = "cancelled"


class CancelReason(StrEnum):
    """Why sessions are cancelled in practice."""

    WEATHER = "weather"
    SCHOOL_EVENT = "school_event"
    EQUIPMENT = "equipment"
    TIME_SLIPPED = "time_slipped"
    ILLNESS = "illness"
    MUSEUM_CLOSED = "museum_closed"
    MISTAKE = "mistake"
    OTHER = "other"


class CourseType(StrEnum):
    """The three forms of 教科技〔2020〕3号, or none of them."""

    DEDICATED = "dedicated"
    MASTER_TEACHER = "master_teacher"
    OPEN_SCHOOL = "open_school"
    OTHER = "other"


class Side(StrEnum):
    """Which end of the line a site is."""

    HOST = "host"
    RECEIVING = "receiving"


class ParticipantRole(StrEnum):
    """What a resource does in a booking. The last four are for things, the rest for people."""

    LEAD = "lead"
    EDUCATOR = "educator"
    HOST = "host"
    ASSISTANT = "assistant"
    TECHNICIAN = "technician"
    RESEARCHER = "researcher"
    CONTACT = "contact"
    ATTENDEE = "attendee"
    CLASS = "class"
    ROOM = "room"
    ACCOUNT = "account"
    KIT = "kit"


class Timing(StrEnum):
    """How a booking lies to the lessons of its classes' schools.

    Within one period; within periods that follow each other without a long break; between, before or after
    lessons; or wherever it likes.
    """

    PERIOD = "period"
    INSIDE = "inside"
    OUTSIDE = "outside"
    ANY = "any"


class SegmentKind(StrEnum):
    """环节: the parts of a lesson."""

    TOUR = "tour"
    TEACHING = "teaching"
    QUESTIONS = "questions"
    HANDS_ON = "hands_on"
    SUMMARY = "summary"
    RESEARCH = "research"


class Booking(Base):
    """One scheduled occurrence, half-open UTC interval.

    ``revision`` is the SEQUENCE of RFC 5545 §3.8.7.4: it rises with every change of time, place
    or state and never falls. ``version`` rises with every write and guards against lost updates.
    """

    __tablename__ = "booking"
    __table_args__ = (
        UniqueConstraint("id", "partnership_id"),
        CheckConstraint("ends_at > starts_at", name="interval"),
        CheckConstraint("ends_at - starts_at < 86400", name="length"),
        CheckConstraint("revision >= 0", name="revision"),
        CheckConstraint("follows_id <> id", name="follows"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
        ForeignKeyConstraint(["follows_id", "partnership_id"], ["booking.id", "booking.partnership_id"]),
        Index(None, "partnership_id", "starts_at"),
        Index(None, "follows_id"),
    )

    id: Mapped[Id]
    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    partnership_id: Mapped[int] = refers("partnership.id")
    kind: Mapped[BookingKind] = mapped_column(words(BookingKind))
    state: Mapped[BookingState] = mapped_column(words(BookingState))
    title: Mapped[Name]
    subject: Mapped[Subject] = mapped_column(words(Subject), default=Subject.OTHER)
    course_type: Mapped[CourseType] = mapped_column(words(CourseType), default=CourseType.OTHER)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    meeting_number: Mapped[str] = mapped_column(String(32), default="")
    passcode: Mapped[str] = mapped_column(String(32), default="")
    join_url: Mapped[Line]
    note: Mapped[Long]
    timing: Mapped[Timing] = mapped_column(words(Timing), default=Timing.ANY, server_default="any")
    override_reason: Mapped[str] = mapped_column(String(300), default="", server_default="")
    """Why it was booked although a rule (never a hold) spoke against its time; empty when none did."""
    follows_id: Mapped[int | None] = mapped_column(BIG)
    """The lesson that a joint research booking belongs to."""
    revision: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    revised_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[CancelReason | None] = mapped_column(words(CancelReason))
    cancel_words: Mapped[Line]

    partnership: Mapped[Partnership] = relationship()
    sites: Mapped[list[Site]] = relationship(
        back_populates="booking", cascade="all, delete-orphan", order_by="Site.position"
    )
    participations: Mapped[list[Participation]] = relationship(
        back_populates="booking", cascade="all, delete-orphan", order_by="Participation.id"
    )
    segments: Mapped[list[Segment]] = relationship(cascade="all, delete-orphan", order_by="Segment.position")
    follows: Mapped[Booking | None] = relationship(
        primaryjoin="remote(Booking.id) == foreign(Booking.follows_id)", viewonly=True
    )

    __mapper_args__ = {"version_id_col": version}


class Site(Base):
    """One end of a booking: an organisation, hosting or receiving, with its class, room and people."""

    __tablename__ = "site"
    __table_args__ = (
        UniqueConstraint("id", "booking_id"),
        UniqueConstraint("booking_id", "position"),
        ForeignKeyConstraint(
            ["booking_id", "partnership_id"], ["booking.id", "booking.partnership_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["organisation_id", "partnership_id"], ["organisation.id", "organisation.partnership_id"]
        ),
        Index(None, "organisation_id"),
    )

    id: Mapped[Id]
    booking_id: Mapped[int] = mapped_column(BIG)
    partnership_id: Mapped[int] = mapped_column(BIG)
    organisation_id: Mapped[int] = mapped_column(BIG)
    side: Mapped[Side] = mapped_column(words(Side))
    position: Mapped[int]

    booking: Mapped[Booking] = relationship(back_populates="sites")
    organisation: Mapped[Organisation] = relationship(
        primaryjoin="Organisation.id == foreign(Site.organisation_id)", viewonly=True
    )
    participations: Mapped[list[Participation]] = relationship(
        primaryjoin="Site.id == foreign(Participation.site_id)", order_by="Participation.id", viewonly=True
    )


class Participation(Base):
    """A resource in a booking, in one role, at one of its sites or (``site_id`` None) everywhere."""

    __tablename__ = "participation"
    __table_args__ = (
        # Nobody takes part twice in the same booking.
        UniqueConstraint("booking_id", "resource_id"),
        ForeignKeyConstraint(
            ["booking_id", "partnership_id"], ["booking.id", "booking.partnership_id"], ondelete="CASCADE"
        ),
        # The resource is one of the booking's own partnership.
        ForeignKeyConstraint(["resource_id", "partnership_id"], ["resource.id", "resource.partnership_id"]),
        ForeignKeyConstraint(["site_id", "booking_id"], ["site.id", "site.booking_id"], ondelete="CASCADE"),
        Index(None, "resource_id"),
    )

    id: Mapped[Id]
    booking_id: Mapped[int] = mapped_column(BIG)
    partnership_id: Mapped[int] = mapped_column(BIG)
    resource_id: Mapped[int] = mapped_column(BIG)
    site_id: Mapped[int | None] = mapped_column(BIG)
    role: Mapped[ParticipantRole] = mapped_column(words(ParticipantRole))

    booking: Mapped[Booking] = relationship(back_populates="participations")
    resource: Mapped[Resource] = relationship(
        primaryjoin="Resource.id == foreign(Participation.resource_id)", viewonly=True
    )
    site: Mapped[Site | None] = relationship(
        primaryjoin="Site.id == foreign(Participation.site_id)", viewonly=True
    )


class Segment(Base):
    """A part of a booking with its planned minutes."""

    __tablename__ = "segment"
    __table_args__ = (
        UniqueConstraint("booking_id", "position"),
        CheckConstraint("minutes BETWEEN 1 AND 1439", name="minutes"),
    )

    id: Mapped[Id]
    booking_id: Mapped[int] = refers("booking.id", ondelete="CASCADE")
    position: Mapped[int]
    kind: Mapped[SegmentKind] = mapped_column(words(SegmentKind))
    minutes: Mapped[int]
