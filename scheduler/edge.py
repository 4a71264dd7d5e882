"""Where a request meets the database: the application's connection, and the one commit."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import cast

from flask import Flask, current_app
from sqlalchemy.orm import Session

from scheduler.config import Settings
from scheduler.db import Database

_DATABASE, _SETTINGS = "tongtang.database", "tongtang.settings"


def set_up_edge(app: Flask, *, settings: Settings, database: Database) -> None:
    """Give the application its settings and database."""
    app.extensions[_DATABASE] = database
    app.extensions[_SETTINGS] = settings


def settings() -> Settings:
    """The settings of the running application."""
    return cast(Settings, current_app.extensions[_SETTINGS])


def database() -> Database:
    """The database of the running application."""
    return cast(Database, current_app.extensions[_DATABASE])


def read() -> AbstractContextManager[Session]:
    """A session whose changes are never kept."""
    return database().read()


def write() -> AbstractContextManager[Session]:
    """A session that commits on leaving the block: the only commit of a request."""
    return database().write()
