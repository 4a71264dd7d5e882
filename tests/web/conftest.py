"""Browsers without JavaScript, signed in or not."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.world import PASSWORD


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Nobody is signed in."""
    return app.test_client()


def sign_in(client: FlaskClient, who: str) -> FlaskClient:
    """Sign in as one of the world's users ("coordinator", "region coordinator", "manager", …)."""
    email = f"{who.replace(' ', '.')}@example.org"
    answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 303
    return client


@pytest.fixture
def coordinator(client: FlaskClient) -> FlaskClient:
    """The partnership's coordinator, signed in."""
    return sign_in(client, "coordinator")
