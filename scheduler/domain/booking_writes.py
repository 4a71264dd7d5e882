"""Bookings as they are to be written: weighed against rules and holds first, then written, several at once.

One booking is the case of one. The reads do not grow with the number of bookings; the writes do. Of one whose
time, kind, timing and company stay nothing is asked: what changed around it since is told on its page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from scheduler.domain import audit
from scheduler.domain.act import Act
from scheduler.domain.availability import soft_objections, spans_of
from scheduler.domain.booking_facts import PLACE_AND_TIME, booking_facts
from scheduler.domain.buffers import load_margins
from scheduler.domain.calendars.rules import Question
from scheduler.domain.casts import Cast
from scheduler.domain.claims import Claim, in_the_way_of_each
from scheduler.domain.holds import Span, Spans, place_holds
from scheduler.domain.plans import BookingPlan
from scheduler.domain.versions import stamp
from scheduler.errors import Clash, Objected, Objection, StaleEdit, TongtangError
from scheduler.models.bookings import Booking, Participation, Segment, Site

Faults = dict[int, TongtangError]
"""Why it cannot be, by index among several; empty when all can."""
MOST_ATTEMPTS = 3
"""To place holds that were refused by somebody who is gone since."""


@dataclass
class Write:
    """A booking as it is to be. ``plan`` and ``cast`` None: nothing but its time changes.

    ``reason``: why, although rules speak against it; ``reason_read``: the one that the editor read.
    ``before``: what it was, {} for a new one. ``stays``: nothing that rules speak of changes.
    """

    booking: Booking
    question: Question
    span: Span
    reason: str
    plan: BookingPlan | None = None
    cast: Cast | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    reason_read: str = ""
    stays: bool = False
    spans: Spans = field(default_factory=dict)
    overridden: tuple[Objection, ...] = ()

    @property
    def is_asked(self) -> bool:
        """Whether the rules are: for what changes, or for a reason that is given anew."""
        known = ("", self.reason_read, self.booking.override_reason)
        return not self.stays or self.reason not in known

    @property
    def claim(self) -> Claim:
        """What it is to hold."""
        title = self.plan.title if self.plan else self.booking.title
        return Claim(self.booking.public_id, title, self.span, self.spans)


def booking_span(booking: Booking) -> Span:
    """From when to when it is."""
    return Span(booking.starts_at, booking.ends_at)


def load_parts(session: Session, bookings: Sequence[Booking]) -> None:
    """Have everything that is written of these bookings at hand: one query for each table."""
    session.scalars(
        select(Booking)
        .where(Booking.id.in_([booking.id for booking in bookings]))
        .options(
            selectinload(Booking.sites).joinedload(Site.organisation),
            selectinload(Booking.participations).joinedload(Participation.resource),
            selectinload(Booking.segments),
            joinedload(Booking.follows),
        )
    ).all()


def write_all(
    session: Session, writes: Mapping[int, Write], *, partnership_id: int, act: Act, verb: str
) -> Faults:
    """Write all, or answer Clash or Objected for each that cannot be: the transaction must then be given up.

    Raises StaleEdit when somebody else wrote one of them since it was read.
    """
    for one in writes.values():
        one.stays = bool(one.before) and _is_as_it_was(one)
    faults = _weigh(session, writes, partnership_id=partnership_id)
    if faults or not writes:
        return faults
    for one in writes.values():
        _write_row(session, one, act=act)
    _flush(session, next(iter(writes.values())).booking)
    _write_casts(session, [one for one in writes.values() if one.cast is not None])
    faults = _place(session, writes)
    if not faults:
        for one in writes.values():
            _note(session, one, act=act, verb=verb)
        session.flush()
    return faults


def _place(session: Session, writes: Mapping[int, Write]) -> Faults:
    """Hold what is wanted. Who was in the way may be gone before they are named: it is then tried again."""
    placed = {index: one for index, one in writes.items() if not one.stays}
    if not placed:
        return {}
    for _attempt in range(MOST_ATTEMPTS):
        if place_holds(session, {one.booking.id: one.spans for one in placed.values()}):
            return {}
        if faults := _faults(session, writes, {}):
            return faults
    return {index: Clash(()) for index in placed}


def _is_as_it_was(one: Write) -> bool:
    """Whether its kind, timing and time stay, and its company in their roles."""
    booking, question = one.booking, one.question
    parts = {(part.resource_id, part.role) for part in booking.participations}
    return (
        one.span == booking_span(booking)
        and (question.kind, question.timing) == (booking.kind, booking.timing)
        and {(wanted.resource_id, wanted.role) for wanted in question.wanted} == parts
        and set(question.site_ids) == {site.organisation_id for site in booking.sites}
    )


def _weigh(session: Session, writes: Mapping[int, Write], *, partnership_id: int) -> Faults:
    """Ask the rules before anything is written: a reason that overrides none is not kept."""
    asked = {index: one for index, one in writes.items() if one.is_asked}
    kinds = {one.question.kind for one in asked.values()}
    margins = {kind: load_margins(session, partnership_id, kind) for kind in kinds}
    questions = [(one.question, one.span) for one in asked.values()]
    said = soft_objections(session, questions, partnership_id=partnership_id)
    against: dict[int, tuple[Objection, ...]] = {}
    for (index, one), soft in zip(asked.items(), said, strict=True):
        one.spans = spans_of(one.question, one.span, margins[one.question.kind])
        if one.reason:
            one.overridden = soft
        elif soft:
            against[index] = soft
    return _faults(session, writes, against) if against else {}


def _faults(
    session: Session, writes: Mapping[int, Write], against: Mapping[int, tuple[Objection, ...]]
) -> Faults:
    """Who is in the way of each, and what speaks against it that no reason overrides."""
    placed = {index: one for index, one in writes.items() if not one.stays}
    ids = [one.booking.id for one in placed.values() if one.booking.id is not None]
    busy = in_the_way_of_each(session, [one.claim for one in placed.values()], leave_out=ids)
    faults: Faults = {}
    for index, conflicts in zip(placed, busy, strict=True):
        said = against.get(index, ())
        if conflicts:
            faults[index] = Clash(conflicts, said)
        elif said:
            faults[index] = Objected(said)
    return faults


def _write_row(session: Session, one: Write, *, act: Act) -> None:
    booking, plan, cast = one.booking, one.plan, one.cast
    booking.starts_at, booking.ends_at = one.span.starts_at, one.span.ends_at
    if one.overridden or not one.stays:
        booking.override_reason = one.reason if one.overridden else ""
    if plan is not None and cast is not None:
        booking.kind, booking.title = plan.kind, plan.title
        booking.subject, booking.course_type = plan.subject, plan.course_type
        booking.meeting_number, booking.passcode = plan.meeting_number, plan.passcode
        booking.join_url, booking.note = plan.join_url, plan.note
        booking.timing = plan.timing
        booking.follows_id = cast.follows_id
    if one.before:
        stamp(booking, act=act)
    session.add(booking)


def _flush(session: Session, first: Booking) -> None:
    """Raises StaleEdit, as of the first: whoever writes several has taken their turn before."""
    title, version = first.title, first.version or 0  # after a failed flush nothing more can be read
    try:
        session.flush()
    except StaleDataError as error:
        raise StaleEdit(current=version + 1, given=version, title=title) from error


def _write_casts(session: Session, writes: Sequence[Write]) -> None:
    """Sites, who takes part at which, and segments, in place of those that there were."""
    if not writes:
        return
    changed = [one.booking.id for one in writes if one.before]
    for table in (Participation, Site, Segment) if changed else ():
        session.execute(delete(table).where(table.booking_id.in_(changed)))
    sites = _insert(session, Site, (row for one in writes for row in _sites(one)))
    site_ids = {(site.booking_id, site.position): site.id for site in sites}
    parts = _insert(session, Participation, (row for one in writes for row in _parts(one, site_ids)))
    segments = _insert(session, Segment, (row for one in writes for row in _segments(one)))
    for one in writes:
        session.expire(one.booking, ["follows"])
    # As if they had been read: what they refer to the casts still hold.
    for name, rows, order in (
        ("sites", sites, "position"),
        ("participations", parts, "id"),
        ("segments", segments, "position"),
    ):
        grouped = _by_booking(sorted(rows, key=attrgetter(order)))
        for one in writes:
            set_committed_value(one.booking, name, grouped.get(one.booking.id, []))


def _insert(session: Session, table: type[Any], rows: Iterable[dict[str, Any]]) -> list[Any]:
    given = list(rows)
    return list(session.scalars(insert(table).returning(table), given)) if given else []


def _by_booking(rows: Iterable[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.booking_id, []).append(row)
    return grouped


def _sites(one: Write) -> Iterator[dict[str, Any]]:
    assert one.cast is not None
    for position, site in enumerate(one.cast.sites):
        yield {**_of(one), "organisation_id": site.organisation_id, "side": site.side, "position": position}


def _parts(one: Write, site_ids: Mapping[tuple[int, int], int]) -> Iterator[dict[str, Any]]:
    assert one.cast is not None
    for part in one.cast.parts:
        site_id = None if part.site is None else site_ids[one.booking.id, part.site]
        yield {**_of(one), "resource_id": part.resource_id, "role": part.role, "site_id": site_id}


def _segments(one: Write) -> Iterator[dict[str, Any]]:
    assert one.plan is not None
    for position, segment in enumerate(one.plan.segments):
        row = {"position": position, "kind": segment.kind, "minutes": segment.minutes}
        yield {"booking_id": one.booking.id, **row}


def _of(one: Write) -> dict[str, int]:
    return {"booking_id": one.booking.id, "partnership_id": one.booking.partnership_id}


def _note(session: Session, one: Write, *, act: Act, verb: str) -> None:
    overridden = [[said.code, said.facts.get("name", "")] for said in one.overridden]
    more = {"overridden": overridden} if overridden else {}
    note_booking(session, one.booking, act=act, verb=verb, before=one.before, more=more)


def note_booking(
    session: Session,
    booking: Booking,
    *,
    act: Act,
    verb: str,
    before: Mapping[str, Any],
    more: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Add what was done to its history, and raise its revision where people must hear of it."""
    after = booking_facts(booking)
    if before and any(before[name] != after[name] for name in PLACE_AND_TIME):
        booking.revision += 1
    audit.note(
        session,
        act=act,
        verb=verb,
        subject="booking",
        subject_id=booking.id,
        partnership_id=booking.partnership_id,
        before=before,
        after={**after, **(more or {})},
        reason=reason,
    )
