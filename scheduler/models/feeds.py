"""Feeds: secret calendar URLs over a scope, and the VEVENT bytes kept for them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, LargeBinary, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.base import Base, Id, Name, refers, words
from scheduler.models.users import User


class FeedScope(StrEnum):
    """Over what a feed runs; exactly the column of this name + ``_id`` is filled."""

    PERSON = "person"
    ORGANISATION = "organisation"
    PARTNERSHIP = "partnership"


class FeedDetail(StrEnum):
    """How much an event tells: personal (with the passcode), shared (without), busy (nothing)."""

    PERSONAL = "personal"
    SHARED = "shared"
    BUSY = "busy"


class Feed(Base):
    """A subscription URL. Only the token's hash is kept; it dies with its owner's account."""

    __tablename__ = "feed"
    __table_args__ = (
        CheckConstraint(
            "(scope = 'person') = (person_id IS NOT NULL)"
            " AND (scope = 'organisation') = (organisation_id IS NOT NULL)",
            name="scope",
        ),
        CheckConstraint("alarm_minutes BETWEEN 0 AND 40320", name="alarm_minutes"),
        Index(None, "owner_id"),
    )

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    owner_id: Mapped[int] = refers("user_account.id", ondelete="CASCADE")
    name: Mapped[Name]
    scope: Mapped[FeedScope] = mapped_column(words(FeedScope))
    partnership_id: Mapped[int] = refers("partnership.id")
    person_id: Mapped[int | None] = refers("person.id")
    organisation_id: Mapped[int | None] = refers("organisation.id")
    detail: Mapped[FeedDetail] = mapped_column(words(FeedDetail))
    language: Mapped[str] = mapped_column(String(8), default="zh")
    alarm_minutes: Mapped[int | None]
    created_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    owner: Mapped[User] = relationship()


class FeedFragment(Base):
    """One booking's VEVENT as it was at ``version`` and ``revised_at``; stale once the booking moved on."""

    __tablename__ = "feed_fragment"
    __table_args__ = (PrimaryKeyConstraint("booking_id", "detail", "language"),)

    booking_id: Mapped[int] = refers("booking.id", ondelete="CASCADE")
    detail: Mapped[FeedDetail] = mapped_column(words(FeedDetail))
    language: Mapped[str] = mapped_column(String(8))
    version: Mapped[int]
    revised_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(64))
    """The IANA zone of its times: the calendar that holds it needs its VTIMEZONE."""
    body: Mapped[bytes] = mapped_column(LargeBinary)


class FeedAnswer(Base):
    """What a feed last answered. While ``made_of`` is unchanged nothing has to be read or joined again."""

    __tablename__ = "feed_answer"

    feed_id: Mapped[int] = refers("feed.id", ondelete="CASCADE", primary_key=True)
    made_of: Mapped[str] = mapped_column(String(64))
    etag: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime]
    """When the bytes became these: Last-Modified, which moves when something is removed as well."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """The calendar, compressed with gzip."""
