"""A closure entered later: the bookings that it hits, each with its best new times, moved together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from scheduler.domain import access, bookings
from scheduler.domain.access import Viewer
from scheduler.domain.act import Act
from scheduler.domain.availability import questions_of, spans_of
from scheduler.domain.bookings import OPEN
from scheduler.domain.calendars.rules import NOT_THERE
from scheduler.domain.fields import Cleaner, Field, Whole, is_row_id
from scheduler.domain.holds import Span
from scheduler.domain.plans import INSTANTS, LOCAL_TIME, MOVE_FIELDS, take_span
from scheduler.domain.queries import count, whole_booking
from scheduler.domain.slots.surroundings import Sought, read_surroundings
from scheduler.domain.text_fields import Text
from scheduler.domain.turns import take_bookings
from scheduler.errors import (
    BlockedMove,
    Clash,
    Invalid,
    MovesBlocked,
    NotFound,
    Objected,
    Problem,
    Refused,
    StaleEdit,
    TongtangError,
)
from scheduler.models.bookings import Booking, BookingKind, Participation, Site
from scheduler.models.openings import Closure
from scheduler.models.resources import Resource

MOST_HITS = 100
"""Bookings that one closure lists; those that are moved make room for the next."""
MOST_CHOICES = 3
MOVED_FIELDS: tuple[Field, ...] = (
    Text(name="booking", label="活动", longest=24, free=False, required=True),
    Whole(name="version", label="版本", least=1, most=10**9 - 1, required=True),
    *MOVE_FIELDS,
)
"""Beside these, a booking that is moved takes its time, given either way."""


@dataclass(frozen=True)
class Hit:
    """A booking that the closure is in the way of, and times at which it could be instead, the best first."""

    booking: Booking
    choices: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Move:
    """A ticked booking, by public id, with its new time and the version that was read."""

    span: Span
    version: int
    override_reason: str = ""


def get_closure(session: Session, closure_id: int, *, viewer: Viewer) -> Closure:
    """The closure. Raises NotFound, also when the viewer may not know of it."""
    closure = session.get(Closure, closure_id) if is_row_id(closure_id) else None
    if closure is None or not access.can_see_partnership(viewer, closure.partnership_id):
        raise NotFound("closure.not_found")
    return closure


def hit_bookings(closure: Closure, *, now: datetime) -> Select[Booking]:
    """Open bookings still to come that the closure is in the way of, by start.

    A closure of a place hits whatever takes place there or needs somebody or something from there (a meeting
    account or a kit alone does not), one of a resource whatever it takes part in. Withdrawn, it hits nothing.
    """
    return (
        select(Booking)
        .where(
            Booking.partnership_id == closure.partnership_id,
            Booking.state.in_(OPEN),
            Booking.starts_at > now,
            Booking.starts_at < closure.ends_at,
            Booking.ends_at > closure.starts_at,
            _takes_part(closure) if closure.retired_at is None else false(),
        )
        .order_by(Booking.starts_at, Booking.id)
        .options(*whole_booking())
    )


def hits(session: Session, closure: Closure, *, viewer: Viewer, zone: str, now: datetime) -> list[Hit]:
    """What the closure hits, as far as the viewer sees it, each with new times that no other is offered.

    The number of queries does not grow with what is hit.
    """
    query = hit_bookings(closure, now=now).where(access.visible_bookings(viewer)).limit(MOST_HITS)
    struck = session.scalars(query).all()
    if not struck:
        return []
    questions = questions_of(session, struck)
    sought = {
        one.id: Sought(questions[one.id], Span(one.starts_at, one.ends_at), leave_out=one.id)
        for one in struck
    }
    around = read_surroundings(
        session, sought.values(), partnership_id=closure.partnership_id, zone=zone, not_before=now
    )
    put: dict[int, list[Span]] = {}
    taken: list[Mapping[int, Span]] = []
    for booking in sorted(struck, key=_is_about_a_lesson):
        after = _end_of_its_lesson(booking, put)
        choices = around.nearest_times(sought[booking.id], taken=taken, most=MOST_CHOICES, after=after)
        margins = around.margins[booking.kind]
        taken += [spans_of(questions[booking.id], choice, margins) for choice in choices]
        put[booking.id] = choices
    return [Hit(booking, tuple(put[booking.id])) for booking in struck]


def _is_about_a_lesson(booking: Booking) -> bool:
    """Research: it wants a time after that of its lesson, which is found first."""
    return booking.kind is BookingKind.RESEARCH and booking.follows is not None


def _end_of_its_lesson(booking: Booking, put: Mapping[int, Sequence[Span]]) -> datetime | None:
    """When the lesson ends that research is about, where it is likely ``put`` (by id), or stays."""
    lesson = booking.follows if _is_about_a_lesson(booking) else None
    if lesson is None:
        return None
    likely = put.get(lesson.id)
    return likely[0].ends_at if likely else lesson.ends_at


def count_hits(session: Session, closure: Closure, *, viewer: Viewer, now: datetime) -> int:
    """How many bookings it hits that the viewer sees."""
    return count(session, hit_bookings(closure, now=now).where(access.visible_bookings(viewer)))


def read_moves(raw: Mapping[str, Any], *, zone: str) -> dict[str, Move]:
    """public id → where it is put, from the rows ``moves``. Raises Invalid with every problem."""
    cleaner = Cleaner(raw)
    cleaner.refuse_others(("moves",))
    rows = raw.get("moves")
    if rows is not None and not isinstance(rows, list | tuple):
        cleaner.problems.append(Problem("moves", "field.not_a_list"))
    elif rows and len(rows) > MOST_HITS:
        cleaner.problems.append(Problem("moves", "field.too_many", {"most": MOST_HITS}))
    cleaner.done()
    moves: dict[str, Move] = {}
    for path, public_id, move in _read_rows(cleaner, rows or (), zone):
        if public_id in moves:
            cleaner.problems.append(Problem(f"{path}.booking", "record.row_twice"))
        moves[public_id] = move
    cleaner.done()
    return moves


def move_hits(
    session: Session, closure: Closure, moves: Mapping[str, Move], *, viewer: Viewer, act: Act
) -> list[Booking]:
    """Move the ticked bookings (by public id), all or none.

    Raises Invalid when nothing is ticked or something that the closure does not hit, Forbidden, and
    MovesBlocked naming every booking that cannot be where it was put.
    """
    if not moves:
        raise Invalid([Problem("moves", "closure.nothing_ticked")])
    rows = session.scalars(hit_bookings(closure, now=act.at).where(Booking.public_id.in_(moves))).all()
    wanted = [row for row in rows if access.can_see_booking(viewer, row)]
    unknown = set(moves) - {booking.public_id for booking in wanted}
    if unknown:
        places = {public_id: index for index, public_id in enumerate(moves)}
        wrong = sorted(places[public_id] for public_id in unknown)
        raise Invalid([Problem(f"moves.{index}.booking", "closure.not_hit") for index in wrong])
    for booking in wanted:
        access.require(access.can_change_booking(viewer, booking))
    take_bookings(session, [booking.id for booking in wanted])
    asked = [_asked(booking, moves[booking.public_id]) for booking in wanted]
    faults = bookings.move_all(session, asked, act=act)
    if faults:
        raise MovesBlocked([_blocked(wanted[index], error) for index, error in sorted(faults.items())])
    return wanted


def _read_rows(cleaner: Cleaner, rows: Sequence[Any], zone: str) -> Iterator[tuple[str, str, Move]]:
    """(path, public id, move) of the rows that can be read."""
    for index, row in enumerate(rows):
        path = f"moves.{index}"
        if not isinstance(row, Mapping):
            cleaner.problems.append(Problem(path, "field.not_an_object"))
            continue
        mine = Cleaner(row, f"{path}.", cleaner.problems)
        values = {wanted.name: mine.take(wanted) for wanted in MOVED_FIELDS}
        mine.refuse_others((*values, *LOCAL_TIME, *INSTANTS))
        span = take_span(mine, zone=zone)
        if values["booking"] and values["version"] and span is not None:
            yield path, values["booking"], Move(span, values["version"], values["override_reason"])


def _asked(booking: Booking, move: Move) -> bookings.Move:
    return bookings.Move(booking, move.span, move.version, move.override_reason)


def _blocked(booking: Booking, error: TongtangError) -> BlockedMove:
    """Why it cannot be where it was put."""
    public_id, title = booking.public_id, booking.title
    match error:
        case Clash():
            return BlockedMove(public_id, title, error.conflicts, error.objections)
        case Objected():
            return BlockedMove(public_id, title, objections=error.objections)
        case StaleEdit() | Refused():
            return BlockedMove(public_id, title, code=error.code)
    raise error


def _takes_part(closure: Closure) -> ColumnElement[bool]:
    if closure.resource_id is not None:
        return Booking.id.in_(_bookings_with([closure.resource_id]))
    at_place = select(Site.booking_id).where(Site.organisation_id == closure.organisation_id)
    from_place = (
        select(Participation.booking_id)
        .join(Resource, Resource.id == Participation.resource_id)
        .where(Resource.organisation_id == closure.organisation_id, Resource.kind.not_in(NOT_THERE))
    )
    return or_(Booking.id.in_(at_place), Booking.id.in_(from_place))


def _bookings_with(resource_ids: Sequence[int]) -> Select[int]:
    return select(Participation.booking_id).where(Participation.resource_id.in_(resource_ids))
