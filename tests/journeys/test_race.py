"""Many at once: 32 threads want one hour, two edit one booking. Each race has a twin without its guard."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import func, select, text, update

from scheduler.db import Database
from scheduler.domain.accounts import add_user, change_user
from scheduler.domain.bookings import book, change_booking, get_booking
from scheduler.domain.directory import add_former_name, create_entry
from scheduler.domain.holds import count_overlaps
from scheduler.domain.plans import read_plan
from scheduler.domain.record_content import read_record
from scheduler.domain.records import get_record, save_record
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Clash, Invalid, StaleEdit
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import Booking
from scheduler.models.holds import Hold
from scheduler.models.places import Organisation
from scheduler.models.users import User
from tests.world import PASSWORD, ROOT, World

ZONE = "Asia/Shanghai"
FIGHTERS = 32


def race(attempts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run every attempt in a thread of its own, all from one starting line: its answer or what it raised."""
    line = threading.Barrier(len(attempts))

    def run(attempt: Callable[[], Any]) -> Any:
        line.wait()
        try:
            return attempt()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts))


def fight(database: Database, world: World) -> list[Any]:
    """32 threads each book the lead teacher for 45 minutes that share the minute 10:40."""

    def attempt(number: int) -> str:
        raw = {
            "kind": "lesson",
            "title": f"第{number}组",
            "date": "2018-12-06",
            "starts": f"10:{number:02d}",
            "ends": f"10:{number + 45:02d}" if number < 15 else f"11:{number - 15:02d}",
            "host": {"organisation_id": world.id("museum"), "room_id": world.id("gallery")},
            "people": [{"role": "lead", "person_id": world.id("lead")}],
        }
        with database.write() as session:
            plan = read_plan(raw, zone=ZONE)
            return book(session, plan, partnership_id=world.id("partnership"), act=world.act).public_id

    return race([lambda n=n: attempt(n) for n in range(FIGHTERS)])


def test_of_32_who_want_the_same_hour_one_gets_it_and_the_others_are_told_who(
    database: Database, world: World
) -> None:
    answers = fight(database, world)
    winners = [answer for answer in answers if isinstance(answer, str)]
    losers = [answer for answer in answers if isinstance(answer, Clash)]
    assert (len(winners), len(losers)) == (1, FIGHTERS - 1), answers
    with database.read() as session:
        winner = get_booking(session, winners[0])
        told = [
            ("person", "王老师（示例）", winner.public_id, winner.title, winner.starts_at, winner.ends_at),
            ("room", "第一展厅", winner.public_id, winner.title, winner.starts_at, winner.ends_at),
        ]
        assert count_overlaps(session) == 0
        assert session.scalar(select(func.count()).select_from(Booking)) == 1
        assert session.scalar(select(func.count()).select_from(Hold)) == 2
        assert session.scalars(select(AuditEntry.verb).where(AuditEntry.subject == "booking")).all() == [
            "book"
        ]
    for loser in losers:
        assert [
            (c.resource_kind, c.resource_name, c.booking_public_id, c.title, c.starts_at, c.ends_at)
            for c in loser.conflicts
        ] == told


def test_without_the_guard_the_same_fight_ends_in_overlaps(database: Database, world: World) -> None:
    guards = (
        ("DROP TRIGGER hold_guard_insert", "DROP TRIGGER hold_guard_update")
        if database.is_sqlite
        else ("ALTER TABLE hold DROP CONSTRAINT hold_overlap",)
    )
    with database.write() as session:
        for statement in guards:
            session.execute(text(statement))
    answers = fight(database, world)
    assert [type(answer) for answer in answers] == [str] * FIGHTERS
    with database.read() as session:
        # Every pair of the 32 shares a minute, with the teacher and in the gallery.
        assert count_overlaps(session) == 2 * FIGHTERS * (FIGHTERS - 1) // 2


def test_bookings_that_only_touch_all_win(database: Database, world: World) -> None:
    def attempt(hour: int) -> str:
        raw = {
            "kind": "visit",
            "title": f"{hour} 时",
            "date": "2018-12-06",
            "starts": f"{hour}:00",
            "ends": f"{hour + 1}:00",
            "host": {"organisation_id": world.id("museum"), "room_id": world.id("gallery")},
        }
        with database.write() as session:
            plan = read_plan(raw, zone=ZONE)
            return book(session, plan, partnership_id=world.id("partnership"), act=world.act).public_id

    answers = race([lambda h=h: attempt(h) for h in range(8, 20)])
    assert [type(answer) for answer in answers] == [str] * 12
    with database.read() as session:
        assert count_overlaps(session) == 0


def test_crossing_orders_of_the_same_people_never_deadlock(database: Database, world: World) -> None:
    people = [world.id(name) for name in ("lead", "educator", "assistant 1", "assistant 2", "assistant 3")]

    def attempt(number: int) -> str:
        raw = {
            "kind": "research",
            "title": f"第{number}组",
            "date": "2018-12-06",
            "starts": "10:00",
            "ends": "11:00",
            "host": {"organisation_id": world.id("museum")},
            "people": [
                {"role": "attendee", "person_id": person}
                for person in people[number % 5 :] + people[: number % 5]
            ],
        }
        with database.write() as session:
            plan = read_plan(raw, zone=ZONE)
            return book(session, plan, partnership_id=world.id("partnership"), act=world.act).public_id

    answers = race([lambda n=n: attempt(n) for n in range(16)])
    assert sorted(type(answer).__name__ for answer in answers) == ["Clash"] * 15 + ["str"]


# --- two editors of one booking ------------------------------------------------------------------


def book_lesson(database: Database, world: World) -> str:
    with database.write() as session:
        plan = read_plan(world.plan(), zone=ZONE)
        return book(session, plan, partnership_id=world.id("partnership"), act=world.act).public_id


def two_editors(database: Database, world: World, public_id: str, *changes: dict) -> list[Any]:
    """Both read the booking first; then each saves its own change with the version that it read."""
    with database.read() as session:
        read = get_booking(session, public_id).version

    def edit(change: dict) -> str:
        plan = read_plan(world.plan(**change), zone=ZONE)
        with database.write() as session:
            booking = get_booking(session, public_id)
            change_booking(session, booking, plan, version=read, act=world.act)
            return booking.title

    return race([lambda c=change: edit(c) for change in changes])


def test_of_two_editors_one_wins_and_the_other_is_told(database: Database, world: World) -> None:
    public_id = book_lesson(database, world)
    answers = two_editors(database, world, public_id, {"title": "甲的课题"}, {"title": "乙的课题"})
    won = [answer for answer in answers if isinstance(answer, str)]
    stale = [answer for answer in answers if isinstance(answer, StaleEdit)]
    assert (len(won), len(stale)) == (1, 1), answers
    assert (stale[0].facts["given"], stale[0].facts["current"]) == (1, 2)
    with database.read() as session:
        booking = get_booking(session, public_id)
        assert (booking.title, booking.version) == (won[0], 2)


def test_two_who_change_only_the_people_within_a_second_do_not_overwrite_each_other(
    database: Database, world: World
) -> None:
    public_id = book_lesson(database, world)
    lead = {"role": "lead", "person_id": world.id("lead")}
    educator = {"role": "educator", "person_id": world.id("educator")}
    answers = two_editors(database, world, public_id, {"people": [lead]}, {"people": [educator]})
    assert sorted(type(answer).__name__ for answer in answers) == ["StaleEdit", "str"], answers


def test_without_the_version_the_last_editor_silently_wins(database: Database, world: World) -> None:
    public_id = book_lesson(database, world)

    together = threading.Barrier(2)

    def read_then_write(title: str) -> int:
        with database.read() as session:
            note = session.scalar(select(Booking.note).where(Booking.public_id == public_id))
        together.wait()
        with database.write() as session:
            # What ``change_booking`` would do without its version: what was read earlier, written back.
            statement = update(Booking).where(Booking.public_id == public_id).values(note=f"{note}{title}")
            return session.execute(statement).rowcount

    assert race([lambda: read_then_write("甲"), lambda: read_then_write("乙")]) == [1, 1]
    with database.read() as session:
        assert get_booking(session, public_id).note in ("甲", "乙")  # one of the two is lost


def test_of_two_who_begin_a_record_one_wins_and_the_other_is_told(database: Database, world: World) -> None:
    with database.write() as session:
        plan = read_plan(world.plan(date="2018-11-29"), zone=ZONE)
        public_id = book(session, plan, partnership_id=world.id("partnership"), act=world.act).public_id

    def begin(effect: str) -> str:
        with database.write() as session:
            booking = get_booking(session, public_id)
            content = read_record({"effect": effect}, booking, zone=ZONE)
            return save_record(session, booking, content, version=0, act=world.act).effect

    answers = race([lambda n=n: begin(f"第{n}份") for n in range(4)])
    won = [answer for answer in answers if isinstance(answer, str)]
    assert sorted(type(answer).__name__ for answer in answers) == [*["StaleEdit"] * 3, "str"], answers
    with database.read() as session:
        record = get_record(session, get_booking(session, public_id))
        assert record is not None
        assert (record.effect, record.version) == (won[0], 1)


def problems_of(answers: Sequence[Any]) -> list[tuple[str, str]]:
    """(field, code) of those who were refused; one at least was not."""
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(refused) == len(answers) - 1, answers
    assert {type(error) for error in refused} == {Invalid}, answers
    return sorted({(problem.field, problem.code) for error in refused for problem in error.problems})


def test_of_those_who_take_one_name_at_once_one_gets_it(database: Database, world: World) -> None:
    """Each looks whether it is free before anybody has written; the database's key decides."""
    before_writing = threading.Barrier(4, timeout=10)

    def taking(verb: Callable[[Any], Any]) -> Callable[[], Any]:
        def take() -> None:
            with database.write() as session:
                if not database.is_sqlite:  # there the write lock lets one in at a time
                    session.connection()
                    before_writing.wait()
                verb(session)

        return take

    def add(session: Any) -> None:
        raw = {"email": "new@example.org", "name": "新人（示例）"}
        add_user(session, raw, password=PASSWORD, act=world.act)

    def rename(who: str) -> Callable[[Any], None]:
        def change(session: Any) -> None:
            user = session.get_one(User, world.id(who))
            raw = {"email": "renamed@example.org", "name": user.name}
            change_user(session, user, raw, version=user.version, act=world.act)

        return change

    def region(session: Any) -> None:
        raw = {"partnership_id": world.id("partnership"), "name": "新地区"}
        create_entry(session, SHELVES["regions"], raw, viewer=ROOT, act=world.act)

    def former(session: Any) -> None:
        museum = session.get_one(Organisation, world.id("museum"))
        add_former_name(session, museum, {"name": "旧名", "until": "2015-01-01"}, act=world.act)

    assert problems_of(race([taking(add)] * 4)) == [("email", "email.taken")]
    renamed = [taking(rename(who)) for who in ("viewer", "manager", "coordinator", "administrator")]
    assert problems_of(race(renamed)) == [("email", "email.taken")]
    assert problems_of(race([taking(region)] * 4)) == [("name", "name.taken")]
    assert problems_of(race([taking(former)] * 4)) == [("until", "former_name.taken")]
