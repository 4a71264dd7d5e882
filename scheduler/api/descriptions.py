"""The OpenAPI 3.1 description, made from the routes, what their views say of themselves, and the fields."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from scheduler import __version__
from scheduler.api.operations import Body, Entry, File, Listed, Operation, operation_of
from scheduler.api.problems import TITLES
from scheduler.api.schemas import Schema, Schemas
from scheduler.api.shapes.problems import ProblemShape
from scheduler.domain.shelves import SHELVES, Shelf
from scheduler.wording import say

PREFIX = "/api/v1"
SHELF_NAMES = {
    "partnerships": "对口协作",
    "regions": "地区",
    "organisations": "单位",
    "persons": "人员",
    "rooms": "场地",
    "classes": "班级",
    "accounts": "会议账号",
    "kits": "器材",
    "terms": "学期",
    "openings": "开放时间",
    "swaps": "调课",
    "closures": "停用安排",
}
TAGS = {
    "bookings": "活动",
    "series": "系列",
    "slots": "找时间",
    "records": "活动记录",
    "feeds": "订阅",
    "holidays": "节假日",
    "buffers": "准备时间",
    "bells": "作息时间表",
    **SHELF_NAMES,
    "description": "接口说明",
}
PATH_PARAMETERS: dict[str, Schema] = {
    "row": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
    "booking": {"type": "string", "pattern": "^[0-9a-z]{1,24}$"},
    "year": {"type": "integer", "minimum": 2000, "maximum": 2100},
}
IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "description": "A name of the caller's own for this request: sent again within 24 hours, it does nothing "
    "again and is answered the same, with Idempotency-Replayed: true. Answers with a secret are "
    "repeated without it, for no secret is kept.",
}
IF_MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string", "pattern": '^("[0-9]{1,9}"|\\*)$'},
    "description": "The ETag that was read, instead of version in the body.",
}
ANSWERED = {200: "完成", 201: "已建立", 204: "完成，没有内容"}


def describe(app: Flask, language: str) -> Schema:
    """The whole description; titles and summaries in ``language``, explanations in English."""
    schemas = Schemas(language)
    schemas.shape(ProblemShape)
    paths: dict[str, Schema] = {}
    for rule, path, shelf in _addresses(app):
        told = operation_of(app.view_functions[rule.endpoint])
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if told is None:
                raise TypeError(f"{method} {rule.rule} says nothing of itself")
            view = app.view_functions[rule.endpoint]
            described = _operation(schemas, told, method, rule, shelf)
            described["description"] = inspect.getdoc(view) or ""
            paths.setdefault(path, {})[method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": say(language, "同堂接口"),
            "version": __version__,
            "description": say(
                language,
                "同堂的页面能做的事，接口都能做，规则相同。请求与回答用 JSON；每个请求带访问令牌；"
                "出错时回答问题说明（RFC 9457）。",
            ),
        },
        "servers": [{"url": PREFIX}],
        "security": [{"bearer": []}],
        "tags": [{"name": name, "description": say(language, words)} for name, words in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas.known,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _addresses(app: Flask) -> Iterator[tuple[Rule, str, Shelf | None]]:
    """Each rule of the API with its path below the prefix; a rule over shelves once for each."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(PREFIX):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix(PREFIX)) or "/"
        if "{shelf}" not in path:
            yield rule, path, None
        else:
            yield from ((rule, path.replace("{shelf}", key), shelf) for key, shelf in SHELVES.items())


def _operation(schemas: Schemas, told: Operation, method: str, rule: Rule, shelf: Shelf | None) -> Schema:
    name = rule.endpoint.rpartition(".")[2]
    described: Schema = {
        "operationId": f"{name}_{shelf.key}" if shelf else name,
        "summary": say(schemas.language, told.summary),
        "tags": [shelf.key if shelf else told.tag],
        "parameters": _parameters(schemas, told, method, rule),
        "responses": _responses(schemas, told, method, rule, shelf),
    }
    body = _body_of(told, shelf)
    if body is not None:
        described["requestBody"] = {
            "required": any(field.required for field in body.fields),
            "content": {"application/json": {"schema": schemas.body(body)}},
        }
    if told.public:
        described["security"] = []
    return described


def _body_of(told: Operation, shelf: Shelf | None) -> Body | None:
    if callable(told.body):
        assert shelf is not None
        return told.body(shelf)
    return told.body


def _parameters(schemas: Schemas, told: Operation, method: str, rule: Rule) -> list[Schema]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": PATH_PARAMETERS[kind]}
        for kind, name in re.findall(r"<(\w+):(\w+)>", rule.rule)
        if kind in PATH_PARAMETERS
    ]
    parameters += [
        {
            "name": field.name,
            "in": "query",
            "schema": _without_null(schemas.field(field)),
            **({"required": True} if field.required else {}),
        }
        for field in told.query
    ]
    if method == "POST":
        parameters.append(_titled(IDEMPOTENCY_KEY, say(schemas.language, "重复的请求")))
    if told.versioned:
        parameters.append(_titled(IF_MATCH, say(schemas.language, "不覆盖别人的修改")))
    return parameters


def _titled(parameter: Schema, title: str) -> Schema:
    return {**parameter, "schema": {"title": title, **parameter["schema"]}}


def _without_null(schema: Schema) -> Schema:
    """A query string has no null."""
    named = {**schema, "type": schema["type"][0]} if isinstance(schema.get("type"), list) else schema
    if "enum" in named:
        named = {**named, "enum": [value for value in named["enum"] if value]}
    return named


def _responses(schemas: Schemas, told: Operation, method: str, rule: Rule, shelf: Shelf | None) -> Schema:
    answers = {str(status): _answer(schemas, status, shape, shelf) for status, shape in told.answers.items()}
    failures = {
        str(status): {
            "description": say(schemas.language, TITLES[status]),
            "content": {"application/problem+json": {"schema": schemas.shape(ProblemShape)}},
        }
        for status in sorted(_failures(told, method, rule))
    }
    return {**answers, **failures}


def _failures(told: Operation, method: str, rule: Rule) -> set[int]:
    statuses = {400, *told.fails}
    if not told.public:
        statuses.add(401)
    if told.body is not None:
        statuses |= {413, 415, 422}
    if told.query or method == "POST":
        statuses.add(422)
    if "<row:" in rule.rule or "<booking:" in rule.rule:
        statuses.add(404)
    return statuses


def _answer(schemas: Schemas, status: int, shape: Any, shelf: Shelf | None) -> Schema:
    described: Schema = {"description": say(schemas.language, ANSWERED[status])}
    if isinstance(shape, File):
        described["content"] = {shape.media_type: {"schema": {"type": "string", "format": "binary"}}}
    elif shape is not None:
        described["content"] = {"application/json": {"schema": _schema(schemas, shape, shelf)}}
    return described


def _schema(schemas: Schemas, shape: Any, shelf: Shelf | None) -> Schema:
    if isinstance(shape, Listed):
        row = _schema(schemas, shape.shape, shelf)
        return schemas.listed(row["$ref"].rpartition("/")[2], row)
    if shape is Entry:
        assert shelf is not None
        return schemas.entry(shelf)
    return schemas.shape(shape)


def tagged(description: Schema) -> Iterable[tuple[Schema, list[tuple[str, str, Schema]]]]:
    """(tag, [(method, path, operation)]) in the order of the tags, for the page."""
    operations = [
        (method.upper(), path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    for tag in description["tags"]:
        yield tag, [found for found in operations if tag["name"] in found[2]["tags"]]
