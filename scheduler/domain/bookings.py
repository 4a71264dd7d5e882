"""The verbs of a booking: book, change, move, cancel. Pages, API and demo all come through here."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain import access
from scheduler.domain.access import Viewer
from scheduler.domain.act import Act
from scheduler.domain.availability import make_question, questions_of
from scheduler.domain.booking_facts import booking_facts
from scheduler.domain.booking_writes import Faults, Write, load_parts, note_booking, write_all
from scheduler.domain.casts import Cast, cast_known, read_known, with_account
from scheduler.domain.fields import clean_fields
from scheduler.domain.holds import Span, release_holds
from scheduler.domain.plans import CANCEL_FIELDS, BookingPlan
from scheduler.domain.text_fields import is_printable
from scheduler.domain.versions import require_version, revise
from scheduler.errors import Invalid, NotFound, Refused, StaleEdit
from scheduler.models.bookings import Booking, BookingState, CancelReason

OPEN = (BookingState.DRAFT, BookingState.REQUESTED, BookingState.CONFIRMED)
"""States from which a booking can still be changed, moved or cancelled."""


@dataclass(frozen=True)
class Change:
    """A booking that is to be as ``plan`` says; ``version``: the one the editor read.

    ``reason``: the one that was read, None for its own; to repeat it is to give none for what stays.
    """

    booking: Booking
    plan: BookingPlan
    version: int
    reason: str | None = None


@dataclass(frozen=True)
class Move:
    """A booking that is to have another time; ``version``: the one the editor read."""

    booking: Booking
    span: Span
    version: int
    override_reason: str = ""


def get_booking(session: Session, public_id: str) -> Booking:
    """The booking, or NotFound."""
    known = is_printable(public_id)  # what cannot be stored cannot be looked for either
    booking = session.scalar(select(Booking).where(Booking.public_id == public_id)) if known else None
    if booking is None:
        raise NotFound("booking.not_found")
    return booking


def get_visible_booking(session: Session, public_id: str, *, viewer: Viewer) -> Booking:
    """The booking. Raises NotFound, also when the viewer may not know of it."""
    booking = get_booking(session, public_id)
    access.require(True, visible=access.can_see_booking(viewer, booking))
    return booking


def book(session: Session, plan: BookingPlan, *, partnership_id: int, act: Act) -> Booking:
    """Make a confirmed booking that holds all its resources.

    Raises Invalid (retired, unknown or foreign resources, the same person twice, a class larger
    than its room), Clash (somebody is busy) or Objected (a rule speaks against the time and the plan gives
    no reason to override it); nothing is then written.
    """
    made, faults = book_all(session, [plan], partnership_id=partnership_id, act=act)
    _raise_first(faults)
    return made[0]


def book_all(
    session: Session, plans: Sequence[BookingPlan], *, partnership_id: int, act: Act
) -> tuple[list[Booking], Faults]:
    """Make several, all or none; what one holds, those after it cannot.

    Answers by index what ``book`` would raise for it; where there is any, the transaction must be given up.
    """
    known = read_known(session, plans, partnership_id=partnership_id)
    faults: Faults = {}
    writes: dict[int, Write] = {}
    for index, plan in enumerate(plans):
        try:
            writes[index] = _write_of(session, _new(partnership_id, act), plan, cast_known(plan, known))
        except Invalid as error:
            faults[index] = error
    faults |= write_all(session, writes, partnership_id=partnership_id, act=act, verb="book")
    return [one.booking for one in writes.values()], faults


def change_booking(
    session: Session, booking: Booking, plan: BookingPlan, *, version: int, act: Act
) -> Booking:
    """Let the booking be as ``plan`` says. ``version`` is the one the editor read.

    Rules and buffers are asked only when its time, kind, timing or company change: otherwise nothing that
    changed around it is in the way, it holds what it held, and a reason that was given stays.
    Raises as ``book``, and StaleEdit when somebody else wrote since, Refused when it is past changing.
    """
    _raise_first(change_all(session, [Change(booking, plan, version)], act=act))
    return booking


def change_all(session: Session, changes: Sequence[Change], *, act: Act) -> Faults:
    """Change several of one partnership, all or none; each may have what another gives up.

    Answers by index what ``change_booking`` would raise; where there is any, the transaction must be given
    up.
    """
    bookings, plans = [one.booking for one in changes], [one.plan for one in changes]
    load_parts(session, bookings)
    pid = partnership_of(bookings)
    known = read_known(session, plans, partnership_id=pid, bookings=bookings)
    faults: Faults = {}
    writes: dict[int, Write] = {}
    for index, one in enumerate(changes):
        try:
            _require_open(one.booking, "booking.not_changeable")
            require_version(one.booking.version, one.version, title=one.booking.title)
            cast = cast_known(one.plan, known, booking=one.booking)
            write = _write_of(session, one.booking, one.plan, cast)
            write.before = booking_facts(one.booking)
            write.reason_read = one.booking.override_reason if one.reason is None else one.reason
            writes[index] = write
        except (Invalid, Refused, StaleEdit) as error:
            faults[index] = error
    return faults | write_all(session, writes, partnership_id=pid, act=act, verb="change")


def move_booking(
    session: Session, booking: Booking, *, span: Span, version: int, act: Act, override_reason: str = ""
) -> Booking:
    """Give the booking another time, everything else as it was. Raises as ``change_booking``."""
    _raise_first(move_all(session, [Move(booking, span, version, override_reason)], act=act))
    return booking


def move_all(session: Session, moves: Sequence[Move], *, act: Act) -> Faults:
    """Move several of one partnership, all or none; each may have the time that another gives up.

    Answers by index what ``move_booking`` would raise; where there is any, the transaction must be given up.
    """
    bookings = [one.booking for one in moves]
    load_parts(session, bookings)
    questions = questions_of(session, bookings)
    faults: Faults = {}
    writes: dict[int, Write] = {}
    for index, one in enumerate(moves):
        try:
            _require_open(one.booking, "booking.not_movable")
            require_version(one.booking.version, one.version, title=one.booking.title)
            writes[index] = Write(
                one.booking,
                questions[one.booking.id],
                one.span,
                one.override_reason,
                before=booking_facts(one.booking),
                reason_read=one.booking.override_reason,
            )
        except (Refused, StaleEdit) as error:
            faults[index] = error
    pid = partnership_of(bookings)
    return faults | write_all(session, writes, partnership_id=pid, act=act, verb="move")


def cancel_booking(
    session: Session, booking: Booking, *, reason: CancelReason, words: str, version: int, act: Act
) -> Booking:
    """Cancel, free all resources, keep the reason. Raises Invalid (the words), Refused or StaleEdit."""
    _require_open(booking, "booking.not_cancellable")
    require_version(booking.version, version, title=booking.title)
    words = clean_fields(CANCEL_FIELDS, {"reason": reason, "words": words})["words"]
    before = booking_facts(booking)
    booking.state = BookingState.CANCELLED
    booking.cancelled_at = act.at
    booking.cancel_reason, booking.cancel_words = reason, words
    note_booking(session, booking, act=act, verb="cancel", before=before, reason=f"{reason.value}: {words}")
    revise(session, booking, title=booking.title, act=act)
    release_holds(session, booking_id=booking.id)
    return booking


def set_state(session: Session, booking: Booking, state: BookingState, *, act: Act) -> None:
    """Step on after the lesson (done, recorded); holds stay, they are history."""
    if booking.state is state:
        return
    before = booking_facts(booking)
    booking.state = state
    note_booking(session, booking, act=act, verb=state.value, before=before)
    revise(session, booking, title=booking.title, act=act)


def _new(partnership_id: int, act: Act) -> Booking:
    return Booking(
        public_id=secrets.token_hex(8),
        partnership_id=partnership_id,
        state=BookingState.CONFIRMED,
        created_at=act.at,
        revised_at=act.at,
        sites=[],
        participations=[],
        segments=[],
    )


def _write_of(session: Session, booking: Booking, plan: BookingPlan, cast: Cast) -> Write:
    question = make_question(
        cast.roles,
        kind=plan.kind,
        timing=plan.timing,
        site_ids=(site.organisation_id for site in cast.sites),
    )
    plan = with_account(session, plan, partnership_id=booking.partnership_id)
    return Write(booking, question, plan.span, plan.override_reason, plan, cast)


def partnership_of(bookings: Sequence[Booking]) -> int:
    """The one that all are of."""
    (partnership_id,) = {booking.partnership_id for booking in bookings}
    return partnership_id


def _raise_first(faults: Faults) -> None:
    for _index, error in sorted(faults.items()):
        raise error


def _require_open(booking: Booking, code: str) -> None:
    if booking.state not in OPEN:
        raise Refused(code, title=booking.title, state=booking.state)
