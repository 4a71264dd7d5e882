"""What happened in a lesson: read, saved, filed, reopened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.act import Act
from scheduler.domain.bookings import book, cancel_booking, change_booking
from scheduler.domain.plans import read_plan
from scheduler.domain.record_content import read_record
from scheduler.domain.records import file_record, get_record, reopen_record, save_record
from scheduler.errors import Invalid, Refused, StaleEdit
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import Booking, BookingState, CancelReason
from scheduler.models.records import LinkTest, RecordState
from tests.world import World

ZONE = "Asia/Shanghai"
AFTER = Act(user_id=None, at=datetime(2018, 12, 6, 4, 0, tzinfo=UTC), via="cli")


@pytest.fixture
def booking_id(database: Database, world: World) -> int:
    with database.write() as session:
        plan = read_plan(world.plan(), zone=ZONE)
        return book(session, plan, partnership_id=world.id("partnership"), act=world.act).id


def entered(world: World, **changes: Any) -> dict[str, Any]:
    """What a coordinator enters after the lesson."""
    raw = {
        "actual_starts": "10:03",
        "actual_ends": "11:25",
        "link_test": "passed",
        "link_tested": "2018-12-05T15:00:00+08:00",
        "equipment": "主摄像机一台\n流动摄像机一台",
        "works": "120",
        "questions_asked": 9,
        "effect": "好",
        "attendances": [
            {"class_id": world.id(f"class {n}"), "expected": 40 + n, "present": 40} for n in (1, 2, 3)
        ],
        "segments": [{"position": 0, "minutes": 25}, {"position": "3", "minutes": "0"}],
        "questions": [{"class_id": world.id("class 2"), "question": "题凑是什么？", "answer": "木材。"}],
        "incidents": [{"kind": "sound", "what": "回声", "handling": "换麦克风", "minutes_lost": 2}],
    }
    return {**raw, **changes}


def save(
    session: Session, world: World, booking_id: int, *, version: int = 0, act: Act = AFTER, **changes: Any
) -> Any:
    booking = session.get_one(Booking, booking_id)
    content = read_record(entered(world, **changes), booking, zone=ZONE)
    return save_record(session, booking, content, version=version, act=act)


def problems(database: Database, world: World, booking_id: int, **changes: Any) -> list[tuple[str, str]]:
    with database.read() as session, pytest.raises(Invalid) as caught:
        booking = session.get_one(Booking, booking_id)
        read_record(entered(world, **changes), booking, zone=ZONE)
    return [(p.field, p.code) for p in caught.value.problems]


def test_a_record_is_kept_as_entered(database: Database, world: World, booking_id: int) -> None:
    with database.write() as session:
        assert save(session, world, booking_id).version == 1
    with database.read() as session:
        booking = session.get_one(Booking, booking_id)
        record = get_record(session, booking)
        assert record is not None
        assert (booking.state, record.state, record.link_test) == (
            BookingState.DONE,
            RecordState.DRAFT,
            LinkTest.PASSED,
        )
        assert record.actual_starts_at == datetime(2018, 12, 6, 2, 3, tzinfo=UTC)
        assert record.actual_ends_at == datetime(2018, 12, 6, 3, 25, tzinfo=UTC)
        assert record.link_tested_at == datetime(2018, 12, 5, 7, 0, tzinfo=UTC)
        assert (record.works, record.questions_asked) == (120, 9)
        assert [(a.class_id, a.expected, a.present) for a in record.attendances] == [
            (world.id(f"class {n}"), 40 + n, 40) for n in (1, 2, 3)
        ]
        assert [(m.segment.position, m.minutes) for m in record.segment_minutes] == [(0, 25), (3, 0)]
        assert [(q.class_id, q.question) for q in record.questions] == [(world.id("class 2"), "题凑是什么？")]
        assert [(i.kind.value, i.minutes_lost) for i in record.incidents] == [("sound", 2)]


def test_saving_again_replaces_every_row(database: Database, world: World, booking_id: int) -> None:
    with database.write() as session:
        save(session, world, booking_id)
    with database.write() as session:
        one = [{"class_id": world.id("class 1"), "expected": 41, "present": 41}]
        record = save(session, world, booking_id, version=1, attendances=one, questions=[], incidents=[])
        assert record.version > 1
    with database.read() as session:
        record = get_record(session, session.get_one(Booking, booking_id))
        assert [(a.class_id, a.present) for a in record.attendances] == [(world.id("class 1"), 41)]
        assert (record.questions, record.incidents) == ([], [])


def test_of_two_editors_the_second_is_told_even_within_a_second(
    database: Database, world: World, booking_id: int
) -> None:
    with database.write() as session:
        save(session, world, booking_id)
    with pytest.raises(StaleEdit), database.write() as session:
        save(session, world, booking_id)
    with database.write() as session:
        save(session, world, booking_id, version=1, questions=[])  # its rows alone change
    with pytest.raises(StaleEdit) as caught, database.write() as session:
        save(session, world, booking_id, version=1, incidents=[])
    assert (caught.value.facts["given"], caught.value.facts["current"]) == (1, 2)


def test_filing_and_reopening(database: Database, world: World, booking_id: int) -> None:
    with database.write() as session:
        save(session, world, booking_id)
    with database.write() as session:
        booking = session.get_one(Booking, booking_id)
        record = file_record(session, booking, version=1, act=AFTER)
        assert (record.state, record.filed_at, booking.state) == (
            RecordState.FILED,
            AFTER.at,
            BookingState.RECORDED,
        )
        filed = record.version
    with pytest.raises(Refused) as caught, database.write() as session:
        save(session, world, booking_id, version=filed)
    assert caught.value.code == "record.filed"
    with pytest.raises(StaleEdit), database.write() as session:
        reopen_record(session, session.get_one(Booking, booking_id), version=1, act=AFTER)
    with database.write() as session:
        booking = session.get_one(Booking, booking_id)
        record = reopen_record(session, booking, version=filed, act=AFTER)
        assert (record.state, record.filed_at, booking.state) == (RecordState.DRAFT, None, BookingState.DONE)
    with database.read() as session:
        verbs = session.scalars(
            select(AuditEntry.verb).where(AuditEntry.subject == "record").order_by(AuditEntry.id)
        )
        assert verbs.all() == ["write", "file", "reopen"]


def test_every_class_needs_its_head_count_before_filing(
    database: Database, world: World, booking_id: int
) -> None:
    with database.write() as session:
        only = [{"class_id": world.id("class 2"), "expected": 42, "present": 40}]
        save(session, world, booking_id, attendances=only)
    with pytest.raises(Invalid) as caught, database.write() as session:
        file_record(session, session.get_one(Booking, booking_id), version=1, act=AFTER)
    [problem] = caught.value.problems
    assert (problem.field, problem.code, problem.facts) == (
        "attendances",
        "record.attendance_missing",
        {"classes": ["七年级(1)班", "七年级(3)班"]},
    )


@pytest.mark.parametrize("minutes", [-1, 0])
def test_a_record_begins_when_the_lesson_does(
    database: Database, world: World, booking_id: int, minutes: int
) -> None:
    at = datetime(2018, 12, 6, 2, 0, tzinfo=UTC) + timedelta(minutes=minutes)
    act = Act(user_id=None, at=at, via="cli")
    with database.write() as session:
        if minutes == 0:
            assert save(session, world, booking_id, act=act).version == 1
            return
        with pytest.raises(Refused) as caught:
            save(session, world, booking_id, act=act)
        assert caught.value.code == "record.too_early"


def test_what_was_cancelled_has_no_record(database: Database, world: World, booking_id: int) -> None:
    with database.write() as session:
        booking = session.get_one(Booking, booking_id)
        cancel = {"reason": CancelReason.ILLNESS, "words": "", "version": booking.version}
        cancel_booking(session, booking, **cancel, act=world.act)
        with pytest.raises(Refused) as caught:
            save(session, world, booking_id)
        assert caught.value.code == "record.not_recordable"


def test_what_was_taught_is_not_changed_any_more(database: Database, world: World, booking_id: int) -> None:
    with database.write() as session:
        save(session, world, booking_id)
        booking = session.get_one(Booking, booking_id)
        plan = read_plan(world.plan(title="改"), zone=ZONE)
        with pytest.raises(Refused) as caught:
            change_booking(session, booking, plan, version=booking.version, act=AFTER)
        assert caught.value.code == "booking.not_changeable"


def test_a_record_that_is_not_there_is_neither_filed_nor_reopened(
    database: Database, world: World, booking_id: int
) -> None:
    with database.write() as session:
        booking = session.get_one(Booking, booking_id)
        for verb in (file_record, reopen_record):
            with pytest.raises(Refused) as caught:
                verb(session, booking, version=0, act=AFTER)
            assert caught.value.code == "record.missing"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"actual_ends": "10:00"}, [("actual_ends", "time.ends_before_start")]),
        ({"actual_ends": "10:03"}, [("actual_ends", "time.zero_length")]),
        ({"actual_starts": "25:00"}, [("actual_starts", "time.nonexistent")]),
        ({"actual_starts": 10}, [("actual_starts", "time.not_a_time")]),
        ({"link_tested": "2018-12-05T15:00:00"}, [("link_tested", "time.no_offset")]),
        ({"link_test": "maybe"}, [("link_test", "field.not_an_option")]),
        ({"works": -1}, [("works", "field.out_of_range")]),
        ({"works": 1.5}, [("works", "field.not_whole")]),
        ({"effect": "x" * 5001}, [("effect", "field.too_long")]),
        ({"effect": "学生 110101199003074514"}, [("effect", "field.identity_number")]),
        ({"reflection": "一\ud800"}, [("reflection", "field.control_characters")]),
        ({"pupils": ["王"]}, [("pupils", "field.unknown")]),
        ({"attendances": {}}, [("attendances", "field.not_a_list")]),
        ({"questions": [{"question": "？"}] * 201}, [("questions", "field.too_many")]),
        ({"questions": [{"question": "？", "pupil": "王"}]}, [("questions.0.pupil", "field.unknown")]),
        ({"questions": [{}]}, [("questions.0.question", "field.required")]),
        (
            {"incidents": [{"kind": "x", "what": ""}]},
            [
                ("incidents.0.kind", "field.not_an_option"),
                ("incidents.0.what", "field.required"),
            ],
        ),
        (
            {"segments": [{"position": 9, "minutes": 5}]},
            [("segments.0.position", "record.not_a_segment_of_it")],
        ),
        ({"segments": [{"position": 1, "minutes": 5}] * 2}, [("segments.1.position", "record.row_twice")]),
        (
            {"segments": ["x", {"position": 1, "minutes": 1440}]},
            [
                ("segments.0", "field.not_an_object"),
                ("segments.1.minutes", "field.out_of_range"),
            ],
        ),
    ],
)
def test_bad_input_is_told_at_its_path(
    database: Database, world: World, booking_id: int, changes: dict, expected: list
) -> None:
    assert problems(database, world, booking_id, **changes) == expected


def test_bad_attendances(database: Database, world: World, booking_id: int) -> None:
    one, lead = world.id("class 1"), world.id("lead")
    rows = [
        {"class_id": one, "expected": 40, "present": 41},
        {"class_id": one, "expected": 40, "present": 40},
        {"class_id": lead, "expected": 1, "present": 1},
        {"class_id": None, "expected": "x", "present": 5},
        {"class_id": None, "expected": "x", "present": 5},
    ]
    assert problems(database, world, booking_id, attendances=rows) == [
        ("attendances.3.class_id", "field.required"),
        ("attendances.3.expected", "field.not_whole"),
        ("attendances.4.class_id", "field.required"),
        ("attendances.4.expected", "field.not_whole"),
        ("attendances.2.class_id", "record.not_a_class_of_it"),
        ("attendances.0.present", "record.more_than_expected"),
        ("attendances.1.class_id", "record.row_twice"),
    ]
