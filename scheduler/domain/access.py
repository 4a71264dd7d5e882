"""Who may do what: each rule is one small function of the viewer and the thing. Default deny."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from scheduler.errors import Forbidden, NotFound
from scheduler.models.bookings import Booking, Site
from scheduler.models.places import Organisation
from scheduler.models.users import Role, User


@dataclass(frozen=True)
class Scope:
    """A role and where it holds; None fields do not narrow it."""

    role: Role
    partnership_id: int | None = None
    region_id: int | None = None
    organisation_id: int | None = None


@dataclass(frozen=True)
class Viewer:
    """Who looks: a user's scopes, read once for a request."""

    user_id: int
    scopes: tuple[Scope, ...]

    @property
    def is_administrator(self) -> bool:
        """Whether everything is open to them."""
        return any(scope.role is Role.ADMINISTRATOR for scope in self.scopes)

    def partnership_ids(self, *roles: Role) -> frozenset[int]:
        """Partnerships in which they hold one of ``roles`` (any, when none is given)."""
        return frozenset(
            scope.partnership_id
            for scope in self.scopes
            if scope.partnership_id is not None and (not roles or scope.role in roles)
        )

    @property
    def managed_ids(self) -> frozenset[int]:
        """Organisations that they manage."""
        return frozenset(
            scope.organisation_id
            for scope in self.scopes
            if scope.role is Role.MANAGER and scope.organisation_id is not None
        )


def viewer_of(user: User) -> Viewer:
    """The viewer that an account makes; a retired account may nothing."""
    grants = [] if user.retired_at else user.grants
    return Viewer(
        user_id=user.id,
        scopes=tuple(
            Scope(grant.role, grant.partnership_id, grant.region_id, grant.organisation_id)
            for grant in grants
        ),
    )


def can_see_partnership(viewer: Viewer, partnership_id: int) -> bool:
    """Directory and names of a partnership are open to everyone with a role in it."""
    return viewer.is_administrator or partnership_id in viewer.partnership_ids()


def can_see_bookings(viewer: Viewer, partnership_id: int) -> bool:
    """All bookings of a partnership: coordinators (of it or a region of it) and viewers."""
    return viewer.is_administrator or partnership_id in viewer.partnership_ids(Role.COORDINATOR, Role.VIEWER)


def can_see_booking(viewer: Viewer, booking: Booking) -> bool:
    """A manager sees the bookings in which their organisation takes part."""
    return can_see_bookings(viewer, booking.partnership_id) or any(
        site.organisation_id in viewer.managed_ids for site in booking.sites
    )


def can_book(viewer: Viewer, partnership_id: int) -> bool:
    """Book, change, move and cancel: administrators and coordinators."""
    return viewer.is_administrator or partnership_id in viewer.partnership_ids(Role.COORDINATOR)


def can_coordinate(viewer: Viewer, partnership_id: int, organisations: Iterable[Organisation]) -> bool:
    """A region's coordinator books only where one of the region's organisations takes part."""
    if viewer.is_administrator:
        return True
    regions = {organisation.region_id for organisation in organisations}
    return any(
        scope.role is Role.COORDINATOR
        and scope.partnership_id == partnership_id
        and (scope.region_id is None or scope.region_id in regions)
        for scope in viewer.scopes
    )


def can_change_booking(viewer: Viewer, booking: Booking) -> bool:
    """Coordinators of the partnership, or of a region that takes part."""
    organisations = [site.organisation for site in booking.sites]
    return can_coordinate(viewer, booking.partnership_id, organisations)


def can_write_record(viewer: Viewer, booking: Booking) -> bool:
    """Coordinators, and the managers of the organisations that took part."""
    return can_change_booking(viewer, booking) or any(
        site.organisation_id in viewer.managed_ids for site in booking.sites
    )


def can_edit_organisation(viewer: Viewer, organisation: Organisation) -> bool:
    """An organisation's own row: whoever coordinates its region or partnership."""
    return can_coordinate(viewer, organisation.partnership_id, [organisation])


def can_edit_resources(viewer: Viewer, organisation: Organisation) -> bool:
    """People, rooms, classes and accounts of an organisation: also its manager."""
    return can_edit_organisation(viewer, organisation) or organisation.id in viewer.managed_ids


def can_edit_some_resources(viewer: Viewer, partnership_id: int) -> bool:
    """Those of one organisation of the partnership at least."""
    roles = (Role.COORDINATOR, Role.MANAGER)
    return viewer.is_administrator or partnership_id in viewer.partnership_ids(*roles)


def can_edit_regions(viewer: Viewer, partnership_id: int) -> bool:
    """Regions: administrators, and coordinators of the whole partnership."""
    return viewer.is_administrator or any(
        scope.role is Role.COORDINATOR and scope.partnership_id == partnership_id and scope.region_id is None
        for scope in viewer.scopes
    )


def can_administer(viewer: Viewer) -> bool:
    """Partnerships, accounts and roles: administrators only."""
    return viewer.is_administrator


def within(viewer: Viewer, partnership_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """SQL: rows of the partnerships that the viewer may know of."""
    return true() if viewer.is_administrator else partnership_id.in_(viewer.partnership_ids())


def visible_bookings(viewer: Viewer) -> ColumnElement[bool]:
    """SQL twin of ``can_see_booking``."""
    if viewer.is_administrator:
        return true()
    own = (
        Booking.id.in_(select(Site.booking_id).where(Site.organisation_id.in_(viewer.managed_ids)))
        if viewer.managed_ids
        else false()
    )
    return or_(
        Booking.partnership_id.in_(viewer.partnership_ids(Role.COORDINATOR, Role.VIEWER)),
        own,
    )


def require(allowed: bool, *, visible: bool = True) -> None:
    """Raise Forbidden, or NotFound when the viewer may not even know that the thing exists."""
    if not visible:
        raise NotFound("access.not_found")
    if not allowed:
        raise Forbidden("access.forbidden")
