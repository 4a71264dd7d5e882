"""The connection: what is promised of transactions and of SQLite, and migrations that equal the models."""

from __future__ import annotations

import os
import re
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, event, select, text
from sqlalchemy.exc import IntegrityError

from scheduler.config import load_settings
from scheduler.db import Database
from scheduler.domain.bell_schedules import create_schedule
from scheduler.domain.bookings import book
from scheduler.domain.directory import create_entry
from scheduler.domain.holds import count_overlaps
from scheduler.domain.plans import read_plan
from scheduler.domain.shelves import SHELVES
from scheduler.models import Base
from scheduler.models.bookings import Booking, Timing
from scheduler.models.places import Partnership
from scheduler.models.school_time import BellSchedule
from tests.conftest import _administer, _url_of
from tests.domain.test_bell_schedules import WINTER
from tests.world import ROOT, World

Schema = dict[str, Any]


@pytest.fixture
def empty(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with nothing in it, on each engine in turn."""
    if engine_name == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
        yield database
        database.close()
        return
    server = request.getfixturevalue("postgres_url")
    name = f"tongtang_empty_{abs(hash(request.node.nodeid)) % 10**9}"
    _administer(server, f"CREATE DATABASE {name}")
    database = Database(_url_of(server, name))
    yield database
    database.close()
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def describe(database: Database) -> Schema:
    """Everything the schema is made of, alembic's own table left out."""
    with database.engine.connect() as connection:
        return _describe_sqlite(connection) if database.is_sqlite else _describe_postgresql(connection)


def _describe_sqlite(connection: Connection) -> Schema:
    rows = connection.execute(text("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    return {
        f"{kind} {name}": _clauses(sql) if kind == "table" else _plain(sql)
        for kind, name, sql in rows
        if name != "alembic_version"
    }


def _plain(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()


def _clauses(sql: str) -> list[str]:
    """Columns and constraints of a CREATE TABLE, sorted: their order means nothing; and what follows them."""
    head, body, tail = re.fullmatch(r"([^(]*)\((.*)\)([^)]*)", sql, re.DOTALL).groups()
    depth, clauses = 0, [""]
    for character in body:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            clauses.append("")
        else:
            clauses[-1] += character
    return [_plain(head).replace('"', ""), *sorted(map(_plain, clauses)), _plain(tail)]


POSTGRESQL = {
    "column": """
        SELECT table_name || '.' || column_name,
               concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default, is_identity)
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraint": """
        SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": """
        SELECT tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
        FROM pg_trigger WHERE NOT tgisinternal""",
    "function": """
        SELECT proname, prosrc FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
    "extension": "SELECT extname, extversion FROM pg_extension",
}


def _describe_postgresql(connection: Connection) -> Schema:
    return {
        f"{kind} {name}": definition
        for kind, query in POSTGRESQL.items()
        for name, definition in connection.execute(text(query))
        if "alembic_version" not in name
    }


def differences(database: Database) -> list[Any]:
    """What Alembic would still write into a migration."""
    with database.engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)


def test_migrations_leave_nothing_for_alembic_to_write(empty: Database) -> None:
    empty.upgrade()
    assert differences(empty) == []
    assert empty.revision() == empty.head() == "0002"


def test_a_migrated_schema_is_the_one_that_the_models_make(empty: Database) -> None:
    Base.metadata.create_all(empty.engine)
    made = describe(empty)
    Base.metadata.drop_all(empty.engine)
    if not empty.is_sqlite:
        with empty.engine.begin() as connection:
            connection.execute(text("DROP FUNCTION audit_is_append_only()"))
    assert [name for name in describe(empty) if not name.startswith("extension")] == []
    empty.upgrade()
    assert describe(empty) == made
    guards = {
        True: {"trigger hold_guard_insert", "trigger term_guard_update", "trigger audit_entry_no_delete"},
        False: {"constraint hold.hold_overlap", "constraint term.term_overlap"},
    }
    assert guards[empty.is_sqlite] <= set(made)


def test_migrations_go_up_and_down_and_up_again(empty: Database) -> None:
    empty.upgrade()
    first = describe(empty)
    empty.downgrade("base")
    assert [name for name in describe(empty) if not name.startswith("extension")] == []
    assert empty.revision() is None
    empty.upgrade()
    assert describe(empty) == first


def names(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Partnership.name).order_by(Partnership.id)))


def test_leaving_write_commits(database: Database) -> None:
    with database.write() as session:
        session.add(Partnership(name="新的协作", name_en=""))
    assert names(database) == ["丰台—林西", "新的协作"]


@pytest.mark.parametrize("fault", [RuntimeError("anything"), KeyboardInterrupt()])
def test_an_exception_leaves_nothing_written(database: Database, fault: BaseException) -> None:
    with pytest.raises(type(fault)), database.write() as session:
        session.add(Partnership(name="新的协作", name_en=""))
        session.flush()
        raise fault
    assert names(database) == ["丰台—林西"]


def test_what_a_reader_changes_is_never_kept(database: Database) -> None:
    with database.read() as session:
        session.add(Partnership(name="新的协作", name_en=""))
        session.flush()
        assert session.scalar(select(Partnership.name).where(Partnership.name == "新的协作")) == "新的协作"
    assert names(database) == ["丰台—林西"]


def test_the_writer_can_be_taken_again_after_a_fault(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text("INSERT INTO lane (resource_id, number) VALUES (1, -1)"))
    with database.write() as session:
        session.add(Partnership(name="新的协作", name_en=""))
    assert names(database) == ["丰台—林西", "新的协作"]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("recursive_triggers", 1)],
)
def test_every_sqlite_connection_keeps_the_promises(database: Database, pragma: str, value: object) -> None:
    with database.engine.connect() as one, database.engine.connect() as other:
        assert [c.exec_driver_sql(f"PRAGMA {pragma}").scalar() for c in (one, other)] == [value, value]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_sqlite_reader_sees_one_moment(database: Database) -> None:
    with database.read() as reader:
        before = reader.scalars(select(Partnership.name)).all()
        with database.write() as session:
            session.add(Partnership(name="新的协作", name_en=""))
        assert reader.scalars(select(Partnership.name)).all() == before


def most_writers_at_once(database: Database) -> int:
    """The most threads that had a connection at a time: from before BEGIN until after COMMIT's checkpoint."""
    inside, most, mutex = 0, 0, threading.Lock()

    def step(by: int) -> None:
        nonlocal inside, most
        with mutex:
            inside += by
            most = max(most, inside)

    event.listen(database.engine.pool, "checkout", lambda *_args: step(1))
    event.listen(database.engine.pool, "checkin", lambda *_args: step(-1))
    barrier = threading.Barrier(8)

    def write(number: int) -> None:
        barrier.wait()
        with database.write() as session:
            session.add(Partnership(name=f"协作{number}", name_en=""))
            time.sleep(0.01)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return most


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_sqlite_writers_come_one_at_a_time(database: Database) -> None:
    assert most_writers_at_once(database) == 1
    assert len(names(database)) == 9


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_without_the_lock_sqlite_writers_would_meet(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_alone", nullcontext)
    assert most_writers_at_once(database) > 1


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_another_process_waits_for_the_writer(database: Database) -> None:
    other = Database(str(database.url))
    order: list[str] = []

    def write() -> None:
        with other.write():
            order.append("other")

    with database.write():
        thread = threading.Thread(target=write)
        thread.start()
        time.sleep(0.1)
        order.append("first")
    thread.join()
    other.close()
    assert order == ["first", "other"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_the_files_of_an_instance_are_its_owners_alone(tmp_path: Path) -> None:
    settings = load_settings(instance=tmp_path / "instance", environ={})
    database = Database(settings.database_url)
    database.upgrade()
    with database.read() as session:
        session.execute(text("SELECT 1 FROM booking"))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in settings.instance.iterdir()}
    database.close()
    assert stat.S_IMODE(settings.instance.stat().st_mode) == 0o700
    assert {name: mode for name, mode in modes.items() if not name.endswith(".lock")} == {
        "secret.key": 0o600,
        "tongtang.sqlite": 0o600,
        "tongtang.sqlite-wal": 0o600,
        "tongtang.sqlite-shm": 0o600,
    }


HISTORY = {
    "booking": "SELECT public_id, title, starts_at, ends_at, version FROM booking ORDER BY id",
    "participation": "SELECT id, booking_id, resource_id, role FROM participation"
    " WHERE role <> 'kit' ORDER BY id",
    "hold": "SELECT resource_id, lane, starts_at, ends_at FROM hold h JOIN resource r ON r.id = h.resource_id"
    " WHERE r.kind <> 'kit' ORDER BY resource_id, starts_at",
    "resource": "SELECT id, kind, name FROM resource WHERE kind <> 'kit' ORDER BY id",
}


def test_what_the_older_version_knows_survives_the_way_down_and_up(database: Database, world: World) -> None:
    with database.write() as session:
        kit = {"organisation_id": world.id("museum"), "name": "材料箱"}
        kit_id = create_entry(session, SHELVES["kits"], kit, viewer=ROOT, act=world.act).id
        plan = read_plan(world.plan(kits=[{"kit_id": kit_id}]), zone="Asia/Shanghai")
        book(session, plan, partnership_id=world.id("partnership"), act=world.act)
        bells = {**WINTER, "organisation_id": world.id("school 1")}
        create_schedule(session, bells, viewer=ROOT, act=world.act)
        hours = {"organisation_id": world.id("museum"), "name": "平时", "opens": "9:00", "closes": "17:00"}
        create_entry(session, SHELVES["openings"], hours, viewer=ROOT, act=world.act)
    before = rows_of(database)
    assert all(before.values())
    database.downgrade("0001")
    assert rows_of(database) == before
    database.upgrade()
    assert rows_of(database) == before
    with database.read() as session:
        assert session.scalars(select(Booking)).one().timing is Timing.ANY
        assert session.scalars(select(BellSchedule)).all() == []
    with database.write() as session:
        assert count_overlaps(session) == 0
        create_schedule(session, bells, viewer=ROOT, act=world.act)


def rows_of(database: Database) -> dict[str, list[Any]]:
    """What stands in the tables that both versions know."""
    with database.engine.connect() as connection:
        return {name: list(connection.execute(text(query))) for name, query in HISTORY.items()}
