"""Who may do what: a matrix of roles and things. Pure, but for the SQL twins."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from scheduler.db import Database
from scheduler.domain import access
from scheduler.domain.access import Scope, Viewer
from scheduler.domain.bookings import book
from scheduler.domain.plans import read_plan
from scheduler.errors import Forbidden, NotFound
from scheduler.models.bookings import Booking, Site
from scheduler.models.places import Organisation, Partnership
from scheduler.models.users import Role
from tests.world import World

# Partnership 1 has regions 10 (organisations 100, 101) and 11 (110); partnership 2 has region 20 (200).
ORGANISATIONS = {
    number: Organisation(id=number, region_id=number // 10, partnership_id=number // 100)
    for number in (100, 101, 110, 200)
}


def booking(*organisations: int) -> Booking:
    """One with a site at each organisation, host first."""
    places = [ORGANISATIONS[number] for number in organisations]
    sites = [Site(organisation_id=place.id) for place in places]
    for site, place in zip(sites, places, strict=True):
        site.__dict__["organisation"] = place  # a view-only relationship, loaded
    return Booking(partnership_id=places[0].partnership_id, sites=sites)


VIEWERS = {
    "administrator": Viewer(1, (Scope(Role.ADMINISTRATOR),)),
    "coordinator": Viewer(2, (Scope(Role.COORDINATOR, 1),)),
    "of region 10": Viewer(3, (Scope(Role.COORDINATOR, 1, region_id=10),)),
    "manager of 100": Viewer(4, (Scope(Role.MANAGER, 1, organisation_id=100),)),
    "viewer": Viewer(5, (Scope(Role.VIEWER, 1),)),
    "of partnership 2": Viewer(6, (Scope(Role.COORDINATOR, 2),)),
    "of 100 and 2": Viewer(7, (Scope(Role.MANAGER, 1, organisation_id=100), Scope(Role.VIEWER, 2))),
    "nobody": Viewer(8, ()),
}
Rule = Callable[[Viewer], bool]

MATRIX: dict[str, tuple[Rule, set[str]]] = {
    "see partnership 1": (
        lambda v: access.can_see_partnership(v, 1),
        {"administrator", "coordinator", "of region 10", "manager of 100", "viewer", "of 100 and 2"},
    ),
    "see partnership 2": (
        lambda v: access.can_see_partnership(v, 2),
        {"administrator", "of partnership 2", "of 100 and 2"},
    ),
    "see all bookings of 1": (
        lambda v: access.can_see_bookings(v, 1),
        {"administrator", "coordinator", "of region 10", "viewer"},
    ),
    "see all bookings of 2": (
        lambda v: access.can_see_bookings(v, 2),
        {"administrator", "of partnership 2", "of 100 and 2"},
    ),
    "see a booking at 100": (
        lambda v: access.can_see_booking(v, booking(110, 100)),
        {"administrator", "coordinator", "of region 10", "manager of 100", "viewer", "of 100 and 2"},
    ),
    "see a booking of other schools": (
        lambda v: access.can_see_booking(v, booking(110, 101)),
        {"administrator", "coordinator", "of region 10", "viewer"},
    ),
    "see a booking of partnership 2": (
        lambda v: access.can_see_booking(v, booking(200)),
        {"administrator", "of partnership 2", "of 100 and 2"},
    ),
    "book in 1": (lambda v: access.can_book(v, 1), {"administrator", "coordinator", "of region 10"}),
    "book in 2": (lambda v: access.can_book(v, 2), {"administrator", "of partnership 2"}),
    "coordinate within region 10": (
        lambda v: access.can_coordinate(v, 1, [ORGANISATIONS[100], ORGANISATIONS[110]]),
        {"administrator", "coordinator", "of region 10"},
    ),
    "coordinate without region 10": (
        lambda v: access.can_coordinate(v, 1, [ORGANISATIONS[110]]),
        {"administrator", "coordinator"},
    ),
    "coordinate nobody yet": (lambda v: access.can_coordinate(v, 1, []), {"administrator", "coordinator"}),
    "write the record at 100": (
        lambda v: access.can_write_record(v, booking(110, 100)),
        {"administrator", "coordinator", "of region 10", "manager of 100", "of 100 and 2"},
    ),
    "write the record of other schools": (
        lambda v: access.can_write_record(v, booking(110)),
        {"administrator", "coordinator"},
    ),
    "edit organisation 100": (
        lambda v: access.can_edit_organisation(v, ORGANISATIONS[100]),
        {"administrator", "coordinator", "of region 10"},
    ),
    "edit organisation 110": (
        lambda v: access.can_edit_organisation(v, ORGANISATIONS[110]),
        {"administrator", "coordinator"},
    ),
    "edit resources of 100": (
        lambda v: access.can_edit_resources(v, ORGANISATIONS[100]),
        {"administrator", "coordinator", "of region 10", "manager of 100", "of 100 and 2"},
    ),
    "edit resources of 101": (
        lambda v: access.can_edit_resources(v, ORGANISATIONS[101]),
        {"administrator", "coordinator", "of region 10"},
    ),
    "edit resources of 200": (
        lambda v: access.can_edit_resources(v, ORGANISATIONS[200]),
        {"administrator", "of partnership 2"},
    ),
    "edit some resources of 1": (
        lambda v: access.can_edit_some_resources(v, 1),
        {"administrator", "coordinator", "of region 10", "manager of 100", "of 100 and 2"},
    ),
    "edit some resources of 2": (
        lambda v: access.can_edit_some_resources(v, 2),
        {"administrator", "of partnership 2"},
    ),
    "change a booking at 100": (
        lambda v: access.can_change_booking(v, booking(110, 100)),
        {"administrator", "coordinator", "of region 10"},
    ),
    "change a booking of another region": (
        lambda v: access.can_change_booking(v, booking(110)),
        {"administrator", "coordinator"},
    ),
    "edit regions of 1": (
        lambda v: access.can_edit_regions(v, 1),
        {"administrator", "coordinator"},
    ),
    "administer": (access.can_administer, {"administrator"}),
}


@pytest.mark.parametrize("thing", MATRIX)
def test_who_may(thing: str) -> None:
    rule, allowed = MATRIX[thing]
    assert {name for name, viewer in VIEWERS.items() if rule(viewer)} == allowed


def test_every_rule_is_in_the_matrix() -> None:
    rules = {name for name in vars(access) if name.startswith("can_")}
    used = {name for rule, _ in MATRIX.values() for name in rule.__code__.co_names if name.startswith("can_")}
    assert rules - used == {"can_administer"} - used


def test_require() -> None:
    access.require(True)
    with pytest.raises(Forbidden) as forbidden:
        access.require(False)
    with pytest.raises(NotFound) as hidden:
        access.require(False, visible=False)
    assert (forbidden.value.code, hidden.value.code) == ("access.forbidden", "access.not_found")


def test_the_sql_twins_answer_as_the_rules_do(database: Database, world: World) -> None:
    partnership = world.id("partnership")
    with database.write() as session:
        for n, clock in ((1, "10"), (2, "11"), (3, "12")):
            raw = {
                "kind": "visit",
                "title": f"去学校{n}",
                "date": "2018-12-06",
                "starts": f"{clock}:00",
                "ends": f"{clock}:30",
                "host": {"organisation_id": world.id(f"school {n}")},
            }
            book(session, read_plan(raw, zone="Asia/Shanghai"), partnership_id=partnership, act=world.act)
    viewers = [
        Viewer(1, (Scope(Role.ADMINISTRATOR),)),
        Viewer(2, (Scope(Role.COORDINATOR, partnership),)),
        Viewer(3, (Scope(Role.COORDINATOR, partnership, region_id=world.id("fengtai")),)),
        *(
            Viewer(3 + n, (Scope(Role.MANAGER, partnership, organisation_id=world.id(f"school {n}")),))
            for n in (1, 2)
        ),
        Viewer(7, (Scope(Role.VIEWER, partnership),)),
        Viewer(8, (Scope(Role.COORDINATOR, partnership + 1),)),
        Viewer(9, ()),
    ]
    with database.read() as session:
        everything = session.scalars(select(Booking).order_by(Booking.id)).all()
        for viewer in viewers:
            seen = session.scalars(
                select(Booking).where(access.visible_bookings(viewer)).order_by(Booking.id)
            ).all()
            assert seen == [b for b in everything if access.can_see_booking(viewer, b)], viewer
            places = session.scalars(
                select(Partnership.id).where(access.within(viewer, Partnership.id))
            ).all()
            assert (places == [partnership]) == access.can_see_partnership(viewer, partnership), viewer
