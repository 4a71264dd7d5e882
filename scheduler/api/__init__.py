"""JSON over the same domain verbs, at ``/api/v1``, with an OpenAPI description made from the code."""

from flask import Blueprint, Flask

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


def set_up(app: Flask) -> None:
    """Register the API."""
    app.register_blueprint(blueprint)
