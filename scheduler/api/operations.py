"""What a view says of itself: the description and the door are made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from scheduler.domain.fields import Field
from scheduler.domain.shelves import Shelf

View = TypeVar("View", bound=Callable[..., Any])
_OPERATION = "tongtang_operation"


@dataclass(frozen=True)
class Body:
    """What a request's JSON object takes. ``name`` is the schema's; one group of ``any_of`` is needed."""

    name: str
    fields: tuple[Field, ...] = ()
    objects: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    rows: Mapping[str, tuple[tuple[Field, ...], int]] = field(default_factory=dict)
    any_of: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Listed:
    """One page of rows of a shape."""

    shape: Any


@dataclass(frozen=True)
class File:
    """Octets of a media type."""

    media_type: str


class Entry:
    """A row of the shelf that the address names."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one address. ``summary`` is Chinese, its English in the catalogue; the view's
    docstring is the longer description. ``answers``: status → shape, None for an empty body.
    """

    summary: str
    tag: str
    answers: Mapping[int, Any]
    query: tuple[Field, ...] = ()
    body: Body | Callable[[Shelf], Body] | None = None
    fails: tuple[int, ...] = ()
    versioned: bool = False
    public: bool = False


def operation(told: Operation) -> Callable[[View], View]:
    """Let a view carry its operation."""

    def carry(view: View) -> View:
        setattr(view, _OPERATION, told)
        return view

    return carry


def operation_of(view: Callable[..., Any]) -> Operation | None:
    """The view's operation."""
    told: Operation | None = getattr(view, _OPERATION, None)
    return told
