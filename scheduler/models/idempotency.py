"""Answers already given to a POST with an Idempotency-Key, so that a repeat gets the same answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.base import Base, Line, refers


class IdempotentAnswer(Base):
    """Keyed by user and key; ``request_hash`` tells a repeat from a different request under the same key."""

    __tablename__ = "idempotent_answer"
    __table_args__ = (PrimaryKeyConstraint("user_id", "key"),)

    user_id: Mapped[int] = refers("user_account.id", ondelete="CASCADE")
    key: Mapped[str] = mapped_column(String(200))
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    location: Mapped[Line]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
