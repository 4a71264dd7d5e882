"""What is in the way of a time: who is busy, and which rules speak against it."""

from __future__ import annotations

from typing import Annotated, TypedDict

from scheduler.api.shapes.values import IntervalShape
from scheduler.models.resources import ResourceKind


class ResourceShape(TypedDict):
    """Somebody or something that can be double-booked."""

    id: int
    kind: ResourceKind
    name: str


class HolderShape(TypedDict):
    """The booking that holds it."""

    booking: str
    title: str


class ConflictShape(TypedDict):
    """Who is busy, with what, until when."""

    resource: ResourceShape
    holder: Annotated[HolderShape | None, "null: a booking that the caller may not see."]
    interval: IntervalShape
    detail: str


class RuleSubjectShape(TypedDict):
    """Whom a rule is about: an organisation, a resource of some kind, or the partnership (without an id)."""

    kind: str
    id: int | None


class ObjectionShape(TypedDict):
    """A rule that speaks against a time. Soft: it may be overridden with a reason; else it is only told."""

    code: str
    subject: RuleSubjectShape
    detail: str
    soft: bool
