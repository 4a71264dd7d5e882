"""Optimistic locking: of two who change what they both read, the second is told (StaleEdit)."""

from __future__ import annotations

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from scheduler.domain.act import Act
from scheduler.errors import StaleEdit
from scheduler.models.bookings import Booking
from scheduler.models.records import Record


def require_version(current: int, given: int, *, title: str) -> None:
    """Raise StaleEdit when ``given``, the version that the editor read, is not the current one."""
    if current != given:
        raise StaleEdit(current=current, given=given, title=title)


def revise(session: Session, row: Booking | Record, *, title: str, act: Act) -> None:
    """Flush the row itself: of two editors the second finds the version gone. Raises StaleEdit.

    It is written even when only its parts changed, or within the second of the last change: the version must
    rise. The stamp never falls, whatever the clock does.
    """
    stamp(row, act=act)
    read = row.version  # after a failed flush nothing more can be read
    try:
        session.flush()
    except StaleDataError as error:
        raise StaleEdit(current=read + 1, given=read, title=title) from error


def stamp(row: Booking | Record, *, act: Act) -> None:
    """Let the next flush write the row, and its version rise."""
    row.revised_at = max(row.revised_at, act.at)
    flag_modified(row, "revised_at")
