"""What narrows the calendar: read from the address, kept when the view changes, offered as choices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from scheduler.domain.access import Viewer
from scheduler.domain.queries import BookingFilter, bookings, entries
from scheduler.domain.shelves import SHELVES
from scheduler.models.bookings import Booking, BookingKind, Site
from scheduler.models.places import Organisation, OrganisationKind, Partnership
from scheduler.web.addresses import id_argument
from scheduler.web.locale import language, name_of
from scheduler.wording import label

IDS = ("region", "organisation", "museum", "person")


@dataclass(frozen=True)
class CalendarFilter:
    """Ids of rows; None does not narrow. ``museum`` is a second organisation that must take part."""

    region: int | None = None
    organisation: int | None = None
    museum: int | None = None
    person: int | None = None
    kind: BookingKind | None = None

    def arguments(self) -> dict[str, Any]:
        """For addresses: only what narrows."""
        given = {name: getattr(self, name) for name in (*IDS, "kind")}
        return {name: value for name, value in given.items() if value is not None}

    def bookings(
        self, viewer: Viewer, partnership: Partnership | None, starts: datetime, ends: datetime
    ) -> Select[Booking]:
        """What the viewer may see of the partnership that overlaps [starts, ends)."""
        wanted = BookingFilter(
            starts=starts,
            ends=ends,
            partnership_id=partnership.id if partnership else None,
            region_id=self.region,
            organisation_id=self.organisation,
            resource_id=self.person,
            kind=self.kind,
        )
        query = bookings(viewer, wanted)
        if self.museum is None:
            return query
        return query.where(Booking.id.in_(select(Site.booking_id).where(Site.organisation_id == self.museum)))


def read_filter() -> CalendarFilter:
    """From the address; what is no id or kind does not narrow."""
    kind = request.args.get("kind", "")
    wanted = CalendarFilter(kind=BookingKind(kind) if kind in set(BookingKind) else None)
    return replace(wanted, **{name: id_argument(name) for name in IDS})


def filter_choices(session: Session, viewer: Viewer, partnership: Partnership | None) -> dict[str, Any]:
    """name → [(group, [(value, words), …]), …] for each select, in three queries."""
    where = partnership.id if partnership else 0
    regions = session.scalars(entries(viewer, SHELVES["regions"], partnership_id=where)).all()
    organisations = session.scalars(entries(viewer, SHELVES["organisations"], partnership_id=where)).all()
    people = session.scalars(entries(viewer, SHELVES["persons"], partnership_id=where)).all()
    museums = [row for row in organisations if row.kind is OrganisationKind.MUSEUM]
    others = [row for row in organisations if row.kind is not OrganisationKind.MUSEUM]
    return {
        "region": [("", [(row.id, name_of(row)) for row in regions])],
        "organisation": _by_region(others),
        "museum": [("", [(row.id, name_of(row)) for row in museums])],
        "person": _by(people, lambda row: name_of(row.organisation)),
        "kind": [("", [(kind.value, label(language(), kind)) for kind in BookingKind])],
    }


def _by_region(rows: list[Organisation]) -> list[tuple[str, list[tuple[int, str]]]]:
    return _by(rows, lambda row: name_of(row.region))


def _by(rows: Any, group_of: Any) -> list[tuple[str, list[tuple[int, str]]]]:
    groups: dict[str, list[tuple[int, str]]] = {}
    for row in rows:
        groups.setdefault(group_of(row), []).append((row.id, name_of(row)))
    return sorted(groups.items())
