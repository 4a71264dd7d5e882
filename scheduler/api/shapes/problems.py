"""Why a request was refused (RFC 9457)."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

from scheduler.api.shapes.closures import BlockedMoveShape
from scheduler.api.shapes.hurdles import ConflictShape, ObjectionShape
from scheduler.api.shapes.series import BlockedDayShape


class FieldErrorShape(TypedDict):
    """One thing wrong with one input."""

    pointer: NotRequired[Annotated[str, "JSON Pointer into the body, as a URI fragment."]]
    parameter: NotRequired[Annotated[str, "Name of the query parameter."]]
    code: str
    detail: str


class CurrentShape(TypedDict):
    """What stands there now, for a stale edit."""

    version: int
    representation: Any


class ProblemShape(TypedDict):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: NotRequired[list[FieldErrorShape]]
    conflicts: NotRequired[list[ConflictShape]]
    objections: NotRequired[list[ObjectionShape]]
    current: NotRequired[CurrentShape]
    moves: NotRequired[list[BlockedMoveShape]]
    days: NotRequired[list[BlockedDayShape]]
