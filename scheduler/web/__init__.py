"""Pages: a folder and a blueprint for each area, all behind one door.

An area of one page is a module. What all pages share (door, frame, forms, language, failures) stands beside.
"""

from __future__ import annotations

from flask import Flask
from flask_wtf import CSRFProtect

from scheduler.config import Settings
from scheduler.db import Database
from scheduler.web import (
    account,
    bells,
    bookings,
    buffers,
    calendar,
    closures,
    directory,
    door,
    failures,
    feeds,
    health,
    holidays,
    home,
    records,
    series,
    sign_in,
    slots,
    users,
)
from scheduler.web.feeds.door import FeedDoor
from scheduler.web.frame import set_up_frame
from scheduler.web.headers import set_up_headers
from scheduler.web.locale import set_up_locale
from scheduler.web.static_files import set_up_static_files

AREAS = (
    home,
    calendar,
    bookings,
    slots,
    series,
    closures,
    records,
    directory,
    bells,
    holidays,
    buffers,
    feeds,
    account,
    users,
    sign_in,
    health,
)


def set_up(app: Flask, settings: Settings, database: Database) -> CSRFProtect:
    """Register every page; answers the CSRF guard, from which the API (bearer tokens only) is exempt."""
    csrf = CSRFProtect(app)
    door.set_up_door(app)
    set_up_locale(app, stored_language=door.stored_language, store_language=door.store_language)
    set_up_headers(app, secure=settings.secure)
    set_up_static_files(app)
    set_up_frame(app)
    failures.set_up_failures(app)
    for area in AREAS:
        app.register_blueprint(area.blueprint)
    # Outermost: calendar programs are answered before Flask is woken.
    app.wsgi_app = FeedDoor(app.wsgi_app, database=database, settings=settings)
    return csrf
