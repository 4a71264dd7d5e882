"""The connection: engines, the one commit edge, and migrations.

SQLite is one process with one writer. Versions 3.7.0–3.51.2 can corrupt a WAL database when two
connections write or checkpoint at once, so every write transaction, and with it the checkpoint
that its commit may start, runs under one lock that other processes respect as well.
PostgreSQL serves any number of processes and needs no lock of ours.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """One database: ``write()`` and ``read()`` are the only ways to a session."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine = _sqlite_engine(url) if self.is_sqlite else create_engine(url, pool_pre_ping=True)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._threads = Lock()
        self._processes = FileLock(f"{self.url.database}.lock") if self._is_file else nullcontext()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the single-process engine."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def _is_file(self) -> bool:
        return self.is_sqlite and bool(self.url.database)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """On SQLite: no other thread, and no other process, writes meanwhile."""
        if not self.is_sqlite:
            yield
            return
        # Threads queue on the first lock, so that only one of them ever polls for the second.
        with self._threads, self._processes:
            yield

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits on leaving the block, and rolls back on any exception."""
        with self._alone(), self._sessions() as session, session.begin():
            if self.is_sqlite:
                # Take the write lock before the first read: what is read is still true when written.
                session.connection(execution_options={"sqlite_begin": "BEGIN IMMEDIATE"})
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session whose changes are never kept."""
        with self._sessions() as session:
            yield session

    def revision(self) -> str | None:
        """The schema's revision, None for an empty database."""
        with self.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def upgrade(self, revision: str = "head") -> None:
        """Bring the schema to ``revision``."""
        with self._alone():
            command.upgrade(self._alembic(), revision)

    def downgrade(self, revision: str) -> None:
        """Take the schema back to ``revision`` ("base": empty)."""
        with self._alone():
            command.downgrade(self._alembic(), revision)

    def head(self) -> str | None:
        """The newest revision that this code knows."""
        return ScriptDirectory.from_config(self._alembic()).get_current_head()

    def _alembic(self) -> Config:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["engine"] = self.engine
        return config

    def close(self) -> None:
        """Close every connection (on SQLite the last one to close writes the checkpoint)."""
        with self._alone():
            self.engine.dispose()


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": 30})
    event.listen(engine, "do_connect", _make_private)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private(_dialect: Any, _record: Any, arguments: Any, _named: Any) -> None:
    """A new file is its owner's alone; SQLite gives the files beside it the same mode."""
    if arguments[0] != ":memory:":
        with suppress(OSError):  # it is there, or SQLite says better why it cannot be
            os.close(os.open(arguments[0], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite does, so that reads are in one too.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Any) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
