"""One question, one answer; rules can be overridden with a reason, holds never, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.availability import Answer, ask, make_question, question_of, whole_resources
from scheduler.domain.bookings import book, change_booking, get_booking, move_booking
from scheduler.domain.calendars.rules import Question
from scheduler.domain.capacity import set_capacity
from scheduler.domain.directory import create_entry
from scheduler.domain.holds import Span
from scheduler.domain.plans import BookingPlan, read_plan
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Clash, Objected
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import Booking, BookingKind, ParticipantRole, Timing
from scheduler.models.holds import Hold
from scheduler.models.resources import MeetingAccount
from tests.domain.calendars.rows import add_closure, add_hours, add_schedule, add_term, add_year, shanghai
from tests.web.queries import counted
from tests.world import ROOT, World

ZONE = "Asia/Shanghai"
REASON = "校长已同意"
EVENING = {"starts": "18:00", "ends": "19:20"}
EXPECTED = [
    ("opening.hours", "北京大葆台遗址博物馆"),
    ("closure.closed", "示例中学A（演示）"),
    ("bell.not_in_lessons", "林西县民族中学"),
]
"""What speaks against the evening."""


@pytest.fixture
def ruled(database: Database, world: World) -> World:
    """School 1 teaches from 10:00 to 11:30, the museum is open until 16:30, school 2 has exams at night."""
    with database.write() as session:
        add_year(session, world, 2018)
        add_hours(session, world, "museum")
        add_schedule(session, world, "school 1", 600, 650)
        add_closure(session, world, "school 2", "2018-12-06 17:00", "2018-12-06 21:00")
    return world


def plan_of(world: World, **changes: Any) -> BookingPlan:
    return read_plan(world.plan(**changes), zone=ZONE)


def book_it(session: Session, world: World, **changes: Any) -> Booking:
    plan = plan_of(world, **changes)
    return book(session, plan, partnership_id=world.id("partnership"), act=world.act)


def span(starts: str, ends: str) -> Span:
    return Span(shanghai(starts), shanghai(ends))


def lesson_question(session: Session, world: World) -> Question:
    """The question about the lesson of the small world."""
    roles = {
        world.id("gallery"): ParticipantRole.ROOM,
        world.id("educator"): ParticipantRole.EDUCATOR,
        world.id("class 1"): ParticipantRole.CLASS,
        world.id("class 2"): ParticipantRole.CLASS,
        world.id("account"): ParticipantRole.ACCOUNT,
    }
    known = whole_resources(session, roles)
    return make_question(
        [(known[resource_id], role) for resource_id, role in roles.items()],
        kind=BookingKind.LESSON,
        timing=Timing.INSIDE,
        site_ids=[world.id("museum"), world.id("school 1"), world.id("school 2")],
    )


def asked(session: Session, world: World, when: Span, **more: Any) -> Answer:
    return ask(session, lesson_question(session, world), when, partnership_id=world.id("partnership"), **more)


def told(objections: Any) -> list[tuple[str, object]]:
    return [(one.code, one.facts.get("name")) for one in objections]


def standing(session: Session) -> list[Any]:
    """Everything that a verb of bookings could write."""
    counts = [session.scalar(select(func.count()).select_from(table)) for table in (Booking, AuditEntry)]
    holds = session.execute(select(Hold.resource_id, Hold.starts_at, Hold.ends_at, Hold.booking_id)).all()
    rows = session.execute(
        select(Booking.title, Booking.starts_at, Booking.version, Booking.revision, Booking.override_reason)
    ).all()
    return [counts, sorted(holds), sorted(rows)]


def last_note(session: Session) -> AuditEntry:
    return session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


# --- the answer -----------------------------------------------------------------------------------


def test_the_answer_is_free_or_why_not(database: Database, ruled: World) -> None:
    with database.write() as session:
        free = asked(session, ruled, span("2018-12-06 10:00", "2018-12-06 11:20"))
        assert (free.is_free, free.conflicts, free.objections) == (True, (), ())
        assert told(free.notes) == [("bell.unknown", "示例中学A（演示）")]
        booking = book_it(session, ruled)
        busy = asked(session, ruled, span("2018-12-06 11:00", "2018-12-06 11:30"))
        assert [one.booking_public_id for one in busy.conflicts] == [booking.public_id] * 5
        assert (busy.is_free, busy.objections) == (False, ())
        evening = asked(session, ruled, span("2018-12-06 18:00", "2018-12-06 19:20"))
        assert (evening.is_free, evening.conflicts) == (False, ())
        assert sorted(told(evening.objections)) == sorted(EXPECTED)
        both = asked(session, ruled, span("2018-12-06 11:00", "2018-12-06 17:10"))
        assert (len(both.conflicts), sorted(told(both.objections))) == (5, sorted(EXPECTED))


def test_what_is_only_told_leaves_the_time_free(database: Database, ruled: World) -> None:
    with database.write() as session:
        add_term(session, ruled, "linxi", "2018-09-01", "2018-12-05")
        answer = asked(session, ruled, span("2018-12-06 10:00", "2018-12-06 11:20"))
        assert answer.is_free is True
        assert sorted(told(answer.notes)) == [
            ("bell.unknown", "示例中学A（演示）"),
            ("term.unknown", "林西县民族中学"),
            ("term.unknown", "示例中学A（演示）"),
        ]
        assert book_it(session, ruled).override_reason == ""


def test_a_booking_does_not_stand_in_its_own_way(database: Database, ruled: World) -> None:
    when = span("2018-12-06 10:10", "2018-12-06 11:30")
    with database.write() as session:
        booking = book_it(session, ruled)
        question = question_of(session, booking)
        partnership_id = ruled.id("partnership")
        alone = ask(session, question, when, partnership_id=partnership_id, leave_out=booking.id)
        assert (alone.is_free, alone.conflicts) == (True, ())
        assert len(ask(session, question, when, partnership_id=partnership_id).conflicts) == 13
        move_booking(session, booking, span=when, version=booking.version, act=ruled.act)
        assert (booking.starts_at, booking.revision) == (when.starts_at, 1)


def test_the_write_path_takes_what_the_answer_calls_free_and_nothing_else(
    database: Database, ruled: World
) -> None:
    with database.write() as session:
        book_it(session, ruled, title="先有的课", receiving=[], starts="10:50", ends="11:30", segments=[])
    taken = {}
    for minute in range(570, 700, 10):
        clocks = {
            "starts": f"{minute // 60}:{minute % 60:02d}",
            "ends": f"{(minute + 40) // 60}:{(minute + 40) % 60:02d}",
        }
        plan = plan_of(ruled, segments=[], **clocks)
        with database.read() as session:
            booking, free = None, False
            question = replace(lesson_question(session, ruled), site_ids=())
            free = ask(session, question, plan.span, partnership_id=ruled.id("partnership")).is_free
            try:
                booking = book(session, plan, partnership_id=ruled.id("partnership"), act=ruled.act)
            except (Clash, Objected):
                session.rollback()
            assert (booking is not None) == free, clocks
            taken[clocks["starts"]] = free
    assert [starts for starts, free in taken.items() if free] == ["10:00", "10:10"]


# --- overriding -----------------------------------------------------------------------------------


def test_rules_that_speak_against_it_are_all_named_and_nothing_is_written(
    database: Database, ruled: World
) -> None:
    with database.write() as session:
        before = standing(session)
        with pytest.raises(Objected) as caught:
            book_it(session, ruled, **EVENING)
    assert sorted(told(caught.value.objections)) == sorted(EXPECTED)
    assert all(one.soft for one in caught.value.objections)
    assert caught.value.facts == {"count": 3}
    with database.read() as session:
        assert standing(session) == before


def test_a_reason_overrides_them_and_is_kept_and_noted(database: Database, ruled: World) -> None:
    with database.write() as session:
        public_id = book_it(session, ruled, **EVENING, override_reason=REASON).public_id
    with database.read() as session:
        booking = get_booking(session, public_id)
        changes = last_note(session).changes
        assert booking.override_reason == REASON
        assert changes["override_reason"] == [None, REASON]
        before, overridden = changes["overridden"]
        assert before is None
        assert sorted(map(tuple, overridden)) == sorted(EXPECTED)
        assert session.scalar(select(func.count()).where(Hold.booking_id == booking.id)) == 13


def test_a_reason_against_nothing_is_not_kept(database: Database, ruled: World) -> None:
    with database.write() as session:
        booking = book_it(session, ruled, override_reason=REASON)
        assert booking.override_reason == ""
        assert "overridden" not in last_note(session).changes
        assert last_note(session).changes["override_reason"] == [None, ""]


def test_changing_is_weighed_as_booking_is(database: Database, ruled: World) -> None:
    with database.write() as session:
        public_id = book_it(session, ruled).public_id

    def change(session: Session, **changes: Any) -> Booking:
        booking = get_booking(session, public_id)
        plan = plan_of(ruled, **changes)
        return change_booking(session, booking, plan, version=booking.version, act=ruled.act)

    with database.write() as session:
        before = standing(session)
        with pytest.raises(Objected) as caught:
            change(session, **EVENING)
        assert sorted(told(caught.value.objections)) == sorted(EXPECTED)
    with database.write() as session:
        assert standing(session) == before
        assert change(session, **EVENING, override_reason=REASON).override_reason == REASON
        noted = last_note(session).changes
        assert noted["override_reason"] == ["", REASON]
        assert sorted(map(tuple, noted["overridden"][1])) == sorted(EXPECTED)
    with database.write() as session:
        assert change(session, override_reason=REASON).override_reason == ""
        assert last_note(session).changes["override_reason"] == [REASON, ""]
        assert "overridden" not in last_note(session).changes


def test_moving_is_weighed_as_booking_is(database: Database, ruled: World) -> None:
    evening = span("2018-12-06 18:00", "2018-12-06 19:20")
    with database.write() as session:
        public_id = book_it(session, ruled).public_id

    def move(session: Session, when: Span, reason: str = "") -> Booking:
        booking = get_booking(session, public_id)
        return move_booking(
            session, booking, span=when, version=booking.version, act=ruled.act, override_reason=reason
        )

    with database.write() as session:
        before = standing(session)
        with pytest.raises(Objected) as caught:
            move(session, evening)
        assert sorted(told(caught.value.objections)) == sorted(EXPECTED)
    with database.write() as session:
        assert standing(session) == before
        assert move(session, evening, REASON).override_reason == REASON
        noted = last_note(session)
        assert (noted.verb, noted.changes["override_reason"]) == ("move", ["", REASON])
        assert sorted(map(tuple, noted.changes["overridden"][1])) == sorted(EXPECTED)
    with database.write() as session:
        with pytest.raises(Objected):  # an old reason is no reason for another time
            move(session, span("2018-12-06 18:10", "2018-12-06 19:30"))
        back = move(session, span("2018-12-06 10:00", "2018-12-06 11:20"), REASON)
        assert (back.override_reason, back.revision) == ("", 2)


def test_busy_and_objected_at_once_are_told_together(database: Database, ruled: World) -> None:
    with database.write() as session:
        first = book_it(session, ruled, **EVENING, override_reason=REASON).public_id
    with database.write() as session:
        before = standing(session)
        with pytest.raises(Clash) as caught:
            book_it(session, ruled, title="另一节", **EVENING)
        assert standing(session) == before
    assert [one.booking_public_id for one in caught.value.conflicts] == [first] * 13
    assert sorted(told(caught.value.objections)) == sorted(EXPECTED)


@pytest.mark.parametrize("times", [EVENING, {"starts": "10:00", "ends": "11:20"}])
def test_no_reason_overrides_a_hold(database: Database, ruled: World, times: dict[str, str]) -> None:
    with database.write() as session:
        first = book_it(session, ruled, **times, override_reason=REASON).public_id
        before = standing(session)
    with pytest.raises(Clash) as caught, database.write() as session:
        book_it(session, ruled, title="另一节", **times, override_reason=REASON)
    assert [one.booking_public_id for one in caught.value.conflicts] == [first] * 13
    assert caught.value.objections == ()
    with pytest.raises(Clash), database.write() as session:
        other = book_it(session, ruled, title="另一节", date="2018-12-07")
        when = Span(other.starts_at, other.ends_at)
        moved = timedelta(days=-1) + (
            shanghai(f"2018-12-06 {times['starts']}") - shanghai("2018-12-06 10:00")
        )
        there = Span(when.starts_at + moved, when.ends_at + moved)
        move_booking(session, other, span=there, version=other.version, act=ruled.act, override_reason=REASON)
    with database.read() as session:
        assert standing(session) == before


# --- lanes and queries ----------------------------------------------------------------------------


def test_a_lane_that_is_left_is_free(database: Database, ruled: World) -> None:
    with database.write() as session:
        set_capacity(session, session.get_one(MeetingAccount, ruled.id("account")), 2, at=ruled.act.at)
        only = {
            "receiving": [],
            "people": [],
            "segments": [],
            "host": {"organisation_id": ruled.id("museum")},
        }
        question = replace(lesson_question(session, ruled), site_ids=())
        question = replace(question, wanted=question.wanted[-1:])
        when, partnership_id = span("2018-12-06 10:30", "2018-12-06 11:00"), ruled.id("partnership")
        found = []
        for number in range(2):
            book_it(session, ruled, title=f"活动{number}", **only)
            found.append(len(ask(session, question, when, partnership_id=partnership_id).conflicts))
        assert found == [0, 2]


def add_school(session: Session, world: World, number: int) -> tuple[int, int]:
    """Another school with a class, and calendars of every kind; answers their ids."""
    ids = world.ids

    def create(shelf: str, **raw: Any) -> int:
        return create_entry(session, SHELVES[shelf], raw, viewer=ROOT, act=world.act).id

    school = create(
        "organisations", region_id=ids["linxi"], kind="school", name=f"学校{number}", stages="lower_secondary"
    )
    class_id = create("classes", organisation_id=school, grade="7", name=f"学校{number}七年级", head_count=40)
    known = World({**ids, "here": school, "class here": class_id}, world.act)
    add_schedule(session, known, "here", 600, 650)
    add_hours(session, known, "here")
    add_closure(session, known, "here", "2018-12-06 08:00", "2018-12-06 12:00")
    add_closure(session, known, "here", "2018-12-06 08:00", "2018-12-06 12:00", resource="class here")
    return school, class_id


def test_asking_about_many_takes_as_many_queries_as_about_one(database: Database, ruled: World) -> None:
    with database.write() as session:
        schools = [add_school(session, ruled, number) for number in range(12)]
    statements = []
    for several in (schools[:1], schools):
        with database.read() as session:
            known = whole_resources(session, [class_id for _school, class_id in several])
            question = make_question(
                [(resource, ParticipantRole.CLASS) for resource in known.values()],
                kind=BookingKind.LESSON,
                timing=Timing.INSIDE,
                site_ids=[school for school, _class_id in several],
            )
            when = span("2018-12-06 10:00", "2018-12-06 11:20")
            with counted(database) as seen:
                answer = ask(session, question, when, partnership_id=ruled.id("partnership"))
            assert len(answer.objections) == 2 * len(several)
            statements.append(len(seen))
    assert statements[0] == statements[1]
    assert statements[0] <= 10
