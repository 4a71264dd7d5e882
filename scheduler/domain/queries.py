"""What pages and the API look at: selects over what a viewer may see, and nothing that changes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from scheduler.domain.access import Viewer, visible_bookings, within
from scheduler.domain.fields import Reference
from scheduler.domain.shelves import Shelf
from scheduler.domain.text_fields import is_printable
from scheduler.domain.time_fields import Moment
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import Booking, BookingKind, BookingState, Participation, Site
from scheduler.models.places import Organisation, Partnership
from scheduler.models.records import Record, RecordState
from scheduler.models.users import User

PAGE = 50
"""Rows of a page of a list."""


@dataclass(frozen=True)
class BookingFilter:
    """Narrows a list of bookings; None does not narrow. ``starts``/``ends``: overlapping [starts, ends)."""

    starts: datetime | None = None
    ends: datetime | None = None
    partnership_id: int | None = None
    region_id: int | None = None
    organisation_id: int | None = None
    resource_id: int | None = None
    kind: BookingKind | None = None
    state: BookingState | None = None
    words: str = ""
    with_cancelled: bool = True


def bookings(viewer: Viewer, wanted: BookingFilter) -> Select[Booking]:
    """Bookings that the viewer may see, by start; what a list shows comes in a fixed number of queries."""
    return (
        select(Booking)
        .where(visible_bookings(viewer), *_conditions(wanted))
        .order_by(Booking.starts_at, Booking.id)
        .options(*whole_booking())
    )


def seen_among(session: Session, viewer: Viewer, public_ids: Collection[str]) -> set[str]:
    """Those of these bookings that the viewer may see."""
    if not public_ids:
        return set()
    query = select(Booking.public_id).where(Booking.public_id.in_(public_ids), visible_bookings(viewer))
    return set(session.scalars(query))


def whole_booking() -> tuple[Any, ...]:
    """Loader options: sites with organisations and regions, participations with resources, segments."""
    return (
        selectinload(Booking.sites).joinedload(Site.organisation).joinedload(Organisation.region),
        selectinload(Booking.sites).joinedload(Site.organisation).selectinload(Organisation.former_names),
        selectinload(Booking.participations).joinedload(Participation.resource),
        selectinload(Booking.segments),
        joinedload(Booking.follows),
        joinedload(Booking.partnership),
    )


def records_due(viewer: Viewer, now: datetime) -> Select[Booking]:
    """Lessons that are over and whose record is not filed, oldest first: what needs somebody."""
    filed = select(Record.booking_id).where(Record.state == RecordState.FILED)
    return (
        select(Booking)
        .where(
            visible_bookings(viewer),
            Booking.ends_at <= now,
            Booking.state.in_((BookingState.CONFIRMED, BookingState.DONE)),
            Booking.kind != BookingKind.TRAVEL,
            Booking.id.not_in(filed),
        )
        .order_by(Booking.ends_at, Booking.id)
        .options(*whole_booking())
    )


def following(booking: Booking) -> Select[Booking]:
    """Bookings tied to this one (its joint research)."""
    return select(Booking).where(Booking.follows_id == booking.id).order_by(Booking.starts_at)


def history(subject: str, subject_id: int) -> Select[AuditEntry, User]:
    """(entry, user or None) of everything that happened to a row, newest first."""
    return (
        select(AuditEntry, User)
        .join(User, User.id == AuditEntry.user_id, isouter=True)
        .where(AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)
        .order_by(AuditEntry.id.desc())
    )


def entries(
    viewer: Viewer,
    shelf: Shelf,
    *,
    words: str = "",
    partnership_id: int | None = None,
    organisation_id: int | None = None,
    region_id: int | None = None,
    retired: bool = False,
) -> Select[Any]:
    """Rows of a shelf that the viewer may know of, in its order; ``words`` looks in the names."""
    model = shelf.model
    key = model.id if model is Partnership else model.partnership_id
    query = select(model).where(within(viewer, key))
    query = query.where(model.retired_at.is_not(None) if retired else model.retired_at.is_(None))
    if words:
        query = query.where(contains(model.name, words))
    if partnership_id is not None:
        query = query.where(key == partnership_id)
    if organisation_id is not None and shelf.parent == "organisation_id":
        query = query.where(model.organisation_id == organisation_id)
    if region_id is not None and shelf.parent == "region_id":
        query = query.where(model.region_id == region_id)
    return query.options(*_named_rows(shelf)).order_by(*(shelf.order or (model.name,)), model.id)


def _named_rows(shelf: Shelf) -> list[Any]:
    """Loader options: the rows that a list names beside each row, in a fixed number of queries."""
    model = shelf.model
    references = [field.name for field in shelf.fields if isinstance(field, Reference)]
    options = [joinedload(getattr(model, name.removesuffix("_id"))) for name in references]
    if any(isinstance(field, Moment) for field in shelf.fields):
        options.append(joinedload(model.organisation).joinedload(Organisation.region))
    if model is Organisation:
        options.append(selectinload(Organisation.former_names))
    return options


def visible_partnerships(viewer: Viewer) -> Select[Partnership]:
    """Partnerships that the viewer has a role in, by id."""
    return select(Partnership).where(within(viewer, Partnership.id)).order_by(Partnership.id)


def count(session: Session, query: Select[Any]) -> int:
    """How many rows the query has."""
    rows = query.order_by(None).options().subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def _conditions(wanted: BookingFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.starts is not None:
        conditions.append(Booking.ends_at > wanted.starts)
    if wanted.ends is not None:
        conditions.append(Booking.starts_at < wanted.ends)
    if wanted.partnership_id is not None:
        conditions.append(Booking.partnership_id == wanted.partnership_id)
    if wanted.region_id is not None:
        organisation = aliased(Organisation)
        conditions.append(
            Booking.id.in_(
                select(Site.booking_id)
                .join(organisation, organisation.id == Site.organisation_id)
                .where(organisation.region_id == wanted.region_id)
            )
        )
    if wanted.organisation_id is not None:
        conditions.append(
            Booking.id.in_(select(Site.booking_id).where(Site.organisation_id == wanted.organisation_id))
        )
    if wanted.resource_id is not None:
        conditions.append(
            Booking.id.in_(
                select(Participation.booking_id).where(Participation.resource_id == wanted.resource_id)
            )
        )
    if wanted.kind is not None:
        conditions.append(Booking.kind == wanted.kind)
    if wanted.state is not None:
        conditions.append(Booking.state == wanted.state)
    if wanted.words:
        conditions.append(contains(Booking.title, wanted.words))
    if not wanted.with_cancelled:
        conditions.append(Booking.state != BookingState.CANCELLED)
    return conditions


def contains(column: Any, words: str) -> ColumnElement[bool]:
    """SQL: whether the text has the words in it, in whatever case; never for what no text has."""
    if not is_printable(words):
        return false()
    condition: ColumnElement[bool] = column.icontains(words, autoescape=True)
    return condition
