"""Pages of this area."""

from __future__ import annotations

from flask import Blueprint, render_template

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def today() -> str:
    """Today and the coming days, and what needs the viewer."""
    return render_template("home/today.html")
