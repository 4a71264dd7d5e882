"""Every error that the product raises on purpose: a code, the facts, and no words.

``scheduler.wording.explain`` turns a code and its facts into a sentence; web and API each map
the class to an HTTP status in one place.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing wrong with one input field.

    ``field`` is the dotted path of the input ("title", "sites.1.class_id"; "" for the whole);
    ``code`` names the sentence; ``facts`` fill it.
    """

    field: str
    code: str
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Conflict:
    """One resource that is wanted while another booking holds it, half-open UTC interval.

    ``booking_public_id`` and ``title`` are those of the booking that holds it. The hold may be longer than
    the booking: ``before`` and ``after`` say by how many minutes.
    """

    resource_id: int
    resource_kind: str
    resource_name: str
    booking_public_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    before: int = 0
    after: int = 0


@dataclasses.dataclass(frozen=True)
class Objection:
    """One rule (never a hold) that speaks against a time, or, not ``soft``, only something to be told.

    ``subject_kind`` is "organisation", a kind of resource, or "partnership"; ``facts`` fill the sentence.
    A soft objection may be overridden with a reason; what is only told needs none.
    """

    code: str
    subject_kind: str
    subject_id: int
    facts: Mapping[str, Any]
    soft: bool = True


@dataclasses.dataclass(frozen=True)
class OnDay:
    """A fact: a day, to be told with its weekday."""

    day: date


@dataclasses.dataclass(frozen=True)
class During:
    """A fact: a half-open interval, to be told in the reader's zone."""

    starts_at: datetime
    ends_at: datetime


class TongtangError(Exception):
    """Base of all: ``code`` names the sentence, ``facts`` fill it."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts: dict[str, Any] = facts

    def __str__(self) -> str:
        return f"{self.code} {self.facts}"


class Invalid(TongtangError):
    """Input that cannot be taken; every problem found is listed, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("input.invalid", count=len(problems))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "; ".join(f"{p.field}: {p.code} {dict(p.facts)}" for p in self.problems)


class NotFound(TongtangError):
    """There is no such thing, or the viewer may not know of it."""


class Forbidden(TongtangError):
    """The viewer may see the thing but not do this to it."""


class Refused(TongtangError):
    """The thing's state does not allow it (a cancelled booking is not moved)."""


class StaleEdit(TongtangError):
    """Somebody else changed the thing after the editor read it. ``current`` is its version now."""

    def __init__(self, *, current: int, given: int, **facts: Any) -> None:
        super().__init__("edit.stale", current=current, given=given, **facts)


class Clash(TongtangError):
    """Resources are busy: the database refused the holds. ``conflicts`` names every one.

    ``objections``: the rules that speak against the time as well, where nobody has overridden them.
    """

    def __init__(self, conflicts: Sequence[Conflict], objections: Sequence[Objection] = ()) -> None:
        super().__init__("booking.clash", count=len(conflicts))
        self.conflicts = tuple(conflicts)
        self.objections = tuple(objections)


class Objected(TongtangError):
    """Rules speak against the time and no reason was given to book it all the same."""

    def __init__(self, objections: Sequence[Objection]) -> None:
        super().__init__("booking.objected", count=len(objections))
        self.objections = tuple(objections)


@dataclasses.dataclass(frozen=True)
class BlockedDay:
    """A day of a series that cannot be booked as asked, and what is in the way."""

    day: date
    conflicts: tuple[Conflict, ...] = ()
    objections: tuple[Objection, ...] = ()
    problems: tuple[Problem, ...] = ()


class SeriesBlocked(TongtangError):
    """Some days of a series cannot be booked as asked; none was. ``days`` names every one."""

    def __init__(self, days: Sequence[BlockedDay]) -> None:
        super().__init__("series.blocked", count=len(days))
        self.days = tuple(days)


@dataclasses.dataclass(frozen=True)
class BlockedMove:
    """A booking that cannot be where it was to be moved, and what is in the way; ``code``: it has changed."""

    booking_public_id: str
    title: str
    conflicts: tuple[Conflict, ...] = ()
    objections: tuple[Objection, ...] = ()
    code: str = ""


class MovesBlocked(TongtangError):
    """Some of several bookings cannot be moved as asked; none was. ``moves`` names every one."""

    def __init__(self, moves: Sequence[BlockedMove]) -> None:
        super().__init__("closure.moves_blocked", count=len(moves))
        self.moves = tuple(moves)


STATUS: dict[type[TongtangError], int] = {
    Invalid: 422,
    NotFound: 404,
    Forbidden: 403,
    Refused: 409,
    StaleEdit: 409,
    Clash: 409,
    Objected: 409,
    SeriesBlocked: 409,
    MovesBlocked: 409,
}
"""The HTTP status (RFC 9110 §15.5) that pages and API answer with."""
