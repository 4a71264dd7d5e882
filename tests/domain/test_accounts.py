"""Accounts, their passwords and their roles."""

from __future__ import annotations

import pytest

from scheduler.db import Database
from scheduler.domain.accounts import (
    add_user,
    change_user,
    grant_role,
    set_password,
    set_retired,
    withdraw_role,
)
from scheduler.domain.act import Act
from scheduler.domain.directory import get_entry, retire_entry
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Invalid, NotFound, Refused, StaleEdit
from scheduler.models.users import Role
from tests.domain.signing_in import user_named
from tests.world import PASSWORD, World


def test_nobody_locks_themselves_out(database: Database, world: World) -> None:
    with database.write() as session:
        user = user_named(session, world, "administrator")
        mine = Act(user_id=user.id, at=world.act.at, via="web")
        for verb in (
            lambda: set_retired(session, user, retired=True, act=mine),
            lambda: withdraw_role(session, user, user.grants[0].id, act=mine),
        ):
            with pytest.raises(Refused) as caught:
                verb()
            assert caught.value.code == "user.not_oneself"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password.weak"),
        ("123456789", "password.weak"),
        ("aaaaaaaaaaaa", "password.weak"),
        ("abcabcabcabc", "password.weak"),
        ("x1y2" * 51, "field.too_long"),
    ],
)
def test_weak_passwords(database: Database, world: World, password: str, code: str) -> None:
    with database.write() as session:
        user = user_named(session, world)
        before = user.password_hash
        with pytest.raises(Invalid) as caught:
            set_password(session, user, password, act=world.act)
        assert [(p.field, p.code) for p in caught.value.problems] == [("password", code)]
        assert user.password_hash == before


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"email": "EDITOR@example.org", "name": ""}, [("name", "field.required")]),
        ({"email": " Coordinator@Example.org"}, [("email", "email.taken")]),
        ({"email": "x"}, [("email", "field.email")]),
        ({"person_id": 10**9}, [("person_id", "reference.unknown")]),
        ({"zone": "Mars/Olympus"}, [("zone", "field.zone")]),
        ({"password_hash": "x"}, [("password_hash", "field.unknown")]),
        ({"name": "13800138000"}, [("name", "field.phone_number")]),
    ],
)
def test_bad_accounts(database: Database, world: World, changes: dict, expected: list) -> None:
    raw = {"email": "new@example.org", "name": "新人（示例）", **changes}
    with pytest.raises(Invalid) as caught, database.write() as session:
        add_user(session, raw, password=PASSWORD, act=world.act)
    assert [(p.field, p.code) for p in caught.value.problems] == expected


def test_changing_an_account(database: Database, world: World) -> None:
    raw = {"email": "New@example.org", "name": "改名（示例）", "zone": "", "person_id": world.id("lead")}
    with database.write() as session:
        user = user_named(session, world)
        version = user.version
        change_user(session, user, raw, version=version, act=world.act)
        assert (user.email, user.zone, user.person_id) == (
            "new@example.org",
            "Asia/Shanghai",
            world.id("lead"),
        )
        with pytest.raises(StaleEdit):
            change_user(session, user, raw, version=version, act=world.act)
        with pytest.raises(Invalid) as caught:
            taken = {**raw, "email": "viewer@example.org"}
            change_user(session, user, taken, version=user.version, act=world.act)
        assert [(p.field, p.code) for p in caught.value.problems] == [("email", "email.taken")]


@pytest.mark.parametrize(
    ("raw", "scope"),
    [
        ({"role": "administrator", "partnership_id": "partnership"}, (None, None, None)),
        ({"role": "coordinator", "partnership_id": "partnership"}, ("partnership", None, None)),
        ({"role": "coordinator", "region_id": "fengtai"}, ("partnership", "fengtai", None)),
        ({"role": "manager", "organisation_id": "museum"}, ("partnership", None, "museum")),
        (
            {"role": "viewer", "partnership_id": "partnership", "organisation_id": "museum"},
            ("partnership", None, None),
        ),
    ],
)
def test_a_role_has_the_scope_that_fits_it(database: Database, world: World, raw: dict, scope: tuple) -> None:
    raw = {key: value if key == "role" else world.id(value) for key, value in raw.items()}
    with database.write() as session:
        new = {"email": "new@example.org", "name": "新人（示例）"}
        user = add_user(session, new, password=PASSWORD, act=world.act)
        grant = grant_role(session, user, raw, act=world.act)
        expected = tuple(world.id(name) if name else None for name in scope)
        assert (grant.partnership_id, grant.region_id, grant.organisation_id) == expected
        with pytest.raises(Invalid) as caught:
            grant_role(session, user, raw, act=world.act)
        assert [(p.field, p.code) for p in caught.value.problems] == [("role", "grant.taken")]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({}, [("role", "field.required")]),
        ({"role": "emperor"}, [("role", "field.not_an_option")]),
        ({"role": "coordinator"}, [("partnership_id", "field.required")]),
        ({"role": "viewer"}, [("partnership_id", "field.required")]),
        ({"role": "manager"}, [("organisation_id", "field.required")]),
        ({"role": "manager", "organisation_id": 10**9}, [("organisation_id", "reference.unknown")]),
        ({"role": "coordinator", "region_id": 10**9}, [("region_id", "reference.unknown")]),
    ],
)
def test_bad_roles(database: Database, world: World, raw: dict, expected: list) -> None:
    with pytest.raises(Invalid) as caught, database.write() as session:
        grant_role(session, user_named(session, world), raw, act=world.act)
    assert [(p.field, p.code) for p in caught.value.problems] == expected


def test_no_role_at_what_is_retired(database: Database, world: World) -> None:
    with database.write() as session:
        museum = get_entry(session, SHELVES["organisations"], world.id("museum"))
        retire_entry(session, SHELVES["organisations"], museum, version=museum.version, act=world.act)
        grant = {"role": "manager", "organisation_id": museum.id}
        with pytest.raises(Invalid) as caught:
            grant_role(session, user_named(session, world), grant, act=world.act)
        assert [(p.field, p.code) for p in caught.value.problems] == [
            ("organisation_id", "reference.retired")
        ]


def test_a_role_of_somebody_else_is_not_withdrawn(database: Database, world: World) -> None:
    with database.write() as session:
        user, other = user_named(session, world), user_named(session, world, "viewer")
        with pytest.raises(NotFound):
            withdraw_role(session, user, other.grants[0].id, act=world.act)
        assert len(other.grants) == 1


def test_roles_of_the_small_world(database: Database, world: World) -> None:
    with database.read() as session:
        roles = {
            name: user_named(session, world, name).grants[0].role
            for name in ("manager", "region coordinator")
        }
    assert roles == {"manager": Role.MANAGER, "region coordinator": Role.COORDINATOR}
