"""When places can be used: opening hours, and what closes them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.apart import DAYS, keep_apart
from scheduler.models.base import BIG, Base, Id, Line, Name, words
from scheduler.models.places import Organisation
from scheduler.models.resources import Resource


class HolidayPolicy(StrEnum):
    """What statutory holidays change: open even on a closing weekday, closed, or nothing."""

    AS_USUAL = "as_usual"
    OPEN = "open"
    CLOSED = "closed"


class ClosureKind(StrEnum):
    """What closes."""

    CLOSED = "closed"
    EXAM = "exam"
    SCHOOL_EVENT = "school_event"
    WEATHER = "weather"
    MAINTENANCE = "maintenance"
    LEAVE = "leave"
    OTHER = "other"


class OpeningHours(Base):
    """开放时间: hours and closing weekdays. Without days it is the rule; with both it replaces it for them.

    ``opens`` and ``closes``: minutes from midnight in the organisation's zone, half-open.
    """

    __tablename__ = "opening_hours"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "partnership_id"], ["organisation.id", "organisation.partnership_id"]
        ),
        CheckConstraint("opens >= 0 AND closes > opens AND closes <= 1440", name="minutes"),
        CheckConstraint("(first_day IS NULL) = (last_day IS NULL)", name="dated"),
        CheckConstraint("last_day >= first_day", name="days"),
        Index(None, "organisation_id", "first_day"),
        Index(
            None,
            "organisation_id",
            unique=True,
            sqlite_where=text("first_day IS NULL AND retired_at IS NULL"),
            postgresql_where=text("first_day IS NULL AND retired_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    partnership_id: Mapped[int] = mapped_column(BIG)
    organisation_id: Mapped[int] = mapped_column(BIG)
    name: Mapped[Name]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    closed_weekdays: Mapped[str] = mapped_column(String(16), default="")
    """Values of ``Weekday``, comma-separated, in order."""
    opens: Mapped[int]
    closes: Mapped[int]
    holidays: Mapped[HolidayPolicy] = mapped_column(words(HolidayPolicy))
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship(
        primaryjoin="Organisation.id == foreign(OpeningHours.organisation_id)", viewonly=True
    )

    __mapper_args__ = {"version_id_col": version}


keep_apart(
    OpeningHours,
    DAYS,
    same=("organisation_id",),
    columns=("organisation_id", "first_day", "last_day", "retired_at"),
    among="{row}first_day IS NOT NULL AND {row}retired_at IS NULL",
)


class Closure(Base):
    """停用: an organisation, or one resource of it, cannot be used for a half-open interval, and why.

    It is a fact, so it can always be entered; what it hits is listed and offered new times.
    """

    __tablename__ = "closure"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "partnership_id"], ["organisation.id", "organisation.partnership_id"]
        ),
        ForeignKeyConstraint(["resource_id", "partnership_id"], ["resource.id", "resource.partnership_id"]),
        CheckConstraint("ends_at > starts_at", name="interval"),
        Index(None, "organisation_id", "ends_at"),
        Index(None, "partnership_id", "starts_at"),
    )

    id: Mapped[Id]
    partnership_id: Mapped[int] = mapped_column(BIG)
    organisation_id: Mapped[int] = mapped_column(BIG)
    resource_id: Mapped[int | None] = mapped_column(BIG)
    kind: Mapped[ClosureKind] = mapped_column(words(ClosureKind))
    name: Mapped[Name]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    note: Mapped[Line]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship(
        primaryjoin="Organisation.id == foreign(Closure.organisation_id)", viewonly=True
    )
    resource: Mapped[Resource | None] = relationship(
        primaryjoin="Resource.id == foreign(Closure.resource_id)", viewonly=True
    )

    __mapper_args__ = {"version_id_col": version}
