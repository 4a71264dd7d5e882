"""A request's JSON (RFC 8259) as an object, or an error that says what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from flask import request

from scheduler.errors import Invalid, Problem, TongtangError

DEEPEST = 20
"""Levels of lists and objects; the deepest body of ours has four."""


class Malformed(TongtangError):
    """The request cannot be read at all (400)."""


class WrongMediaType(TongtangError):
    """The body is not JSON (415)."""


class NotAnObject(TongtangError):
    """The body is JSON, but not an object (422)."""


def json_object() -> dict[str, Any]:
    """The body. Raises Malformed, WrongMediaType or NotAnObject; an empty body is an empty object."""
    octets = request.get_data()
    if not octets:
        return {}
    if not request.is_json:
        raise WrongMediaType("body.media_type")
    value = _parse(octets)
    if not isinstance(value, Mapping):
        raise NotAnObject("body.not_an_object")
    _require_shallow(value)
    return dict(value)


def refuse_unknown(raw: Mapping[str, Any], *, known: Collection[str] = ()) -> None:
    """Raise Invalid for every name that nothing takes: a misspelt one would be lost in silence."""
    unknown = [name for name in raw if name not in known]
    if unknown:
        raise Invalid([Problem(name, "field.unknown") for name in unknown])


def _parse(octets: bytes) -> Any:
    try:
        return json.loads(
            octets.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_number,
        )
    # RecursionError: a body nested so deep that reading it would exhaust the stack.
    # ValueError: no JSON, no UTF-8, or a number of thousands of digits.
    except RecursionError as error:
        raise Malformed("body.too_deep", deepest=DEEPEST) from error
    except ValueError as error:
        raise Malformed("body.malformed") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """RFC 8259 §4 leaves open which of two equal names counts, so neither does."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Malformed("body.duplicate_name")
    return value


def _refuse_constant(_name: str) -> Any:
    raise Malformed("body.malformed")


def _number(text: str) -> int | float:
    """JSON has one kind of number: 5.0 is the whole number 5."""
    value = float(text)
    return int(value) if value.is_integer() else value


def _require_shallow(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise Malformed("body.too_deep", deepest=DEEPEST)
        level = [inner for item in level for inner in _inside(item) if isinstance(inner, dict | list)]


def _inside(item: Any) -> Any:
    return item.values() if isinstance(item, dict) else item
