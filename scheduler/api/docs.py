"""The API's description, for programs and for people. Both are public: they hold no data."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Blueprint, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from scheduler import edge
from scheduler.api.bearer import language
from scheduler.api.descriptions import PREFIX, describe, tagged
from scheduler.api.operations import File, Operation, operation
from scheduler.api.problem_kinds import problem_kinds
from scheduler.api.schemas import Schema


def add_routes(blueprint: Blueprint) -> None:
    """Put the views at their addresses."""
    blueprint.add_url_rule("/", view_func=index, strict_slashes=False)
    blueprint.add_url_rule("/openapi.json", view_func=openapi)


@operation(
    Operation(summary="接口说明（网页）", tag="description", answers={200: File("text/html")}, public=True)
)
def index() -> ResponseReturnValue:
    """This description as a page."""
    language = "en" if str(flask_babel.get_locale()).startswith("en") else "zh"
    description = describe(current_app, language)
    areas = [
        (tag, [_shown(description, method, path, told) for method, path, told in operations])
        for tag, operations in tagged(description)
    ]
    return render_template(
        "api/index.html",
        info=description["info"],
        areas=areas,
        prefix=PREFIX,
        base_url=edge.settings().base_url,
        problems=problem_kinds(language),
    )


@operation(
    Operation(
        summary="接口说明（OpenAPI 3.1）",
        tag="description",
        answers={200: dict[str, Any]},
        public=True,
    )
)
def openapi() -> ResponseReturnValue:
    """The description that clients and tools are made from. Titles follow Accept-Language."""
    answer = jsonify(describe(current_app, language()))
    answer.headers["Vary"] = "Accept-Language"
    return answer


def _shown(description: Schema, method: str, path: str, told: Schema) -> dict[str, Any]:
    """An operation with its tables of parameters and fields laid flat."""
    body = told.get("requestBody")
    return {
        "id": told["operationId"],
        "method": method,
        "path": f"{PREFIX}{path}",
        "summary": told["summary"],
        "paragraphs": _paragraphs(told["description"]),
        "parameters": [
            (p["name"], p["in"], _type_words(description, p["schema"]), p["schema"].get("title", ""))
            for p in told["parameters"]
        ],
        "fields": _fields(description, body["content"]["application/json"]["schema"]) if body else [],
        "answers": [
            (status, answer["description"], _shape_words(answer))
            for status, answer in told["responses"].items()
        ],
    }


def _paragraphs(text: str) -> list[list[tuple[str, bool]]]:
    """For each paragraph its pieces, (words, whether they are code)."""
    return [
        [(piece, place % 2 == 1) for place, piece in enumerate(paragraph.split("``"))]
        for paragraph in text.split("\n\n")
    ]


def _fields(description: Schema, schema: Schema, prefix: str = "") -> list[tuple[str, str, str, bool]]:
    """(dotted name, type, title, required) of every field, nested ones after their parent."""
    whole = _resolved(description, schema)
    rows: list[tuple[str, str, str, bool]] = []
    for name, inner in whole.get("properties", {}).items():
        required = name in whole["required"]
        rows.append((f"{prefix}{name}", _type_words(description, inner), inner.get("title", ""), required))
        nested = inner.get("items", inner)
        if "properties" in nested:
            mark = "[]." if "items" in inner else "."
            rows += _fields(description, nested, f"{prefix}{name}{mark}")
    return rows


def _resolved(description: Schema, schema: Schema) -> Schema:
    reference = schema.get("$ref")
    return description["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema


def _type_words(description: Schema, schema: Schema) -> str:
    """ "string", "integer ≥ 1", "a | b | c"."""
    schema = _resolved(description, schema)
    options = [str(value) for value in schema.get("enum", []) if value]
    if options:
        return " | ".join(options)
    kinds = schema.get("type", "any")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "array":
        return f"[{_type_words(description, schema['items'])}]"
    bounds = {"minimum": "≥ {}", "maximum": "≤ {}", "maxLength": "≤ {}"}
    told = [words.format(schema[name]) for name, words in bounds.items() if name in schema]
    return " ".join([kind, *([schema["format"]] if "format" in schema else []), *told])


def _shape_words(answer: Schema) -> str:
    """The media type and the name of the schema."""
    return ", ".join(
        f"{media_type} {content['schema'].get('$ref', '').rpartition('/')[2]}".strip()
        for media_type, content in answer.get("content", {}).items()
    )
