"""Partnerships, their regions, and the organisations in them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.base import BIG, Base, Id, Line, Name, refers, words


class OrganisationKind(StrEnum):
    """What an organisation is."""

    SCHOOL = "school"
    MUSEUM = "museum"
    INSTITUTE = "institute"
    BUREAU = "bureau"
    PLATFORM = "platform"


class Stage(StrEnum):
    """Stages of schooling."""

    KINDERGARTEN = "kindergarten"
    PRIMARY = "primary"
    LOWER_SECONDARY = "lower_secondary"
    UPPER_SECONDARY = "upper_secondary"


class Partnership(Base):
    """Two (or more) regions that work together; the boundary no row ever crosses."""

    __tablename__ = "partnership"

    id: Mapped[Id]
    name: Mapped[Name]
    name_en: Mapped[Line]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    regions: Mapped[list[Region]] = relationship(back_populates="partnership", order_by="Region.id")

    __mapper_args__ = {"version_id_col": version}


class Region(Base):
    """A district or county of a partnership, with the zone its clocks show."""

    __tablename__ = "region"
    __table_args__ = (UniqueConstraint("id", "partnership_id"), UniqueConstraint("partnership_id", "name"))

    id: Mapped[Id]
    partnership_id: Mapped[int] = refers("partnership.id")
    name: Mapped[Name]
    name_en: Mapped[Line]
    zone: Mapped[str] = mapped_column(default="Asia/Shanghai")
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    partnership: Mapped[Partnership] = relationship(back_populates="regions")

    __mapper_args__ = {"version_id_col": version}


class Organisation(Base):
    """A school, museum, institute, bureau or platform. ``name`` is today's; see ``former_names``."""

    __tablename__ = "organisation"
    __table_args__ = (
        UniqueConstraint("id", "partnership_id"),
        # The region must be one of the same partnership.
        ForeignKeyConstraint(["region_id", "partnership_id"], ["region.id", "region.partnership_id"]),
        UniqueConstraint("partnership_id", "name"),
        Index(None, "region_id"),
    )

    id: Mapped[Id]
    partnership_id: Mapped[int] = refers("partnership.id")
    region_id: Mapped[int] = mapped_column(BIG)
    kind: Mapped[OrganisationKind] = mapped_column(words(OrganisationKind))
    name: Mapped[Name]
    name_en: Mapped[Line]
    stages: Mapped[str] = mapped_column(default="")
    """Stages of a school, comma-separated values of ``Stage``, in order."""
    address: Mapped[Line]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    region: Mapped[Region] = relationship(
        primaryjoin="Region.id == foreign(Organisation.region_id)", viewonly=True
    )
    former_names: Mapped[list[FormerName]] = relationship(
        back_populates="organisation", order_by="FormerName.until", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}

    def name_at(self, day: date) -> str:
        """The name it bore on ``day``: the earliest former name that had not ended by then, else today's."""
        borne = [former for former in self.former_names if day < former.until]
        return min(borne, key=lambda former: former.until).name if borne else self.name


class FormerName(Base):
    """A name an organisation bore until the day ``until`` (exclusive)."""

    __tablename__ = "former_name"
    __table_args__ = (UniqueConstraint("organisation_id", "until"),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = refers("organisation.id", ondelete="CASCADE")
    name: Mapped[Name]
    until: Mapped[date]

    organisation: Mapped[Organisation] = relationship(back_populates="former_names")
