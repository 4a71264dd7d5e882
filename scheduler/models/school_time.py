"""When schools teach: terms of a region's stages, bells of a school, and its make-up days."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.apart import DAYS, MINUTES, keep_apart
from scheduler.models.base import BIG, Base, Id, Name, refers, words
from scheduler.models.places import Organisation, Region, Stage
from scheduler.models.weekdays import Weekday


class PeriodKind(StrEnum):
    """What a line of a bell schedule is. Only lessons are lesson time; the others are shown."""

    LESSON = "lesson"
    BREAK = "break"
    SELF_STUDY = "self_study"
    CLUB = "club"


class Term(Base):
    """学期: first to last day (both taught) of one stage in a region."""

    __tablename__ = "term"
    __table_args__ = (
        ForeignKeyConstraint(["region_id", "partnership_id"], ["region.id", "region.partnership_id"]),
        CheckConstraint("last_day >= first_day", name="days"),
        Index(None, "region_id", "stage", "first_day"),
    )

    id: Mapped[Id]
    partnership_id: Mapped[int] = mapped_column(BIG)
    region_id: Mapped[int] = mapped_column(BIG)
    stage: Mapped[Stage] = mapped_column(words(Stage))
    name: Mapped[Name]
    first_day: Mapped[date]
    last_day: Mapped[date]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    region: Mapped[Region] = relationship(primaryjoin="Region.id == foreign(Term.region_id)", viewonly=True)

    __mapper_args__ = {"version_id_col": version}


class BellSchedule(Base):
    """作息时间表: the periods of a school on some weekdays from its first to its last day (None: open)."""

    __tablename__ = "bell_schedule"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "partnership_id"], ["organisation.id", "organisation.partnership_id"]
        ),
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint(
            "trim(weekdays, '1234567,') = '' AND replace(weekdays, ',', '') <> ''", name="weekdays"
        ),
        Index(None, "organisation_id", "first_day"),
    )

    id: Mapped[Id]
    partnership_id: Mapped[int] = mapped_column(BIG)
    organisation_id: Mapped[int] = mapped_column(BIG)
    name: Mapped[Name]
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    weekdays: Mapped[str] = mapped_column(String(16))
    """Values of ``Weekday``, comma-separated, in order."""
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship(
        primaryjoin="Organisation.id == foreign(BellSchedule.organisation_id)", viewonly=True
    )
    periods: Mapped[list[Period]] = relationship(cascade="all, delete-orphan", order_by="Period.position")

    __mapper_args__ = {"version_id_col": version}


class Period(Base):
    """One line of a bell schedule; minutes from midnight in the school's zone, half-open."""

    __tablename__ = "period"
    __table_args__ = (
        UniqueConstraint("schedule_id", "position"),
        CheckConstraint("starts >= 0 AND ends > starts AND ends <= 1440", name="minutes"),
    )

    id: Mapped[Id]
    schedule_id: Mapped[int] = refers("bell_schedule.id", ondelete="CASCADE")
    position: Mapped[int]
    kind: Mapped[PeriodKind] = mapped_column(words(PeriodKind))
    name: Mapped[str] = mapped_column(String(30))
    starts: Mapped[int]
    ends: Mapped[int]


class Swap(Base):
    """调课: on this day the school follows another weekday's bells, or (None) does not teach."""

    __tablename__ = "swap"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "partnership_id"], ["organisation.id", "organisation.partnership_id"]
        ),
        Index(
            None,
            "organisation_id",
            "day",
            unique=True,
            sqlite_where=text("retired_at IS NULL"),
            postgresql_where=text("retired_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    partnership_id: Mapped[int] = mapped_column(BIG)
    organisation_id: Mapped[int] = mapped_column(BIG)
    name: Mapped[Name]
    """Why: 国庆节调休."""
    day: Mapped[date]
    follows_weekday: Mapped[Weekday | None] = mapped_column(words(Weekday))
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship(
        primaryjoin="Organisation.id == foreign(Swap.organisation_id)", viewonly=True
    )

    __mapper_args__ = {"version_id_col": version}


_LIVE = "{row}retired_at IS NULL"

keep_apart(
    Term,
    DAYS,
    same=("region_id", "stage"),
    columns=("region_id", "stage", "first_day", "last_day", "retired_at"),
    among=_LIVE,
)
for _weekday in Weekday:
    keep_apart(
        BellSchedule,
        DAYS,
        same=("organisation_id",),
        columns=("organisation_id", "weekdays", "first_day", "last_day", "retired_at"),
        among=f"{_LIVE} AND replace({{row}}weekdays, '{_weekday}', '') <> {{row}}weekdays",
        name=f"_{_weekday}",
    )
keep_apart(Period, MINUTES, same=("schedule_id",), columns=("schedule_id", "starts", "ends"))
