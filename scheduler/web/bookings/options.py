"""What a booking form can choose from: the partnership's own, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.orm import Session, with_polymorphic
from wtforms.fields import SelectChoice

from scheduler.domain.access import Viewer, visible_bookings
from scheduler.domain.plans import SitePlan
from scheduler.domain.times import local_day
from scheduler.models.bookings import Booking, BookingKind, BookingState
from scheduler.models.places import Organisation, OrganisationKind
from scheduler.models.resources import Resource, ResourceKind
from scheduler.web.door import zone
from scheduler.web.locale import language, name_of
from scheduler.wording import day_words, label

Choices = list[SelectChoice]

WHOLE_ORGANISATION = "organisation-"
"""Before an organisation's id in the choice of a receiving class: it takes part without a class."""

LESSONS_AROUND = timedelta(days=60)
MOST_LESSONS = 100


@dataclass
class Options:
    """Rows that may be chosen, by id; retired ones only where the booking already has them."""

    organisations: dict[int, Organisation] = field(default_factory=dict)
    resources: dict[int, Resource] = field(default_factory=dict)
    lessons: list[Row[Any]] = field(default_factory=list)

    def names(self, ids: Iterable[int | None]) -> list[str]:
        """The names of the resources that are known; None is nobody."""
        return [self.resources[row_id].name for row_id in ids if row_id in self.resources]

    def place_of(self, site: SitePlan) -> str:
        """The organisation of one end: as given, else that of what it brings; "" for an unknown one."""
        brought = [
            self.resources.get(row_id or 0) for row_id in (site.class_id, site.room_id, site.assistant_id)
        ]
        ids = [site.organisation_id, *(row.organisation_id for row in brought if row)]
        place = self.organisations.get(next(filter(None, ids), 0))
        return place.name if place else ""

    def hosts(self) -> Choices:
        """Organisations by what they are, museums first."""
        order = [OrganisationKind.MUSEUM, *OrganisationKind]
        rows = sorted(self.organisations.values(), key=lambda row: (order.index(row.kind), row.name))
        return _grouped((label(language(), row.kind), str(row.id), name_of(row)) for row in rows)

    def of_kind(self, kind: ResourceKind) -> Choices:
        """Resources of one kind by their organisation."""
        return _grouped(
            (name_of(row.organisation), str(row.id), _words(row))
            for row in self._in_order()
            if row.kind is kind
        )

    def receiving(self) -> Choices:
        """Classes by their school, and each organisation as a whole."""
        classes = [
            (name_of(row.organisation), str(row.id), _words(row))
            for row in self._in_order()
            if row.kind is ResourceKind.CLASS
        ]
        whole = [
            (
                name_of(row),
                f"{WHOLE_ORGANISATION}{row.id}",
                _("%(name)s（不带班级）", name=name_of(row)),
            )
            for row in self.organisations.values()
        ]
        return _grouped(classes + whole)

    def followed(self) -> Choices:
        """Lessons that joint research may belong to."""
        return [SelectChoice("", _("不属于某节课"))] + [
            SelectChoice(
                lesson.public_id,
                f"{day_words(local_day(lesson.starts_at, zone()), language())} {lesson.title}",
            )
            for lesson in self.lessons
        ]

    def place_names(self) -> dict[int, str]:
        """Organisation id → what it is called in the viewer's language."""
        return {row.id: name_of(row) for row in self.organisations.values()}

    def titles(self) -> dict[str, str]:
        """Public id → title of those lessons."""
        return {lesson.public_id: lesson.title for lesson in self.lessons}

    def _in_order(self) -> list[Resource]:
        return sorted(
            self.resources.values(),
            key=lambda row: (row.organisation.name, getattr(row, "grade", ""), row.name),
        )


def load_options(
    session: Session,
    viewer: Viewer,
    *,
    partnership_id: int,
    at: datetime,
    booking: Booking | None = None,
    follows: str = "",
) -> Options:
    """Everything that may be chosen around ``at`` (UTC), with what ``booking`` already has.

    ``follows`` is the public id of a lesson that is offered whenever it was.
    """
    kept_places = {site.organisation_id for site in booking.sites} if booking else set()
    kept = {part.resource_id for part in booking.participations} if booking else set()
    places = session.scalars(
        select(Organisation)
        .where(
            Organisation.partnership_id == partnership_id,
            or_(Organisation.retired_at.is_(None), Organisation.id.in_(kept_places)),
        )
        .order_by(Organisation.name)
    )
    organisations = {row.id: row for row in places}
    whole = with_polymorphic(Resource, "*")
    rows = session.scalars(
        select(whole).where(
            whole.partnership_id == partnership_id, or_(whole.retired_at.is_(None), whole.id.in_(kept))
        )
    )
    # The organisations are read: a resource of one that was retired is offered only where it is kept.
    resources = {row.id: row for row in rows if row.organisation_id in organisations or row.id in kept}
    lessons = session.execute(_lessons(viewer, partnership_id, at, follows)).all()
    own_id = booking.id if booking else None
    return Options(organisations, resources, [lesson for lesson in lessons if lesson.id != own_id])


def _lessons(viewer: Viewer, partnership_id: int, at: datetime, follows: str) -> Select[Any]:
    """Lessons near ``at``, and the one that is followed already."""
    near = and_(
        Booking.starts_at.between(at - LESSONS_AROUND, at + LESSONS_AROUND),
        Booking.state != BookingState.CANCELLED,
    )
    return (
        select(Booking.id, Booking.public_id, Booking.title, Booking.starts_at)
        .where(
            visible_bookings(viewer),
            Booking.partnership_id == partnership_id,
            Booking.kind == BookingKind.LESSON,
            or_(near, Booking.public_id == (follows if follows.isalnum() else "")),
        )
        .order_by(Booking.starts_at, Booking.id)
        .limit(MOST_LESSONS)
    )


def _grouped(rows: Iterable[tuple[str, str, str]]) -> Choices:
    """(group, value, label) → groups of choices after an empty one."""
    groups: dict[str, list[SelectChoice]] = {}
    for group, value, words in rows:
        groups.setdefault(group, []).append(SelectChoice(value, words, optgroup=group))
    return [SelectChoice("", _("请选择")), *chain.from_iterable(groups.values())]


def _words(row: Any) -> str:
    """The row and whose it is: what is chosen stands without its group's heading."""
    unit = name_of(row.organisation)
    if row.kind is ResourceKind.CLASS:
        return _("%(unit)s %(name)s · %(count)s 人", unit=unit, name=row.name, count=row.head_count)
    if row.kind is ResourceKind.ROOM and row.seats:
        return _("%(name)s · %(count)s 座 · %(unit)s", name=row.name, count=row.seats, unit=unit)
    if row.kind is ResourceKind.ACCOUNT:
        return f"{row.name} · {label(language(), row.platform)}"
    return f"{row.name} · {unit}"
