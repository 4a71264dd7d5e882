"""Runs migrations on the engine that ``scheduler.db`` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from scheduler.models import Base
from scheduler.models.base import Instant


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as the plain ones below them, so that old migrations need no code of today."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Instant) else False


def without_foreign_keys(connection: Connection, *, off: bool) -> None:
    """Let SQLite rebuild tables that others refer to: outside a transaction, where alone the pragma works."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.dbapi_connection
        driver.execute(f"PRAGMA foreign_keys={'OFF' if off else 'ON'}")


with context.config.attributes["engine"].connect() as connection:
    without_foreign_keys(connection, off=True)
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite cannot alter a constraint; Alembic rebuilds the table there.
        render_as_batch=True,
        render_item=render_item,
        transaction_per_migration=True,
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
    finally:
        without_foreign_keys(connection, off=False)
