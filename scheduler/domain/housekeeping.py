"""Sweeping out what has run its course; none of it is a fact to be looked up, so the audit log is silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, Delete, delete, select
from sqlalchemy.orm import Session

from scheduler.domain.sign_ins import ATTEMPT_WINDOW
from scheduler.models.bookings import Booking
from scheduler.models.feeds import FeedFragment
from scheduler.models.idempotency import IdempotentAnswer
from scheduler.models.users import SignIn, SignInAttempt

ANSWERS_KEPT = timedelta(hours=25)
"""A day is promised to those who repeat a request, and an hour for clocks that disagree."""
FRAGMENTS_KEPT = timedelta(days=90)
"""After a booking's end. Feeds reach back 60 days; one swept too early would only be written again."""


@dataclass(frozen=True)
class Swept:
    """How many rows of each kind went."""

    sign_ins: int
    attempts: int
    answers: int
    fragments: int


def sweep(session: Session, *, now: datetime) -> Swept:
    """Delete ended sign-ins, old failures, repeated answers and kept calendar text. ``now``: UTC instant."""
    long_past = select(Booking.id).where(Booking.ends_at < now - FRAGMENTS_KEPT)
    return Swept(
        sign_ins=_delete(session, delete(SignIn).where(SignIn.expires_at <= now)),
        attempts=_delete(session, delete(SignInAttempt).where(SignInAttempt.at < now - ATTEMPT_WINDOW)),
        answers=_delete(session, delete(IdempotentAnswer).where(IdempotentAnswer.at < now - ANSWERS_KEPT)),
        fragments=_delete(session, delete(FeedFragment).where(FeedFragment.booking_id.in_(long_past))),
    )


def _delete(session: Session, rows: Delete) -> int:
    result = session.execute(rows, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount
