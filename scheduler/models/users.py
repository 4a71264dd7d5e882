"""Accounts, what each may do and where, and the secrets by which they come in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.models.base import Base, Id, Line, Name, refers, words


class Role(StrEnum):
    """What a grant lets its holder do within its scope."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    MANAGER = "manager"
    VIEWER = "viewer"


class User(Base):
    """A login. ``person_id`` ties it to the person whose own calendar it is, when there is one."""

    __tablename__ = "user_account"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Lower case; the sign-in name."""
    name: Mapped[Name]
    password_hash: Mapped[Line]
    language: Mapped[str] = mapped_column(String(8), default="zh")
    zone: Mapped[str] = mapped_column(String(64), default="Asia/Shanghai")
    person_id: Mapped[int | None] = refers("person.id")
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    grants: Mapped[list[Grant]] = relationship(
        back_populates="user", cascade="all, delete-orphan", order_by="Grant.id"
    )

    __mapper_args__ = {"version_id_col": version}


class Grant(Base):
    """A role with its scope: the whole system, a partnership, a region or one organisation."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(
            "(role = 'administrator' AND partnership_id IS NULL AND region_id IS NULL"
            " AND organisation_id IS NULL)"
            " OR (role = 'coordinator' AND partnership_id IS NOT NULL AND organisation_id IS NULL)"
            " OR (role = 'manager' AND partnership_id IS NOT NULL AND organisation_id IS NOT NULL)"
            " OR (role = 'viewer' AND partnership_id IS NOT NULL AND organisation_id IS NULL)",
            name="scope",
        ),
        UniqueConstraint("user_id", "role", "partnership_id", "region_id", "organisation_id"),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = refers("user_account.id", ondelete="CASCADE")
    role: Mapped[Role] = mapped_column(words(Role))
    partnership_id: Mapped[int | None] = refers("partnership.id")
    region_id: Mapped[int | None] = refers("region.id")
    organisation_id: Mapped[int | None] = refers("organisation.id")

    user: Mapped[User] = relationship(back_populates="grants")


class SignIn(Base):
    """One signed-in browser. Deleting the row ends the session, remember cookie included, at once."""

    __tablename__ = "sign_in"
    __table_args__ = (Index(None, "user_id"),)

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = refers("user_account.id", ondelete="CASCADE")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class ApiToken(Base):
    """A bearer token of the API; only its hash is kept."""

    __tablename__ = "api_token"
    __table_args__ = (Index(None, "user_id"),)

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = refers("user_account.id", ondelete="CASCADE")
    name: Mapped[Name]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class SignInAttempt(Base):
    """A failed sign-in; the count within a window slows guessing, whatever process answers."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "email_hash", "at"), Index(None, "address_hash", "at"))

    id: Mapped[Id]
    email_hash: Mapped[str] = mapped_column(String(64))
    address_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
