"""JSON Schema 2020-12 of what comes in (from the fields) and of what goes out (from the shapes)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from scheduler.api.booking_bodies import Clock, Flag, Instant
from scheduler.api.operations import Body
from scheduler.api.questions import Moment as MomentAsked
from scheduler.domain.fields import Choice, Choices, Day, Field, Reference, References, Several, Whole
from scheduler.domain.shelves import Shelf
from scheduler.domain.slots.wishes import Parts
from scheduler.domain.text_fields import Email, Phone, Text, Url
from scheduler.domain.time_fields import Moment, TimeOfDay
from scheduler.models.bookings import ParticipantRole
from scheduler.wording import say

Schema = dict[str, Any]
PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    Any: {},
}

PART = f"^[1-9][0-9]{{0,17}}(:({'|'.join(ParticipantRole)}))?$"
TIME_OF_DAY = {
    False: "A time of day on the clocks of the place, 0:00 to 23:59.",
    True: "A time of day on the clocks of the place; 24:00, or 0:00, is the midnight that ends the day.",
}
MOMENT = {
    False: "ISO 8601 with an offset, or local time of the place; a day alone is its first midnight.",
    True: "ISO 8601 with an offset, or local time of the place; a day alone is the midnight that ends it.",
}


class Schemas:
    """The components that a description has met so far; each is described once."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.known: dict[str, Schema] = {}
        self._sources: dict[str, Any] = {}

    def body(self, body: Body) -> Schema:
        """A reference to what a request takes."""
        return self._once(body.name, body, lambda: self._body(body))

    def shape(self, shape: Any) -> Schema:
        """The schema of a type; named types become components."""
        if shape in PLAIN:
            return PLAIN[shape]
        if is_typeddict(shape):
            return self._once(shape.__name__.removesuffix("Shape"), shape, lambda: self._typed(shape))
        if isinstance(shape, type) and issubclass(shape, StrEnum):
            return self._once(shape.__name__, shape, lambda: _options(shape))
        return self._generic(shape)

    def entry(self, shelf: Shelf) -> Schema:
        """A reference to a row of a shelf as answers show it."""
        return self._once(shelf.model.__name__, shelf, lambda: self._entry(shelf))

    def listed(self, name: str, row: Schema) -> Schema:
        """One page of rows."""
        count = {"type": "integer", "minimum": 0}
        properties: dict[str, Schema] = {
            "items": {"type": "array", "items": row},
            "page": count,
            "per_page": count,
            "total": count,
            "next": {"type": ["string", "null"], "description": "Address of the next page."},
        }
        return self._once(f"{name}Page", row, lambda: _object(properties, required=properties))

    def field(self, field: Field) -> Schema:
        """What a field takes; the empty text and null stand for nothing where it is optional."""
        schema = _taken(field)
        if not field.required:
            schema = _or_nothing(schema)
        return {"title": say(self.language, field.label), **schema, **self._hint(field)}

    def _once(self, name: str, source: Any, make: Callable[[], Schema]) -> Schema:
        """A reference to the component ``name``, made of ``source`` when it is met first."""
        if self._sources.setdefault(name, source) != source:
            raise TypeError(f"two schemas are called {name}")
        if name not in self.known:
            self.known[name] = make()
        return {"$ref": f"#/components/schemas/{name}"}

    def _body(self, body: Body) -> Schema:
        properties = {field.name: self.field(field) for field in body.fields}
        for name, fields in body.objects.items():
            properties[name] = self._fields(fields)
        for name, (fields, most) in body.rows.items():
            rows = {"type": "array", "items": self._fields(fields), "maxItems": most}
            properties[name] = rows
        required = [field.name for field in body.fields if field.required] + list(body.objects)
        schema = _object(properties, required=required)
        if body.any_of:
            schema["anyOf"] = [{"required": list(names)} for names in body.any_of]
        return schema

    def _fields(self, fields: Iterable[Field]) -> Schema:
        fields = tuple(fields)
        properties = {field.name: self.field(field) for field in fields}
        return _object(properties, required=[field.name for field in fields if field.required])

    def _hint(self, field: Field) -> Schema:
        return {"description": say(self.language, field.hint)} if field.hint else {}

    def _typed(self, shape: Any) -> Schema:
        hints = get_type_hints(shape, include_extras=True)
        required = [name for name, hint in hints.items() if get_origin(hint) is not NotRequired]
        schema = _object({name: self.shape(hint) for name, hint in hints.items()}, required=required)
        told = shape.__dict__.get("__doc__")
        return {"description": told, **schema} if told else schema

    def _generic(self, shape: Any) -> Schema:
        origin, inside = get_origin(shape), get_args(shape)
        if origin is NotRequired:
            return self.shape(inside[0])
        if origin is Annotated:
            return {**self.shape(inside[0]), "description": inside[1]}
        if origin is list:
            return {"type": "array", "items": self.shape(inside[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.shape(inside[1])}
        if origin in (Union, UnionType):
            return {"anyOf": [self.shape(one) for one in inside]}
        raise TypeError(f"no schema for {shape}")

    def _entry(self, shelf: Shelf) -> Schema:
        properties: dict[str, Schema] = {
            "id": {"type": "integer"},
            "partnership_id": {"type": "integer"},
            **{field.name: self._shown(field) for field in shelf.fields},
            "retired_at": {"type": ["string", "null"], "format": "date-time"},
            "version": {"type": "integer", "minimum": 1},
        }
        return _object(properties, required=properties)

    def _shown(self, field: Field) -> Schema:
        title = {"title": say(self.language, field.label)}
        if isinstance(field, Text):
            return {**title, "type": "string"}
        if isinstance(field, Moment):
            return {**title, "type": "string", "format": "date-time"}
        schema = _taken(field)
        return {**title, **(schema if field.required else _or_nothing(schema))}


def _object(properties: dict[str, Schema], *, required: Iterable[str]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(required),
        "additionalProperties": False,
    }


def _options(options: type[StrEnum]) -> Schema:
    schema: Schema = {"type": "string", "enum": [member.value for member in options]}
    return {**schema, "description": options.__doc__} if options.__doc__ else schema


def _or_nothing(schema: Schema) -> Schema:
    if schema["type"] == "array":
        return schema
    if "enum" in schema:
        return {**schema, "type": ["string", "null"], "enum": [*schema["enum"], "", None]}
    return {**schema, "type": [schema["type"], "null"]}


def _taken(field: Field) -> Schema:
    """What a field takes when it is not empty. Each kind of field stands here; a new one must be added."""
    if isinstance(field, Flag):
        return {"type": "boolean"}
    if isinstance(field, Choice):
        return {"type": "string", "enum": [member.value for member in field.options]}
    if isinstance(field, Choices):
        one = {"type": "string", "enum": [member.value for member in field.options]}
        return {"type": "array", "items": one, "uniqueItems": True}
    if isinstance(field, Several):
        return {"type": "array", "items": _one_of(field), "uniqueItems": True, **_most(field)}
    if isinstance(field, Whole):
        return {"type": "integer", "minimum": field.least, "maximum": field.most}
    if isinstance(field, Reference):
        return {"type": "integer", "minimum": 1, "description": f"id: {field.table}"}
    if isinstance(field, Text):
        return {"type": "string", "maxLength": field.longest, **_format(field), **_least(field)}
    return _taken_of_time(field)


def _taken_of_time(field: Field) -> Schema:
    if isinstance(field, Instant):
        return {"type": "string", "format": "date-time"}
    if isinstance(field, MomentAsked):
        return {"type": "string", "description": "ISO 8601: an instant with an offset, or a date."}
    if isinstance(field, TimeOfDay):
        return {"type": "string", "description": TIME_OF_DAY[field.ends], "examples": ["9:00"]}
    if isinstance(field, Moment):
        return {"type": "string", "description": MOMENT[field.ends], "examples": ["2025-09-01 12:00"]}
    if isinstance(field, Day):
        return {"type": "string", "format": "date"}
    if isinstance(field, Clock):
        return {"type": "string", "examples": ["10:00"]}
    raise TypeError(f"no schema for {type(field).__name__}")


def _one_of(field: Several) -> Schema:
    if isinstance(field, References):
        return {"type": "integer", "minimum": 1, "description": f"id: {field.table}"}
    if isinstance(field, Parts):
        told = "The id of a resource, or id:role where the role is not the usual one."
        return {"type": "string", "pattern": PART, "description": told, "examples": ["17", "17:technician"]}
    raise TypeError(f"no schema for {type(field).__name__}")


def _most(field: Several) -> Schema:
    return {} if field.most is None else {"maxItems": field.most}


def _format(field: Text) -> Schema:
    formats: tuple[tuple[type[Text], str], ...] = ((Email, "email"), (Url, "uri"))
    named: Schema = next(({"format": name} for kind, name in formats if isinstance(field, kind)), {})
    return {**named, "examples": ["010 1234 5678"]} if isinstance(field, Phone) else named


def _least(field: Text) -> Schema:
    return {"minLength": 1} if field.required else {}
