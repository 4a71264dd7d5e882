"""JSON over the same domain verbs, at ``/api/v1``, with an OpenAPI description made from the code."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, request

from scheduler.api import (
    bells,
    bookings,
    buffers,
    closures,
    docs,
    entries,
    feeds,
    holidays,
    records,
    series,
    slots,
)
from scheduler.api.bearer import admit
from scheduler.api.descriptions import PREFIX
from scheduler.api.operations import operation_of
from scheduler.api.problems import handle_failures, refuse_unknown_routes
from scheduler.api.routes import set_up_converters

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
for _area in (docs, bookings, series, slots, closures, records, holidays, buffers, bells, feeds, entries):
    _area.add_routes(blueprint)
handle_failures(blueprint)


@blueprint.before_request
def require_token() -> None:
    """Every route asks for a bearer token unless its view says that it is public."""
    told = operation_of(current_app.view_functions[request.endpoint]) if request.endpoint else None
    if told is None or not told.public:
        admit()


def set_up(app: Flask) -> None:
    """Register the API."""
    set_up_converters(app)
    refuse_unknown_routes(app, prefix="/api/")
    app.register_blueprint(blueprint)
