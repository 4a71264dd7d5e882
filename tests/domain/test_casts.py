"""Who may be brought together in a booking: everything looked up, every objection at its field."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.bookings import book, cancel_booking, change_booking, get_booking
from scheduler.domain.casts import Part, SiteCast, cast_plan
from scheduler.domain.directory import create_entry, get_entry, restore_entry, retire_entry
from scheduler.domain.plans import read_plan
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Invalid, NotFound, Refused
from scheduler.models.bookings import BookingState, CancelReason, ParticipantRole, Side
from scheduler.models.resources import Room, SchoolClass
from tests.world import ROOT, World

ZONE = "Asia/Shanghai"


def cast(session: Session, world: World, **changes: Any) -> Any:
    plan = read_plan(world.plan(**changes), zone=ZONE)
    return cast_plan(session, plan, partnership_id=world.id("partnership"))


def problems(session: Session, world: World, **changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        cast(session, world, **changes)
    return [(p.field, p.code) for p in caught.value.problems]


def retire(session: Session, world: World, shelf: str, key: str, *, back: bool = False) -> None:
    entry = get_entry(session, SHELVES[shelf], world.id(key))
    verb = restore_entry if back else retire_entry
    verb(session, SHELVES[shelf], entry, version=entry.version, act=world.act)


@pytest.fixture
def foreign(database: Database, world: World) -> dict[str, int]:
    """Another partnership's organisation, person and room."""
    ids = {}
    with database.write() as session:

        def add(shelf: str, **raw: Any) -> int:
            return create_entry(session, SHELVES[shelf], raw, viewer=ROOT, act=world.act).id

        ids["partnership"] = add("partnerships", name="示例协作（演示）")
        region = add("regions", partnership_id=ids["partnership"], name="示例地区（演示）")
        ids["school"] = add("organisations", region_id=region, kind="school", name="示例中学C（演示）")
        place = {"organisation_id": ids["school"]}
        ids["person"] = add("persons", **place, name="赵老师（示例）")
        ids["room"] = add("rooms", **place, name="外面的教室", seats=60)
        ids["class"] = add("classes", **place, name="七年级(9)班", grade="7", head_count=30)
    return ids


def test_the_lesson_of_december_2018(database: Database, world: World) -> None:
    with database.read() as session:
        found = cast(session, world)
    assert found.sites == [
        SiteCast(world.id("museum"), Side.HOST),
        *(SiteCast(world.id(f"school {n}"), Side.RECEIVING) for n in (1, 2, 3)),
    ]
    assert found.parts[:4] == [
        Part(world.id("gallery"), ParticipantRole.ROOM, 0),
        Part(world.id("lead"), ParticipantRole.LEAD, None),
        Part(world.id("educator"), ParticipantRole.EDUCATOR, None),
        Part(world.id("class 1"), ParticipantRole.CLASS, 1),
    ]
    assert found.parts[-1] == Part(world.id("account"), ParticipantRole.ACCOUNT, None)
    assert found.follows_id is None


def test_unknown_and_misplaced_references(database: Database, world: World) -> None:
    with database.read() as session:
        assert problems(
            session,
            world,
            account_id=world.id("gallery"),
            host={"organisation_id": 10**9, "room_id": world.id("lead")},
            people=[{"role": "lead", "person_id": world.id("room 1")}, {"role": "host", "person_id": 10**9}],
            receiving=[{"class_id": world.id("lead")}, {"organisation_id": world.id("school 2")}],
        ) == [
            ("host.room_id", "reference.unknown"),
            ("people.0.person_id", "reference.unknown"),
            ("people.1.person_id", "reference.unknown"),
            ("receiving.0.class_id", "reference.unknown"),
            ("account_id", "reference.unknown"),
            ("host.organisation_id", "reference.unknown"),
        ]


def test_another_partnerships_rows_are_as_unknown_as_those_that_never_were(
    database: Database, world: World, foreign: dict[str, int]
) -> None:
    with database.read() as session:
        told = problems(
            session,
            world,
            host={"organisation_id": foreign["school"], "room_id": foreign["room"]},
            people=[{"role": "lead", "person_id": foreign["person"]}],
            receiving=[{"class_id": foreign["class"]}],
        )
    assert told == [
        ("host.room_id", "reference.unknown"),
        ("people.0.person_id", "reference.unknown"),
        ("receiving.0.class_id", "reference.unknown"),
        ("host.organisation_id", "reference.unknown"),
        ("receiving.0.organisation_id", "site.empty"),
    ]


def test_the_same_person_twice_whatever_the_roles(database: Database, world: World) -> None:
    lead = world.id("lead")
    with database.read() as session:
        assert problems(
            session,
            world,
            people=[{"role": "lead", "person_id": lead}, {"role": "technician", "person_id": lead}],
            receiving=[
                {"class_id": world.id("class 1"), "assistant_id": lead},
                {"class_id": world.id("class 1"), "room_id": world.id("gallery")},
            ],
        ) == [
            ("people.1.person_id", "reference.twice"),
            ("receiving.0.assistant_id", "reference.twice"),
            ("receiving.1.class_id", "reference.twice"),
            ("receiving.1.room_id", "reference.twice"),
        ]


def test_what_is_retired_is_not_booked_until_it_is_restored(database: Database, world: World) -> None:
    with database.write() as session:
        for shelf, key in (("persons", "lead"), ("rooms", "gallery"), ("organisations", "school 2")):
            retire(session, world, shelf, key)
        assert problems(session, world) == [
            ("host.room_id", "reference.retired"),
            ("people.0.person_id", "reference.retired"),
            ("receiving.1.organisation_id", "reference.retired"),
        ]
        for shelf, key in (("persons", "lead"), ("rooms", "gallery"), ("organisations", "school 2")):
            retire(session, world, shelf, key, back=True)
        assert len(cast(session, world).parts) == 13


def test_a_booking_may_keep_what_was_retired_since(database: Database, world: World) -> None:
    with database.write() as session:
        plan = read_plan(world.plan(), zone=ZONE)
        booking = book(session, plan, partnership_id=world.id("partnership"), act=world.act)
        for shelf, key in (("persons", "lead"), ("organisations", "school 2")):
            retire(session, world, shelf, key)
        changed = read_plan(world.plan(title="新课题"), zone=ZONE)
        change_booking(session, booking, changed, version=booking.version, act=world.act)
        assert booking.title == "新课题"


@pytest.mark.parametrize(("pupils", "seats", "fits"), [(50, 50, True), (51, 50, False), (200, None, True)])
def test_a_class_larger_than_its_room(
    database: Database, world: World, pupils: int, seats: int | None, fits: bool
) -> None:
    with database.write() as session:
        session.get_one(SchoolClass, world.id("class 2")).head_count = pupils
        session.get_one(Room, world.id("room 2")).seats = seats
        session.flush()
        if fits:
            assert len(cast(session, world).parts) == 13
            return
        with pytest.raises(Invalid) as caught:
            cast(session, world)
        [problem] = caught.value.problems
        assert (problem.field, problem.code) == ("receiving.1.room_id", "room.too_small")
        assert problem.facts == {
            "class_name": "七年级(2)班",
            "head_count": 51,
            "room": "录播教室2",
            "seats": 50,
        }


def test_a_receiving_end_is_some_organisation(database: Database, world: World) -> None:
    with database.read() as session:
        ends = [
            {"organisation_id": world.id("school 1")},
            {"room_id": world.id("room 2")},
            {"assistant_id": world.id("assistant 3")},
        ]
        schools = [world.id(f"school {n}") for n in (1, 2, 3)]
        assert [site.organisation_id for site in cast(session, world, receiving=ends).sites[1:]] == schools
        assert problems(session, world, receiving=[{}]) == [("receiving.0.organisation_id", "site.empty")]


def test_a_class_sits_at_its_own_school(database: Database, world: World) -> None:
    site = {"organisation_id": world.id("school 1"), "class_id": world.id("class 2")}
    with database.read() as session:
        assert problems(session, world, receiving=[site]) == [("receiving.0.class_id", "class.other_school")]
        # A class may well sit in another school's room.
        away = {"class_id": world.id("class 2"), "room_id": world.id("room 1")}
        assert cast(session, world, receiving=[away]).sites[1].organisation_id == world.id("school 2")


# --- what belongs to a lesson ----------------------------------------------------------------------


def visit(world: World, **changes: Any) -> dict[str, Any]:
    raw = {
        "kind": "research",
        "title": "联合教研",
        "date": "2018-12-06",
        "starts": "11:30",
        "ends": "12:00",
        "host": {"organisation_id": world.id("museum")},
    }
    return {**raw, **changes}


def book_raw(session: Session, world: World, raw: dict[str, Any]) -> Any:
    plan = read_plan(raw, zone=ZONE)
    return book(session, plan, partnership_id=world.id("partnership"), act=world.act)


def follow_problems(session: Session, world: World, booking: Any, raw: dict[str, Any]) -> Any:
    plan = read_plan(raw, zone=ZONE)
    with pytest.raises(Invalid) as caught:
        if booking is None:
            book(session, plan, partnership_id=world.id("partnership"), act=world.act)
        else:
            change_booking(session, booking, plan, version=booking.version, act=world.act)
    return [(p.field, p.code) for p in caught.value.problems]


def test_joint_research_belongs_to_its_lesson(database: Database, world: World) -> None:
    with database.write() as session:
        lesson = book_raw(session, world, world.plan())
        research = book_raw(session, world, visit(world, follows=lesson.public_id))
        assert research.follows is lesson


def test_only_other_bookings_belong_and_only_to_lessons(database: Database, world: World) -> None:
    with database.write() as session:
        lesson = book_raw(session, world, world.plan())
        research = book_raw(session, world, visit(world, follows=lesson.public_id))
        after = visit(world, starts="14:00", ends="15:00")
        not_a_lesson = [("follows", "follows.not_a_lesson")]
        assert follow_problems(session, world, None, {**after, "follows": research.public_id}) == not_a_lesson
        assert follow_problems(session, world, lesson, world.plan(follows=lesson.public_id)) == not_a_lesson
        assert (
            follow_problems(session, world, research, visit(world, follows=research.public_id))
            == not_a_lesson
        )
        assert follow_problems(session, world, None, {**after, "follows": "0123456789abcdef"}) == [
            ("follows", "reference.unknown")
        ]
        assert follow_problems(session, world, lesson, world.plan(kind="training")) == [
            ("kind", "follows.is_followed")
        ]


def test_another_partnerships_lesson_is_unknown(
    database: Database, world: World, foreign: dict[str, int]
) -> None:
    with database.write() as session:
        raw = visit(world, kind="lesson", host={"organisation_id": foreign["school"]})
        plan = read_plan(raw, zone=ZONE)
        lesson = book(session, plan, partnership_id=foreign["partnership"], act=world.act)
        assert follow_problems(session, world, None, visit(world, follows=lesson.public_id)) == [
            ("follows", "reference.unknown")
        ]


# --- verbs that go with it -------------------------------------------------------------------------


@pytest.mark.parametrize("public_id", ["", "nothing", "\x00", "\ud800", "x" * 10_000, "' OR 1=1"])
def test_what_is_no_booking_is_not_found(database: Database, public_id: str) -> None:
    with database.read() as session, pytest.raises(NotFound) as caught:
        get_booking(session, public_id)
    assert caught.value.code == "booking.not_found"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("x" * 251, "field.too_long"),
        ("a\x00b", "field.control_characters"),
        ("13800138000", "field.phone_number"),
    ],
)
def test_words_of_a_cancellation_are_checked(database: Database, world: World, words: str, code: str) -> None:
    with database.write() as session:
        booking = book_raw(session, world, world.plan())
        with pytest.raises(Invalid) as caught:
            cancel_booking(
                session,
                booking,
                reason=CancelReason.SCHOOL_EVENT,
                words=words,
                version=booking.version,
                act=world.act,
            )
        assert [(p.field, p.code) for p in caught.value.problems] == [("words", code)]
        assert booking.state is BookingState.CONFIRMED


def test_the_longest_words_of_a_cancellation_fit_everywhere(database: Database, world: World) -> None:
    with database.write() as session:
        booking = book_raw(session, world, world.plan())
        cancel = {"reason": CancelReason.MUSEUM_CLOSED, "words": "闭" * 250, "act": world.act}
        cancel_booking(session, booking, version=booking.version, **cancel)
        with pytest.raises(Refused):
            cancel_booking(session, booking, version=booking.version, **cancel)


def test_a_change_of_people_only_raises_the_version_not_the_revision(
    database: Database, world: World
) -> None:
    with database.write() as session:
        booking = book_raw(session, world, world.plan())
        before = (booking.version, booking.revision)
        people = [{"role": "lead", "person_id": world.id("educator")}]
        plan = read_plan(world.plan(people=people), zone=ZONE)
        change_booking(session, booking, plan, version=booking.version, act=world.act)
        assert booking.version > before[0]
        assert booking.revision == before[1]
