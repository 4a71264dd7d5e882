"""The log: appended in the transaction of the change, never altered, without personal values."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from scheduler.db import Database
from scheduler.domain import audit
from scheduler.domain.accounts import add_user, change_user, set_password
from scheduler.domain.api_tokens import create_api_token
from scheduler.domain.bookings import book, cancel_booking, change_booking
from scheduler.domain.directory import change_entry, create_entry, get_entry
from scheduler.domain.plans import read_plan
from scheduler.domain.shelves import SHELVES
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import CancelReason
from tests.world import PASSWORD, ROOT, World


def dump(database: Database) -> str:
    """The whole log as the database holds it."""
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM audit_entry ORDER BY id")).all()
    return json.dumps([list(row) for row in rows], default=str, ensure_ascii=False)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET verb = 'nothing'",
        "UPDATE audit_entry SET user_id = NULL WHERE id = 1",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE id = 1",
    ],
)
def test_the_database_refuses_to_alter_the_log(database: Database, world: World, statement: str) -> None:
    before = dump(database)
    with pytest.raises(DBAPIError, match="audit_is_append_only"), database.write() as session:
        session.execute(text(statement))
    assert dump(database) == before


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_sqlite_does_not_replace_an_entry(database: Database, world: World) -> None:
    before = dump(database)
    statement = (
        "INSERT OR REPLACE INTO audit_entry (id, at, via, verb, subject, subject_id, changes, reason)"
        " VALUES (1, 0, 'cli', 'nothing', 'x', 1, '{}', '')"
    )
    with pytest.raises(DBAPIError, match="audit_is_append_only"), database.write() as session:
        session.execute(text(statement))
    assert dump(database) == before


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_postgresql_does_not_empty_the_log(database: Database, world: World) -> None:
    before = dump(database)
    with pytest.raises(DBAPIError, match="audit_is_append_only"), database.write() as session:
        session.execute(text("TRUNCATE audit_entry"))
    assert dump(database) == before


def test_an_entry_goes_with_its_transaction(database: Database, world: World) -> None:
    before = dump(database)
    with pytest.raises(RuntimeError), database.write() as session:
        raw = {"name": "第二展厅", "organisation_id": world.id("museum")}
        create_entry(session, SHELVES["rooms"], raw, viewer=ROOT, act=world.act)
        verbs = session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id.desc())).first()
        assert verbs == "create"
        raise RuntimeError("undone")
    assert dump(database) == before


SECRETS = (
    "+86 139-1234-5678",
    "139-1234",
    "secret.mail@example.net",
    "Pass9753",
    "another long secret 53",
    PASSWORD,
)


def test_personal_values_and_secrets_are_never_written_down(database: Database, world: World) -> None:
    act = world.act
    with database.write() as session:
        person = get_entry(session, SHELVES["persons"], world.id("lead"))
        raw = {"name": person.name, "phone": SECRETS[0], "email": SECRETS[2]}
        change_entry(session, SHELVES["persons"], person, raw, version=person.version, act=act)
        change_entry(
            session, SHELVES["persons"], person, {"name": person.name}, version=person.version, act=act
        )
        plan = read_plan(world.plan(passcode=SECRETS[3]), zone="Asia/Shanghai")
        booking = book(session, plan, partnership_id=world.id("partnership"), act=act)
        plan = read_plan(world.plan(passcode="other"), zone="Asia/Shanghai")
        change_booking(session, booking, plan, version=booking.version, act=act)
        user = add_user(session, {"email": SECRETS[2], "name": "示例"}, password=SECRETS[4], act=act)
        change_user(session, user, {"email": "x@example.org", "name": "示例"}, version=user.version, act=act)
        set_password(session, user, PASSWORD, act=act)
        hashes = [user.password_hash]
        token, secret = create_api_token(session, user, name="脚本", act=act)
        hashes += [token.token_hash, secret]
    log = dump(database)
    assert [value for value in (*SECRETS, *hashes) if value in log] == []
    assert '"phone": [null, null]' in log.replace("\\", "")
    assert '"passcode": [null, null]' in log.replace("\\", "")


def test_what_an_entry_says(database: Database, world: World) -> None:
    with database.write() as session:
        plan = read_plan(world.plan(), zone="Asia/Shanghai")
        booking = book(session, plan, partnership_id=world.id("partnership"), act=world.act)
        cancel = {"reason": CancelReason.WEATHER, "words": "大雪", "version": booking.version}
        cancel_booking(session, booking, **cancel, act=world.act)
    with database.read() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.verb, entry.subject, entry.subject_id, entry.via, entry.user_id, entry.at) == (
            "cancel",
            "booking",
            booking.id,
            "cli",
            None,
            world.act.at,
        )
        assert entry.partnership_id == world.id("partnership")
        assert entry.changes == {"state": ["confirmed", "cancelled"]}
        assert entry.reason == "weather: 大雪"


def test_changes_are_the_fields_that_differ() -> None:
    before = {"same": 1, "title": "旧", "gone": [1], "phone": "1"}
    after = {"same": 1, "title": "新", "new": date(2018, 12, 6), "phone": "2", "email": ""}
    assert audit.changes_between(before, after) == {
        "title": ["旧", "新"],
        "gone": [[1], None],
        "phone": [None, None],
        "new": [None, "2018-12-06"],
        "email": [None, None],
    }
    assert audit.changes_between(after, after) == {}
    assert audit.plain(datetime(2018, 12, 6, tzinfo=UTC)) == "2018-12-06T00:00:00+00:00"
