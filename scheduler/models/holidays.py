"""Statutory holidays and make-up workdays (调休), as far as they are published.

Each partnership has its own rows: a correction that one of them imports changes nothing for another.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.base import BIG, Base, Line, Name, refers, words


class DayKind(StrEnum):
    """What an announced day is: off, or worked although it is a Saturday or Sunday."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"


class HolidayYear(Base):
    """A year whose days are announced. A year without a row is not published: nothing is guessed of it."""

    __tablename__ = "holiday_year"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "year"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
    )

    partnership_id: Mapped[int] = refers("partnership.id", ondelete="CASCADE")
    year: Mapped[int]
    source: Mapped[Line]
    """Where the days come from: a package and its version, or who imported them."""
    notice: Mapped[Line]
    """The notice that announced them, as far as it is known."""
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    days: Mapped[list[CalendarDay]] = relationship(cascade="all, delete-orphan", order_by="CalendarDay.day")

    __mapper_args__ = {"version_id_col": version}


class CalendarDay(Base):
    """An announced day of a year."""

    __tablename__ = "calendar_day"
    __table_args__ = (
        PrimaryKeyConstraint("partnership_id", "day"),
        ForeignKeyConstraint(
            ["partnership_id", "year"],
            ["holiday_year.partnership_id", "holiday_year.year"],
            ondelete="CASCADE",
        ),
    )

    partnership_id: Mapped[int] = mapped_column(BIG)
    day: Mapped[date]
    year: Mapped[int]
    kind: Mapped[DayKind] = mapped_column(words(DayKind))
    name: Mapped[Name]
    """The holiday that it belongs to: 春节."""
