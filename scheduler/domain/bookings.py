"""The verbs of a booking: book, change, move, cancel. Pages, API and demo all come through here."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain import access, audit
from scheduler.domain.access import Viewer
from scheduler.domain.act import Act
from scheduler.domain.availability import make_question, question_of, require_suitable, spans_of
from scheduler.domain.buffers import load_margins
from scheduler.domain.calendars.rules import Question
from scheduler.domain.casts import Cast, cast_plan, with_account
from scheduler.domain.fields import clean_fields
from scheduler.domain.holds import Span, release_holds, replace_holds
from scheduler.domain.plans import CANCEL_FIELDS, BookingPlan
from scheduler.domain.text_fields import is_printable
from scheduler.domain.versions import require_version, revise
from scheduler.errors import NotFound, Objection, Refused
from scheduler.models.bookings import Booking, BookingState, CancelReason, Participation, Segment, Site

OPEN = (BookingState.DRAFT, BookingState.REQUESTED, BookingState.CONFIRMED)
"""States from which a booking can still be changed, moved or cancelled."""

# What a person must hear of: a change in any of these raises ``revision`` (SEQUENCE).
PLACE_AND_TIME = ("starts_at", "ends_at", "sites", "rooms", "account", "meeting_number", "join_url", "state")


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
    cast = cast_plan(session, plan, partnership_id=partnership_id)
    weighed = _weigh_plan(session, plan, cast, partnership_id=partnership_id)
    plan = with_account(session, plan, partnership_id=partnership_id)
    booking = Booking(
        public_id=secrets.token_hex(8),
        partnership_id=partnership_id,
        state=BookingState.CONFIRMED,
        created_at=act.at,
        revised_at=act.at,
        sites=[],
        participations=[],
        segments=[],
    )
    _write_plan(booking, plan, follows_id=cast.follows_id)
    booking.override_reason = weighed.reason
    session.add(booking)
    session.flush()
    _write_cast(session, booking, plan, cast)
    replace_holds(session, booking_id=booking.id, spans=weighed.spans)
    _note(session, booking, act=act, verb="book", before={}, weighed=weighed)
    return booking


def change_booking(
    session: Session, booking: Booking, plan: BookingPlan, *, version: int, act: Act
) -> Booking:
    """Let the booking be as ``plan`` says. ``version`` is the one the editor read.

    Raises as ``book``, and StaleEdit when somebody else wrote since, Refused when it is past changing.
    """
    _require_open(booking, "booking.not_changeable")
    require_version(booking.version, version, title=booking.title)
    before = booking_facts(booking)
    cast = cast_plan(session, plan, partnership_id=booking.partnership_id, booking=booking)
    weighed = _weigh_plan(session, plan, cast, partnership_id=booking.partnership_id, booking=booking)
    plan = with_account(session, plan, partnership_id=booking.partnership_id)
    _write_plan(booking, plan, follows_id=cast.follows_id)
    booking.override_reason = weighed.reason
    revise(session, booking, title=booking.title, act=act)
    _clear_cast(session, booking)
    _write_cast(session, booking, plan, cast)
    replace_holds(session, booking_id=booking.id, spans=weighed.spans)
    _raise_revision(session, booking, before)
    _note(session, booking, act=act, verb="change", before=before, weighed=weighed)
    return booking


def move_booking(
    session: Session, booking: Booking, *, span: Span, version: int, act: Act, override_reason: str = ""
) -> Booking:
    """Give the booking another time, everything else as it was. Raises as ``change_booking``."""
    _require_open(booking, "booking.not_movable")
    require_version(booking.version, version, title=booking.title)
    before = booking_facts(booking)
    question = question_of(session, booking)
    weighed = _weigh(
        session,
        question,
        span,
        reason=override_reason,
        partnership_id=booking.partnership_id,
        booking=booking,
    )
    booking.starts_at, booking.ends_at = span.starts_at, span.ends_at
    booking.override_reason = weighed.reason
    revise(session, booking, title=booking.title, act=act)
    replace_holds(session, booking_id=booking.id, spans=weighed.spans)
    _raise_revision(session, booking, before)
    _note(session, booking, act=act, verb="move", before=before, weighed=weighed)
    return booking


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
    revise(session, booking, title=booking.title, act=act)
    release_holds(session, booking_id=booking.id)
    _raise_revision(session, booking, before)
    _note(session, booking, act=act, verb="cancel", before=before, reason=f"{reason.value}: {words}")
    return booking


def set_state(session: Session, booking: Booking, state: BookingState, *, act: Act) -> None:
    """Step on after the lesson (done, recorded); holds stay, they are history."""
    if booking.state is state:
        return
    before = booking_facts(booking)
    booking.state = state
    revise(session, booking, title=booking.title, act=act)
    _raise_revision(session, booking, before)
    _note(session, booking, act=act, verb=state.value, before=before)


def booking_facts(booking: Booking) -> dict[str, Any]:
    """What the booking is, in plain values: for the audit log and for telling two versions apart."""
    people = [
        [p.role.value, p.resource.name] for p in booking.participations if p.resource.kind.value == "person"
    ]
    things = {
        kind: [p.resource.name for p in booking.participations if p.role.value == kind] for kind in _THINGS
    }
    return {
        "kind": booking.kind.value,
        "title": booking.title,
        "subject": booking.subject.value,
        "course_type": booking.course_type.value,
        "state": booking.state.value,
        "starts_at": booking.starts_at.isoformat(),
        "ends_at": booking.ends_at.isoformat(),
        "sites": [[site.side.value, site.organisation.name] for site in booking.sites],
        "classes": things["class"],
        "rooms": things["room"],
        "account": things["account"],
        "people": people,
        "meeting_number": booking.meeting_number,
        "passcode": booking.passcode,
        "join_url": booking.join_url,
        "segments": [[segment.kind.value, segment.minutes] for segment in booking.segments],
        "note": booking.note,
        "follows": booking.follows.public_id if booking.follows else "",
        "kits": things["kit"],
        "timing": booking.timing.value,
        "override_reason": booking.override_reason,
    }


_THINGS = ("class", "room", "account", "kit")


@dataclass(frozen=True)
class _Weighed:
    """How long each resource is held, and the rules that were overridden, with the reason."""

    spans: dict[int, Span]
    overridden: tuple[Objection, ...] = ()
    reason: str = ""


def _weigh_plan(
    session: Session, plan: BookingPlan, cast: Cast, *, partnership_id: int, booking: Booking | None = None
) -> _Weighed:
    question = make_question(
        cast.roles,
        kind=plan.kind,
        timing=plan.timing,
        site_ids=(site.organisation_id for site in cast.sites),
    )
    return _weigh(
        session,
        question,
        plan.span,
        reason=plan.override_reason,
        partnership_id=partnership_id,
        booking=booking,
    )


def _weigh(
    session: Session,
    question: Question,
    span: Span,
    *,
    reason: str,
    partnership_id: int,
    booking: Booking | None,
) -> _Weighed:
    """Ask the rules before anything is written: a reason that overrides none is not kept."""
    margins = load_margins(session, partnership_id, question.kind)
    overridden = require_suitable(
        session,
        question,
        span,
        margins=margins,
        partnership_id=partnership_id,
        reason=reason,
        leave_out=booking.id if booking else None,
    )
    return _Weighed(spans_of(question, span, margins), overridden, reason if overridden else "")


def _require_open(booking: Booking, code: str) -> None:
    if booking.state not in OPEN:
        raise Refused(code, title=booking.title, state=booking.state)


def _write_plan(booking: Booking, plan: BookingPlan, *, follows_id: int | None) -> None:
    booking.kind, booking.title = plan.kind, plan.title
    booking.subject, booking.course_type = plan.subject, plan.course_type
    booking.starts_at, booking.ends_at = plan.span.starts_at, plan.span.ends_at
    booking.meeting_number, booking.passcode = plan.meeting_number, plan.passcode
    booking.join_url, booking.note = plan.join_url, plan.note
    booking.timing = plan.timing
    booking.follows_id = follows_id


def _write_cast(session: Session, booking: Booking, plan: BookingPlan, cast: Cast) -> None:
    sites = [
        Site(organisation_id=site.organisation_id, side=site.side, position=position)
        for position, site in enumerate(cast.sites)
    ]
    booking.sites.extend(sites)
    session.flush()
    booking.participations.extend(
        Participation(
            resource_id=part.resource_id,
            role=part.role,
            site_id=None if part.site is None else sites[part.site].id,
        )
        for part in cast.parts
    )
    booking.segments.extend(
        Segment(position=position, kind=segment.kind, minutes=segment.minutes)
        for position, segment in enumerate(plan.segments)
    )
    session.flush()
    session.expire(booking, ["follows"])


def _clear_cast(session: Session, booking: Booking) -> None:
    for rows in (booking.participations, booking.sites, booking.segments):
        _empty(rows)
    session.flush()


def _empty(rows: Iterable[Any]) -> None:
    rows.clear()  # type: ignore[attr-defined]


def _raise_revision(session: Session, booking: Booking, before: Mapping[str, Any]) -> None:
    after = booking_facts(booking)
    if any(before[name] != after[name] for name in PLACE_AND_TIME):
        booking.revision += 1
        session.flush()


def _note(
    session: Session,
    booking: Booking,
    *,
    act: Act,
    verb: str,
    before: Mapping[str, Any],
    reason: str = "",
    weighed: _Weighed | None = None,
) -> None:
    overridden = [[one.code, one.facts.get("name", "")] for one in weighed.overridden] if weighed else []
    audit.note(
        session,
        act=act,
        verb=verb,
        subject="booking",
        subject_id=booking.id,
        partnership_id=booking.partnership_id,
        before=before,
        after=booking_facts(booking) | ({"overridden": overridden} if overridden else {}),
        reason=reason,
    )
    session.flush()
