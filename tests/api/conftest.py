"""Programs that call the API: a client for each of the world's users, with a token of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scheduler.db import Database
from scheduler.domain.api_tokens import create_api_token
from scheduler.models.users import User
from tests.world import World

PREFIX = "/api/v1"


@dataclass
class Program:
    """Calls with a token; ``get("/bookings")`` and the like are below /api/v1."""

    client: FlaskClient
    token: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """One request. ``body`` becomes JSON; a header's _ stands for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        more: dict[str, Any] = {} if body is None else {"data": json.dumps(body)}
        return self.client.open(
            PREFIX + path,
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **named},
            **more,
        )

    def get(self, path: str, **headers: str) -> TestResponse:
        """GET."""
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        """POST."""
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> TestResponse:
        """PUT."""
        return self.call("PUT", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> TestResponse:
        """PATCH."""
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str) -> TestResponse:
        """DELETE."""
        return self.call("DELETE", path)


def token_of(database: Database, world: World, who: str) -> str:
    """A fresh token of one of the world's users."""
    with database.write() as session:
        user = session.get_one(User, world.id(who))
        return create_api_token(session, user, name="测试", act=world.act)[1]


@pytest.fixture
def program(app: Flask, database: Database, world: World) -> Callable[[str], Program]:
    """``program("viewer")`` calls as the viewer."""
    return lambda who: Program(app.test_client(), token_of(database, world, who))


@pytest.fixture
def coordinator(program: Callable[[str], Program]) -> Program:
    """The partnership's coordinator."""
    return program("coordinator")
