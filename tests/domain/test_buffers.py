"""Buffers: set for several roles at once, taken back, told once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from scheduler.db import Database
from scheduler.domain.buffers import (
    Margin,
    default_margin,
    load_margins,
    reset_buffer,
    set_buffer,
    set_buffers,
)
from scheduler.errors import Invalid
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import BookingKind, ParticipantRole
from scheduler.models.buffers import Buffer
from tests.journeys.test_race import race
from tests.world import World

LESSON = BookingKind.LESSON


def save(database: Database, world: World, *margins: dict[str, Any], kind: str = "research") -> None:
    with database.write() as session:
        raw = {"kind": kind, "margins": list(margins)}
        set_buffers(session, raw, partnership_id=world.id("partnership"), act=world.act)


def margin(database: Database, world: World, role: ParticipantRole, kind: BookingKind) -> Margin:
    with database.read() as session:
        return load_margins(session, world.id("partnership"), kind)[role]


def entries(database: Database, world: World) -> list[dict[str, Any]]:
    """Changes of every entry since the small world was made."""
    with database.read() as session:
        query = select(AuditEntry).where(AuditEntry.verb == "set_buffer").order_by(AuditEntry.id)
        return [entry.changes for entry in session.scalars(query) if "research.lead" in entry.changes]


def test_several_roles_are_set_and_told_at_once(database: Database, world: World) -> None:
    save(
        database,
        world,
        {"role": "room", "before": "20", "after": "5"},
        {"role": "lead", "before": 10, "after": 0},
    )
    assert margin(database, world, ParticipantRole.ROOM, BookingKind.RESEARCH) == Margin(20, 5)
    assert margin(database, world, ParticipantRole.LEAD, BookingKind.RESEARCH) == Margin(10, 0)
    assert margin(database, world, ParticipantRole.HOST, BookingKind.RESEARCH) == Margin()
    save(database, world, {"role": "room", "before": "20", "after": "5"})
    assert entries(database, world) == [
        {"research.room": [None, "20+5"], "research.lead": [None, "10+0"]},
    ]


def test_a_row_without_minutes_goes_back_to_the_default(database: Database, world: World) -> None:
    assert margin(database, world, ParticipantRole.ROOM, LESSON) == Margin(0, 0)
    save(database, world, {"role": "room", "before": "", "after": ""}, kind="lesson")
    assert margin(database, world, ParticipantRole.ROOM, LESSON) == Margin(30, 0)
    assert margin(database, world, ParticipantRole.LEAD, LESSON) == Margin(0, 0)


def test_one_role_goes_back_to_the_default(database: Database, world: World) -> None:
    for _twice in range(2):
        with database.write() as session:
            reset_buffer(
                session,
                partnership_id=world.id("partnership"),
                kind=LESSON,
                role=ParticipantRole.KIT,
                act=world.act,
            )
        assert margin(database, world, ParticipantRole.KIT, LESSON) == Margin(30, 30)
    assert default_margin(LESSON, ParticipantRole.KIT) == Margin(30, 30)
    with database.read() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert last is not None
        assert (last.verb, last.changes) == ("set_buffer", {"lesson.kit": ["0+0", None]})


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"role": "room", "before": "1", "after": ""}, ("margins.0.after", "field.required")),
        ({"role": "room", "before": "", "after": "1"}, ("margins.0.before", "field.required")),
        ({"role": "room", "before": "-1", "after": "1"}, ("margins.0.before", "field.out_of_range")),
        ({"role": "room", "before": "1441", "after": "1"}, ("margins.0.before", "field.out_of_range")),
        ({"role": "room", "before": "½", "after": "1"}, ("margins.0.before", "field.not_whole")),
        ({"role": "cook", "before": "1", "after": "1"}, ("margins.0.role", "field.not_an_option")),
        ({"before": "1", "after": "1"}, ("margins.0.role", "field.required")),
        ({"role": "room", "colour": "1"}, ("margins.0.colour", "field.unknown")),
    ],
)
def test_margins_that_make_no_sense(
    database: Database, world: World, row: dict[str, Any], expected: tuple[str, str]
) -> None:
    with pytest.raises(Invalid) as caught:
        save(database, world, row)
    assert [(problem.field, problem.code) for problem in caught.value.problems] == [expected]


def test_nothing_is_saved_of_a_form_with_one_bad_row(database: Database, world: World) -> None:
    good, twice = ({"role": "room", "before": minutes, "after": 0} for minutes in (5, 10))
    with pytest.raises(Invalid) as caught:
        save(database, world, good, twice)
    assert [p.code for p in caught.value.problems] == ["buffers.role_twice"]
    with pytest.raises(Invalid):
        save(database, world, good, kind="party")
    assert margin(database, world, ParticipantRole.ROOM, BookingKind.RESEARCH) == Margin()


def test_two_who_set_the_same_role_at_once_are_both_taken(database: Database, world: World) -> None:
    def attempt(minutes: int) -> str:
        with database.write() as session:
            raw = {"kind": "travel", "role": "lead", "before": minutes, "after": 0}
            set_buffer(session, raw, partnership_id=world.id("partnership"), act=world.act)
        return "won"

    assert race([lambda m=m: attempt(m) for m in range(6)]) == ["won"] * 6
    with database.read() as session:
        rows = session.scalars(select(Buffer).where(Buffer.kind == BookingKind.TRAVEL)).all()
        assert [row.role for row in rows] == [ParticipantRole.LEAD]
