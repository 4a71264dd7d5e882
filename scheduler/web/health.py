"""Whether the process can serve: for load balancers and start scripts."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from scheduler import edge
from scheduler.web.door import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """200 when the database answers and its schema is ours, else 503."""
    database = edge.database()
    try:
        with edge.read() as session:
            session.execute(text("SELECT 1"))
        current = database.revision() == database.head()
    except SQLAlchemyError:
        current = False
    return jsonify(status="ok" if current else "unavailable"), 200 if current else 503
