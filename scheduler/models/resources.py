"""Whatever can be double-booked: people, rooms, classes, meeting accounts, kits. Each has lanes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.base import BIG, Base, Id, Line, Name, refers, words
from scheduler.models.places import Organisation
from scheduler.models.subjects import Subject


class ResourceKind(StrEnum):
    """Which of the tables below holds the rest of the resource."""

    PERSON = "person"
    ROOM = "room"
    CLASS = "class"
    ACCOUNT = "account"
    KIT = "kit"


class Grade(StrEnum):
    """Grades in school order: kindergarten K1–K3, compulsory 1–9, upper secondary 10–12."""

    K1 = "k1"
    K2 = "k2"
    K3 = "k3"
    G1 = "1"
    G2 = "2"
    G3 = "3"
    G4 = "4"
    G5 = "5"
    G6 = "6"
    G7 = "7"
    G8 = "8"
    G9 = "9"
    G10 = "10"
    G11 = "11"
    G12 = "12"


class Platform(StrEnum):
    """Meeting platforms."""

    YUNXIAO = "yunxiao"
    TENCENT = "tencent"
    DINGTALK = "dingtalk"
    CLASSIN = "classin"
    OTHER = "other"


class Resource(Base):
    """Base of everything that holds time. Capacity N gives out lanes 0 … N−1, each a row of ``lane``."""

    __tablename__ = "resource"
    __table_args__: Any = (
        UniqueConstraint("id", "partnership_id"),
        ForeignKeyConstraint(
            ["organisation_id", "partnership_id"], ["organisation.id", "organisation.partnership_id"]
        ),
        CheckConstraint("capacity BETWEEN 1 AND 100", name="capacity"),
        Index(None, "organisation_id", "kind"),
        Index(None, "partnership_id", "kind", "name"),
    )

    id: Mapped[Id]
    partnership_id: Mapped[int] = refers("partnership.id")
    organisation_id: Mapped[int] = mapped_column(BIG)
    kind: Mapped[ResourceKind] = mapped_column(words(ResourceKind))
    name: Mapped[Name]
    capacity: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship(
        primaryjoin="Organisation.id == foreign(Resource.organisation_id)", viewonly=True
    )
    lanes: Mapped[list[Lane]] = relationship(cascade="all, delete-orphan", order_by="Lane.number")

    __mapper_args__ = {"polymorphic_on": "kind", "version_id_col": version}


class Lane(Base):
    """One of the things a resource can do at a time. Holds refer to it: none to come beyond the capacity."""

    __tablename__ = "lane"
    __table_args__ = (
        PrimaryKeyConstraint("resource_id", "number"),
        CheckConstraint("number >= 0", name="number"),
        {"sqlite_with_rowid": False},
    )

    resource_id: Mapped[int] = refers("resource.id", ondelete="CASCADE")
    number: Mapped[int]


class Person(Resource):
    """An adult who takes part; may have no account. The phone is optional and shown masked."""

    __tablename__ = "person"
    __mapper_args__ = {"polymorphic_identity": ResourceKind.PERSON}

    id: Mapped[int] = refers("resource.id", ondelete="CASCADE", primary_key=True)
    position: Mapped[Line]
    subject: Mapped[Subject | None] = mapped_column(words(Subject))
    email: Mapped[Line]
    phone: Mapped[str] = mapped_column(String(32), default="")


class Room(Resource):
    """A classroom, gallery or studio. ``seats`` None: not known, so nothing is checked against it."""

    __tablename__ = "room"
    __table_args__ = (CheckConstraint("seats > 0", name="seats"),)
    __mapper_args__ = {"polymorphic_identity": ResourceKind.ROOM}

    id: Mapped[int] = refers("resource.id", ondelete="CASCADE", primary_key=True)
    seats: Mapped[int | None]
    equipment: Mapped[Line]


class SchoolClass(Resource):
    """A class of pupils: a grade and a head count, never names."""

    __tablename__ = "school_class"
    __table_args__ = (CheckConstraint("head_count BETWEEN 0 AND 200", name="head_count"),)
    __mapper_args__ = {"polymorphic_identity": ResourceKind.CLASS}

    id: Mapped[int] = refers("resource.id", ondelete="CASCADE", primary_key=True)
    grade: Mapped[Grade] = mapped_column(words(Grade))
    head_count: Mapped[int] = mapped_column(default=0)


class MeetingAccount(Resource):
    """A host account of a meeting platform: it carries as many meetings at a time as its capacity."""

    __tablename__ = "meeting_account"
    __mapper_args__ = {"polymorphic_identity": ResourceKind.ACCOUNT}

    id: Mapped[int] = refers("resource.id", ondelete="CASCADE", primary_key=True)
    platform: Mapped[Platform] = mapped_column(words(Platform))
    login: Mapped[Line]
    meeting_number: Mapped[str] = mapped_column(String(32), default="")
    join_url: Mapped[Line]


class Kit(Resource):
    """Things that serve as many bookings at a time as their capacity: boxes of material, a leased line."""

    __tablename__ = "kit"
    __mapper_args__ = {"polymorphic_identity": ResourceKind.KIT}

    id: Mapped[int] = refers("resource.id", ondelete="CASCADE", primary_key=True)
    contents: Mapped[Line]
