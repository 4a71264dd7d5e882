"""Signing in and out, guessing, and what ends a sign-in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from argon2 import extract_parameters
from sqlalchemy import select

from scheduler.db import Database
from scheduler.domain import passwords
from scheduler.domain.access import viewer_of
from scheduler.domain.accounts import (
    grant_role,
    set_language,
    set_password,
    set_retired,
    sign_out_everywhere,
    withdraw_role,
)
from scheduler.domain.api_tokens import create_api_token, user_of_api_token
from scheduler.domain.sign_ins import (
    ATTEMPT_WINDOW,
    SIGN_IN_LASTS,
    authenticate,
    note_failed_sign_in,
    open_sign_in,
    sign_out,
    user_of_sign_in,
)
from scheduler.domain.tokens import hash_token
from scheduler.errors import Forbidden, Refused
from scheduler.models.audit import AuditEntry
from scheduler.models.users import SignIn, SignInAttempt
from tests.domain.signing_in import EMAIL, HOME, enter, user_named
from tests.world import PASSWORD, World


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
    hasher = Counting(passwords._hasher)
    monkeypatch.setattr(passwords, "_hasher", hasher)
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
            note_failed_sign_in(session, email=" Coordinator@example.org", address=HOME, at=at)
    with pytest.raises(Refused) as caught, database.write() as session:
        enter(session, world)
    assert (caught.value.code, caught.value.facts) == ("sign_in.too_often", {"minutes": 15})
    with database.write() as session:
        enter(session, world, email="administrator@example.org")  # another account, another network
    with database.write() as session:
        enter(session, world, at=at + ATTEMPT_WINDOW)


def test_a_stranger_who_knows_the_address_does_not_keep_its_owner_out(
    database: Database, world: World
) -> None:
    def fail(times: int, address: str) -> None:
        with database.write() as session:
            for _ in range(times):
                note_failed_sign_in(
                    session, email="coordinator@example.org", address=address, at=world.act.at
                )

    fail(10, "198.51.100.1")
    with database.write() as session:
        enter(session, world)
    fail(40, "198.51.100.2")
    with database.write() as session, pytest.raises(Refused):
        enter(session, world)


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
        assert session.scalars(select(SignInAttempt.email_hash)).all() == [hash_token("b")]


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


def test_a_password_changed_between_check_and_entry_opens_nothing(database: Database, world: World) -> None:
    with database.read() as session:
        checked = authenticate(session, email=EMAIL, password=PASSWORD, address=HOME, at=world.act.at)
    with database.write() as session:
        set_password(session, user_named(session, world), "another long secret", act=world.act)
    with database.write() as session, pytest.raises(Forbidden):
        open_sign_in(session, checked, act=world.act)


def test_leaving_every_device_and_a_new_language_are_noted(database: Database, world: World) -> None:
    with database.write() as session:
        user = user_named(session, world)
        token = enter(session, world)
        set_language(session, user, "en", act=world.act)
        set_language(session, user, "en", act=world.act)
        sign_out_everywhere(session, user, act=world.act)
        assert user_of_sign_in(session, token, at=world.act.at) is None
        noted = session.execute(
            select(AuditEntry.verb, AuditEntry.changes)
            .where(AuditEntry.subject == "user_account", AuditEntry.subject_id == user.id)
            .order_by(AuditEntry.id.desc())
            .limit(2)
        ).all()
    assert [tuple(row) for row in noted] == [
        ("sign_out_everywhere", {}),
        ("change", {"language": ["zh", "en"]}),
    ]
