"""The audit log: one entry for every change, written in its transaction, never altered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.models.base import Base, Id, Line, guard_table, refers


class AuditEntry(Base):
    """Who did what to which row, when, through which door. ``changes``: field → [before, after]."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "subject", "subject_id"), Index(None, "partnership_id", "at"))

    id: Mapped[Id]
    at: Mapped[datetime]
    user_id: Mapped[int | None] = refers("user_account.id")
    via: Mapped[str] = mapped_column(String(16))
    partnership_id: Mapped[int | None] = refers("partnership.id")
    verb: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    changes: Mapped[dict[str, Any]]
    reason: Mapped[Line]


APPEND_ONLY = "audit_is_append_only"
SQLITE_GUARD = tuple(
    f"CREATE TRIGGER audit_entry_no_{verb.lower()} BEFORE {verb} ON audit_entry"
    f" BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL_GUARD = (
    f"CREATE FUNCTION {APPEND_ONLY}() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END $$",
    "CREATE TRIGGER audit_entry_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry"
    f" FOR EACH STATEMENT EXECUTE FUNCTION {APPEND_ONLY}()",
)

guard_table(AuditEntry, sqlite=SQLITE_GUARD, postgresql=POSTGRESQL_GUARD)
