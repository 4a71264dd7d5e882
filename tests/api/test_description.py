"""The OpenAPI description: valid, complete, in two languages; and its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from schemathesis.specs.openapi.definitions import OPENAPI_31

from scheduler.domain.shelves import SHELVES


@pytest.fixture
def engine_name() -> str:
    """The description holds no data: one engine is enough."""
    return "sqlite"


@pytest.fixture
def description(app: Flask) -> dict[str, Any]:
    """As a program reads it, without a token."""
    answer = app.test_client().get("/api/v1/openapi.json")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    document: dict[str, Any] = answer.json
    return document


def test_it_is_valid_openapi_31(description: dict[str, Any]) -> None:
    errors = list(jsonschema_rs.validator_for(OPENAPI_31).iter_errors(description))
    assert [error.message for error in errors] == []


def test_every_schema_is_valid_and_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    assert [name for name, schema in schemas.items() if not jsonschema_rs.meta.is_valid(schema)] == []
    assert set(re.findall(r"'#/components/schemas/(\w+)'", str(description))) == set(schemas)


def test_every_route_is_described(app: Flask, description: dict[str, Any]) -> None:
    routed = {
        (method.lower(), _path(rule.rule, shelf))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        for shelf in (SHELVES if "<shelf:" in rule.rule else [""])
    }
    described = {(method, path) for path, methods in description["paths"].items() for method in methods}
    assert described == routed


def _path(rule: str, shelf: str) -> str:
    path = rule.removeprefix("/api/v1").replace("<shelf:shelf>", shelf)
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)


def test_every_operation_says_what_it_does_and_has_a_name_of_its_own(description: dict[str, Any]) -> None:
    operations = [told for methods in description["paths"].values() for told in methods.values()]
    names = [told["operationId"] for told in operations]
    assert len(set(names)) == len(names)
    assert [told["operationId"] for told in operations if not (told["summary"] and told["description"])] == []


def test_fields_are_described_by_their_declarations(description: dict[str, Any]) -> None:
    body = description["components"]["schemas"]["NewBooking"]
    assert body["properties"]["title"] == {
        "title": "课题",
        "type": "string",
        "minLength": 1,
        "maxLength": 120,
    }
    assert body["properties"]["kind"]["enum"][:2] == ["lesson", "research"]
    assert body["required"] == ["host", "kind", "title"]
    assert body["anyOf"] == [{"required": ["starts_at", "ends_at"]}, {"required": ["date", "starts", "ends"]}]


def test_the_english_one_is_in_english(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/openapi.json", headers={"Accept-Language": "en"})
    texts = [text for name, text in _texts(answer.json) if name in ("title", "summary", "description")]
    assert [text for text in texts if text and not re.search("[A-Za-z]", text)] == []


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """(name, text) of every text anywhere."""
    if isinstance(value, str):
        yield name, value
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield from _texts(inner, key)
    for inner in value if isinstance(value, list) else ():
        yield from _texts(inner, name)


@pytest.mark.parametrize(("language", "heading"), [("zh", "同堂接口"), ("en", "Tongtang API")])
def test_the_page_shows_it_without_a_token(app: Flask, language: str, heading: str) -> None:
    client = app.test_client()
    for address in ("/api/v1", "/api/v1/"):
        answer = client.get(address, headers={"Accept-Language": language})
        assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert f"<h1>{heading}</h1>" in page
    assert all(path in page for path in ("POST /api/v1/bookings", "PATCH /api/v1/rooms/{entry_id}"))
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
    if language == "en":
        text = re.sub(r"<[^>]+>", "", page)
        assert set(re.findall(r"[一-鿿]+", text)) == {"中文"}  # the button that leads back
