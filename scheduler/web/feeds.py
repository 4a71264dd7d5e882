"""Subscriptions: one's own calendar links, and the address under which calendar programs read them."""

from __future__ import annotations

from typing import NoReturn

from flask import Blueprint, abort
from flask.blueprints import BlueprintSetupState

from scheduler import edge
from scheduler.web.door import public
from scheduler.web.feed_door import FeedDoor

blueprint = Blueprint("feeds", __name__)


@blueprint.record_once
def open_door(state: BlueprintSetupState) -> None:
    """Let polls be answered before the framework."""
    app = state.app
    with app.app_context():
        app.wsgi_app = FeedDoor(app.wsgi_app, database=edge.database(), settings=edge.settings())


@blueprint.get("/feeds/<token>.ics")
@public
def calendar(token: str) -> NoReturn:
    """The address of a feed, to build links from: `FeedDoor` answers it before this is reached."""
    abort(404)
