"""Requests made up from the description: no answer is a 5xx, and every answer is as described."""

from __future__ import annotations

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from scheduler.db import Database
from tests.api.conftest import Program, token_of
from tests.world import World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 12
"""Of each operation, each of the two ways."""
EXPECTED = {GenerationMode.POSITIVE: {200, 201, 404, 409, 422}, GenerationMode.NEGATIVE: {404, 422}}
"""Statuses that must have come up, else the requests did not get far."""


@pytest.fixture
def engine_name() -> str:
    """Slow: on one engine."""
    return "sqlite"


@pytest.fixture
def program(app: Flask, database: Database, world: World) -> Program:
    """Whoever may do everything, so that requests get beyond the door."""
    return Program(app.test_client(), token_of(database, world, "administrator"))


@pytest.fixture
def operations(app: Flask) -> list[APIOperation]:
    """All that the description names."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    return [found.ok() for found in schema.get_all_operations()]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_as_described(
    program: Program, world: World, operations: list[APIOperation], mode: GenerationMode
) -> None:
    lesson = program.post("/bookings", world.plan(partnership_id=world.id("partnership"))).json["id"]
    statuses: set[int] = set()
    for operation in operations:
        if mode is GenerationMode.POSITIVE or _takes_anything(operation):
            _try(operation, mode, program, lesson, statuses)
    assert statuses >= EXPECTED[mode]


def _takes_anything(operation: APIOperation) -> bool:
    """Whether there is something to get wrong."""
    told = operation.definition.raw
    return bool(told["parameters"] or "requestBody" in told)


def _try(
    operation: APIOperation, mode: GenerationMode, program: Program, lesson: str, statuses: set[int]
) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), row=st.integers(1, 15), real=st.booleans())
    def send(case: Case, row: int, real: bool) -> None:
        if real:
            _name_what_is_there(case, row, lesson)
        answer = case.call(headers={"Authorization": f"Bearer {program.token}"})
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    send()


def _name_what_is_there(case: Case, row: int, lesson: str) -> None:
    """Ids of the small world instead of made-up ones."""
    for name in case.path_parameters or {}:
        case.path_parameters[name] = lesson if name == "public_id" else row
