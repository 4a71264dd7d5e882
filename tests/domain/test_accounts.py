"""Accounts: passwords, sign-ins, tokens and roles."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from argon2 import extract_parameters
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain import accounts
from scheduler.domain.access import viewer_of
from scheduler.domain.accounts import (
    ATTEMPT_WINDOW,
    SIGN_IN_LASTS,
    add_user,
    change_user,
    create_api_token,
    grant_role,
    note_failed_sign_in,
    revoke_api_token,
    set_password,
    set_retired,
    sign_in,
    sign_out,
    user_of_api_token,
    user_of_sign_in,
    withdraw_role,
)
from scheduler.domain.act import Act
from scheduler.domain.directory import get_entry, retire_entry
from scheduler.domain.shelves import SHELVES
from scheduler.domain.tokens import hash_token
from scheduler.errors import Forbidden, Invalid, NotFound, Refused, StaleEdit
from scheduler.models.audit import AuditEntry
from scheduler.models.users import ApiToken, Role, SignIn, User
from tests.world import PASSWORD, World

HOME = "192.0.2.7"
EMAIL = "coordinator@example.org"


def enter(session: Session, world: World, *, email: str = EMAIL, password: str = PASSWORD, **act: Any) -> str:
    return sign_in(
        session, email=email, password=password, address=HOME, act=Act(**{**vars(world.act), **act})
    )


def user_named(session: Session, world: World, name: str = "coordinator") -> User:
    return session.get_one(User, world.id(name))


# --- signing in ------------------------------------------------------------------------------------


def test_signing_in_and_out(database: Database, world: World) -> None:
    with database.write() as session:
        token = enter(session, world, email="  Coordinator@Example.ORG ")
        other = enter(session, world)
    with database.write() as session:
        assert user_of_sign_in(session, token, at=world.act.at).id == world.id("coordinator")
        assert session.scalars(select(SignIn.token_hash).order_by(SignIn.id)).all() == [
            hash_token(token),
            hash_token(other),
        ]
        sign_out(session, token)
        assert user_of_sign_in(session, token, at=world.act.at) is None
        assert user_of_sign_in(session, other, at=world.act.at).id == world.id("coordinator")


@pytest.mark.parametrize("token", ["", "nothing", "\x00", "\ud800", "x" * 10_000])
def test_a_token_that_was_never_given(database: Database, world: World, token: str) -> None:
    with database.read() as session:
        assert user_of_sign_in(session, token, at=world.act.at) is None
        assert user_of_api_token(session, token) is None


def test_a_sign_in_ends_after_thirty_days(database: Database, world: World) -> None:
    with database.write() as session:
        token = enter(session, world)
        last = world.act.at + SIGN_IN_LASTS
        assert user_of_sign_in(session, token, at=last - timedelta(seconds=1)) is not None
        assert user_of_sign_in(session, token, at=last) is None


class Counting:
    """The real hasher, with its work counted."""

    def __init__(self, hasher: Any) -> None:
        self.hasher, self.parameters = hasher, []

    def verify(self, password_hash: str, password: bytes) -> bool:
        self.parameters.append(extract_parameters(password_hash))
        return bool(self.hasher.verify(password_hash, password))

    def hash(self, password: bytes) -> str:
        return str(self.hasher.hash(password))


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "wrong password"),
        (EMAIL, ""),
        (EMAIL, PASSWORD + " "),
        (EMAIL, "\ud800"),
        (EMAIL, "x" * 1_000_000),
        ("nobody@example.org", PASSWORD),
        ("viewer@example.org", PASSWORD),  # retired below
        ("", ""),
        ("a\x00b@example.org", PASSWORD),
        ("\ud800@example.org", PASSWORD),
    ],
)
def test_every_wrong_sign_in_is_told_the_same_after_the_same_work(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch, email: str, password: str
) -> None:
    with database.write() as session:
        set_retired(session, user_named(session, world, "viewer"), retired=True, act=world.act)
        real = extract_parameters(user_named(session, world).password_hash)
    hasher = Counting(accounts._hasher)
    monkeypatch.setattr(accounts, "_hasher", hasher)
    with pytest.raises(Forbidden) as caught, database.write() as session:
        enter(session, world, email=email, password=password)
    assert (caught.value.code, caught.value.facts) == ("sign_in.wrong", {})
    assert hasher.parameters == [real]
    with database.read() as session:
        assert session.scalars(select(SignIn)).all() == []


def test_guessing_is_slowed_for_an_account_and_then_forgotten(database: Database, world: World) -> None:
    at = world.act.at
    with database.write() as session:
        for _ in range(10):
            note_failed_sign_in(session, email=" Coordinator@example.org", address="198.51.100.1", at=at)
    with pytest.raises(Refused) as caught, database.write() as session:
        enter(session, world)
    assert (caught.value.code, caught.value.facts) == ("sign_in.too_often", {"minutes": 15})
    with database.write() as session:
        enter(session, world, email="administrator@example.org")  # another account, another network
    with database.write() as session:
        enter(session, world, at=at + ATTEMPT_WINDOW)


def test_guessing_is_slowed_for_a_network(database: Database, world: World) -> None:
    with database.write() as session:
        for n in range(50):
            note_failed_sign_in(session, email=f"guess{n}@example.org", address=HOME, at=world.act.at)
    with pytest.raises(Refused), database.write() as session:
        enter(session, world)


def test_old_failures_are_swept(database: Database, world: World) -> None:
    with database.write() as session:
        note_failed_sign_in(session, email="a\ud800", address=HOME, at=world.act.at)
        later = world.act.at + ATTEMPT_WINDOW + timedelta(seconds=1)
        note_failed_sign_in(session, email="b", address=HOME, at=later)
        assert session.scalars(select(accounts.SignInAttempt.email_hash)).all() == [hash_token("b")]


# --- what ends a sign-in ---------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["password", "retire", "grant", "withdraw"])
def test_a_change_of_password_or_role_ends_every_sign_in(
    database: Database, world: World, change: str
) -> None:
    with database.write() as session:
        tokens = [enter(session, world), enter(session, world)]
        kept = enter(session, world, email="manager@example.org")
    with database.write() as session:
        user = user_named(session, world)
        if change == "password":
            set_password(session, user, "another long secret", act=world.act)
        elif change == "retire":
            set_retired(session, user, retired=True, act=world.act)
        elif change == "grant":
            grant = {"role": "manager", "organisation_id": world.id("school 1")}
            grant_role(session, user, grant, act=world.act)
        else:
            withdraw_role(session, user, user.grants[0].id, act=world.act)
    with database.read() as session:
        assert [user_of_sign_in(session, token, at=world.act.at) for token in tokens] == [None, None]
        assert user_of_sign_in(session, kept, at=world.act.at) is not None


def test_a_retired_account_may_nothing_and_comes_back_without_its_sign_ins(
    database: Database, world: World
) -> None:
    with database.write() as session:
        user = user_named(session, world)
        token = enter(session, world)
        _row, secret = create_api_token(session, user, name="脚本", act=world.act)
        set_retired(session, user, retired=True, act=world.act)
        assert user_of_api_token(session, secret) is None
        assert viewer_of(user).scopes == ()
        set_retired(session, user, retired=False, act=world.act)
        assert user_of_sign_in(session, token, at=world.act.at) is None
        assert user_of_api_token(session, secret) is user
        enter(session, world)


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


# --- passwords and accounts ------------------------------------------------------------------------


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
    "password", ["同堂同堂好好学习天天向上", "x1y2" * 50, "\ud800 lone \udfff surrogates", "nul\x00inside it"]
)
def test_any_text_can_be_a_password(database: Database, world: World, password: str) -> None:
    with database.write() as session:
        set_password(session, user_named(session, world), password, act=world.act)
        enter(session, world, password=password)
        with pytest.raises(Forbidden):
            enter(session, world, password=password[:-1])
        assert password not in user_named(session, world).password_hash


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


# --- roles -----------------------------------------------------------------------------------------


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


# --- API tokens ------------------------------------------------------------------------------------


def test_a_token_is_shown_once_and_ends_at_once(database: Database, world: World) -> None:
    with database.write() as session:
        user, other = user_named(session, world), user_named(session, world, "viewer")
        token, secret = create_api_token(session, user, name="脚本", act=world.act)
        assert user_of_api_token(session, secret) is user
        assert session.scalars(select(ApiToken.token_hash)).all() == [hash_token(secret)]
        for token_id, owner in ((token.id, other), (10**9, user), (10**40, user), (0, user)):
            with pytest.raises(NotFound):
                revoke_api_token(session, owner, token_id, act=world.act)
        assert user_of_api_token(session, secret) is user
        revoke_api_token(session, user, token.id, act=world.act)
        revoke_api_token(session, user, token.id, act=world.act)
        assert user_of_api_token(session, secret) is None
        verbs = session.scalars(select(AuditEntry.verb).where(AuditEntry.subject_id == user.id)).all()
        assert [verb for verb in verbs if "token" in verb] == ["create_token", "revoke_token"]


@pytest.mark.parametrize("name", ["", "x" * 61, "a\x00"])
def test_a_token_has_a_name(database: Database, world: World, name: str) -> None:
    with database.write() as session, pytest.raises(Invalid):
        create_api_token(session, user_named(session, world), name=name, act=world.act)


def test_roles_of_the_small_world(database: Database, world: World) -> None:
    with database.read() as session:
        roles = {
            name: user_named(session, world, name).grants[0].role
            for name in ("manager", "region coordinator")
        }
    assert roles == {"manager": Role.MANAGER, "region coordinator": Role.COORDINATOR}
