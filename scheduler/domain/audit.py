"""Every change leaves an entry, in the same transaction as the change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from scheduler.domain.act import Act
from scheduler.models.audit import AuditEntry

Facts = Mapping[str, Any]
"""What a thing is at a moment, in words that JSON can hold."""

# Values that identify a person are noted as changed, never written down: the log outlives an erasure.
VEILED = frozenset({"phone", "email", "passcode", "password_hash"})


def changes_between(before: Facts, after: Facts) -> dict[str, list[Any]]:
    """field → [before, after] for every field that differs, veiled values left out."""
    names = [*before, *(name for name in after if name not in before)]
    return {
        name: [None, None] if name in VEILED else [plain(before.get(name)), plain(after.get(name))]
        for name in names
        if before.get(name) != after.get(name)
    }


def note(
    session: Session,
    *,
    act: Act,
    verb: str,
    subject: str,
    subject_id: int,
    partnership_id: int | None,
    before: Facts | None = None,
    after: Facts | None = None,
    reason: str = "",
) -> None:
    """Append one entry about ``subject`` (a table's name) row ``subject_id``."""
    session.add(
        AuditEntry(
            at=act.at,
            user_id=act.user_id,
            via=act.via,
            partnership_id=partnership_id,
            verb=verb,
            subject=subject,
            subject_id=subject_id,
            changes=changes_between(before or {}, after or {}),
            reason=reason,
        )
    )


def plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return str(value)
