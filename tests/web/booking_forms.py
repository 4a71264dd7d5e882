"""The raw lesson as a browser sends it: names of fields and their texts."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tests.world import World


def form_of(raw: Any, name: str = "") -> dict[str, str]:
    """{"receiving": [{"class_id": 3}]} as {"receiving-0-class_id": "3"}."""
    if isinstance(raw, dict):
        rows = raw.items()
    elif isinstance(raw, list):
        rows = enumerate(raw)
    else:
        return {name: "" if raw is None else str(raw)}
    return {
        key: text
        for step, value in rows
        for key, text in form_of(value, f"{name}-{step}" if name else str(step)).items()
    }


def lesson_form(world: World, **changes: Any) -> dict[str, str]:
    """The form of the lesson of December 2018."""
    return form_of(world.plan(**changes))


def book_lesson(client: FlaskClient, world: World, **changes: Any) -> str:
    """Book through the page; the public id."""
    answer = client.post("/bookings/new", data=lesson_form(world, **changes))
    assert answer.status_code == 303, answer.text
    return str(answer.location).rsplit("/", 1)[-1]
