"""A closure entered later: what it hits, where that could go, and moving it together or not at all."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain import closures
from scheduler.domain.bookings import book, cancel_booking
from scheduler.domain.closures import Move, hit_bookings, hits, move_hits
from scheduler.domain.directory import create_entry, restore_entry, retire_entry
from scheduler.domain.holds import Span, count_overlaps
from scheduler.domain.plans import read_plan
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Invalid, MovesBlocked, StaleEdit
from scheduler.models.bookings import Booking, BookingKind, CancelReason
from scheduler.models.openings import Closure
from tests.domain.series.test_turns import edit_one, on_postgresql, wait_until_one_waits
from tests.web.queries import counted
from tests.world import ROOT, World

ZONE = "Asia/Shanghai"


def close(session: Session, world: World, place: str = "museum", **raw: Any) -> Closure:
    """A closure of Thursday 6 December, all day."""
    given = {"organisation_id": world.id(place), "kind": "closed", "name": "布展"}
    given |= {"starts_at": "2018-12-06", "ends_at": "2018-12-06"} | raw
    return create_entry(session, SHELVES["closures"], given, viewer=ROOT, act=world.act)


def lesson(session: Session, world: World, **changes: Any) -> Booking:
    plan = read_plan(world.plan(**changes), zone=ZONE)
    return book(session, plan, partnership_id=world.id("partnership"), act=world.act)


def visit(session: Session, world: World, **changes: Any) -> Booking:
    """Somebody of the institute at the institute, and nothing else."""
    raw = {
        "kind": "visit",
        "title": "看一看",
        "date": "2018-12-06",
        "starts": "14:00",
        "ends": "15:00",
        "host": {"organisation_id": world.id("institute")},
        "people": [{"role": "attendee", "person_id": world.id("lead")}],
    }
    plan = read_plan({**raw, **changes}, zone=ZONE)
    return book(session, plan, partnership_id=world.id("partnership"), act=world.act)


def hit(session: Session, world: World, closure: Closure) -> list[str]:
    return [row.title for row in session.scalars(hit_bookings(closure, now=world.act.at))]


def found(session: Session, world: World, closure: Closure) -> Any:
    return hits(session, closure, viewer=ROOT, zone=ZONE, now=world.act.at)


def test_a_closed_place_hits_whatever_needs_it(database: Database, world: World) -> None:
    with database.write() as session:
        lesson(session, world)
        visit(session, world)
        assert hit(session, world, close(session, world)) == ["走进大葆台西汉墓"]
        assert hit(session, world, close(session, world, "institute")) == ["走进大葆台西汉墓", "看一看"]
        assert hit(session, world, close(session, world, "school 2")) == ["走进大葆台西汉墓"]


def test_a_closure_that_was_withdrawn_hits_nothing_until_it_is_back(database: Database, world: World) -> None:
    with database.write() as session:
        row, closure = lesson(session, world), close(session, world)
        move = Move(Span(row.starts_at + timedelta(days=1), row.ends_at + timedelta(days=1)), row.version)
        retire_entry(session, SHELVES["closures"], closure, version=closure.version, act=world.act)
        assert (hit(session, world, closure), found(session, world, closure)) == ([], [])
        with pytest.raises(Invalid) as refused:
            move_hits(session, closure, {row.public_id: move}, viewer=ROOT, act=world.act)
        assert [problem.code for problem in refused.value.problems] == ["closure.not_hit"]
        restore_entry(session, SHELVES["closures"], closure, version=closure.version, act=world.act)
        assert hit(session, world, closure) == [row.title]


def test_a_meeting_account_alone_needs_nobody_at_its_place(database: Database, world: World) -> None:
    with database.write() as session:
        people = [{"role": "educator", "person_id": world.id("educator")}]
        lesson(session, world, people=people)  # the account is the institute's, and nothing else is
        assert hit(session, world, close(session, world, "institute")) == []


def test_a_closed_resource_hits_only_what_it_takes_part_in(database: Database, world: World) -> None:
    with database.write() as session:
        lesson(session, world)
        visit(session, world)
        of_lead = close(session, world, "institute", resource_id=world.id("lead"), kind="leave")
        assert hit(session, world, of_lead) == ["走进大葆台西汉墓", "看一看"]
        of_educator = close(session, world, resource_id=world.id("educator"), kind="leave")
        assert hit(session, world, of_educator) == ["走进大葆台西汉墓"]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "expected"),
    [
        ("2018-12-06 08:00", "2018-12-06 10:00", []),
        ("2018-12-06 08:00", "2018-12-06 10:01", ["走进大葆台西汉墓"]),
        ("2018-12-06 11:19", "2018-12-06 12:00", ["走进大葆台西汉墓"]),
        ("2018-12-06 11:20", "2018-12-06 12:00", []),
    ],
)
def test_borders_are_half_open(
    database: Database, world: World, starts_at: str, ends_at: str, expected: list[str]
) -> None:
    with database.write() as session:
        lesson(session, world)
        assert hit(session, world, close(session, world, starts_at=starts_at, ends_at=ends_at)) == expected


def test_what_is_cancelled_or_begun_is_not_hit(database: Database, world: World) -> None:
    with database.write() as session:
        booking = lesson(session, world)
        closure = close(session, world)
        begun = booking.starts_at
        assert list(session.scalars(hit_bookings(closure, now=begun))) == []
        cancel_booking(
            session, booking, reason=CancelReason.WEATHER, words="", version=booking.version, act=world.act
        )
        assert hit(session, world, closure) == []


def test_entering_it_never_fails_whatever_it_hits(database: Database, world: World) -> None:
    with database.write() as session:
        booking = lesson(session, world)
        close(session, world)
        close(session, world, name="又一次")
        assert (booking.revision, booking.override_reason) == (0, "")


def test_new_times_suit_and_do_not_take_each_others(database: Database, world: World) -> None:
    with database.write() as session:
        lesson(session, world)
        lesson(session, world, starts="14:00", ends="15:20", title="第二场")
        closure = close(session, world)
        listed = found(session, world, closure)
        assert [one.booking.title for one in listed] == ["走进大葆台西汉墓", "第二场"]
        spans = [(choice.starts_at, choice.ends_at) for one in listed for choice in one.choices]
        assert len(spans) == 6
        assert not [
            (one, other)
            for index, one in enumerate(spans)
            for other in spans[index + 1 :]
            if one[0] < other[1] and other[0] < one[1]
        ]
        moves = {one.booking.public_id: Move(one.choices[0], one.booking.version) for one in listed}
        moved = move_hits(session, closure, moves, viewer=ROOT, act=world.act)
        assert [one.starts_at for one in moved] == [one.choices[0].starts_at for one in listed]
        assert found(session, world, closure) == []


DAY = (("08:00", "09:20"), ("10:00", "11:20"), ("12:00", "13:20"), ("14:00", "15:20"))


@pytest.mark.parametrize("kind", ["research", "visit"])
def test_research_is_offered_only_what_lies_after_its_lesson(
    database: Database, world: World, kind: str
) -> None:
    with database.write() as session:
        about = lesson(session, world)
        host = {"organisation_id": world.id("museum")}
        visit(session, world, kind=kind, follows=about.public_id, host=host)
        afternoon = close(session, world, starts_at="2018-12-06 13:00", ends_at="2018-12-06 17:00")
        [talk] = found(session, world, afternoon)
    assert len(talk.choices) == 3
    assert all(one.starts_at >= about.ends_at for one in talk.choices) == (kind == "research")


@pytest.mark.parametrize("starts", ["07:30", "14:00"])
def test_research_is_put_after_where_its_lesson_is_likely_put(
    database: Database, world: World, starts: str
) -> None:
    with database.write() as session:
        about = lesson(session, world)
        ends = f"{int(starts[:2]) + 1}{starts[2:]}".zfill(5)
        talk = {"host": {"organisation_id": world.id("museum")}, "starts": starts, "ends": ends}
        visit(session, world, kind="research", follows=about.public_id, **talk)
        days = {"starts_at": "2018-12-03", "ends_at": "2018-12-06"}
        rows = {row.booking.kind: row.choices for row in found(session, world, close(session, world, **days))}
    put = rows[BookingKind.LESSON][0]
    assert put.starts_at == datetime(2018, 12, 7, 2, tzinfo=UTC)
    assert len(rows[BookingKind.RESEARCH]) == 3
    assert all(one.starts_at >= put.ends_at for one in rows[BookingKind.RESEARCH])


def test_whatever_is_chosen_for_each_suits_all_buffers_included(database: Database, world: World) -> None:
    with database.write() as session:
        for starts, ends in DAY:
            lesson(session, world, starts=starts, ends=ends, title=starts)
        closure = close(session, world)
        listed = found(session, world, closure)
        assert [len(one.choices) for one in listed] == [3, 3, 3, 3]
        for pick in range(3):
            moves = {one.booking.public_id: Move(one.choices[pick], one.booking.version) for one in listed}
            with session.begin_nested() as once:
                assert len(move_hits(session, closure, moves, viewer=ROOT, act=world.act)) == 4
                once.rollback()
            session.expire_all()


def test_the_number_of_queries_does_not_grow_with_the_hits(database: Database, world: World) -> None:
    with database.write() as session:
        for starts, ends in DAY:
            lesson(session, world, starts=starts, ends=ends, title=starts)
        host = {"organisation_id": world.id("museum")}
        visit(session, world, host=host, starts="16:30", ends="17:00")
        one = close(session, world, starts_at="2018-12-06 16:00").id
        all_ = close(session, world).id
    counts = [len(_queries(database, world, closure_id)) for closure_id in (one, all_)]
    # Only of a meeting account it is asked whether it was one of several.
    assert counts[1] - counts[0] <= 1
    assert counts[0] <= 20


def _queries(database: Database, world: World, closure_id: int) -> list[str]:
    with database.read() as session, counted(database) as statements:
        assert found(session, world, session.get_one(Closure, closure_id))
        return list(statements)


def test_two_swap_places(database: Database, world: World) -> None:
    with database.write() as session:
        one = lesson(session, world)
        other = lesson(session, world, starts="14:00", ends="15:20", title="第二场")
        closure = close(session, world, "school 1", kind="school_event", name="运动会")
        spans = [Span(row.starts_at, row.ends_at) for row in (one, other)]
        moves = {
            one.public_id: Move(spans[1], one.version, "只能这天"),
            other.public_id: Move(spans[0], other.version, "只能这天"),
        }
        move_hits(session, closure, moves, viewer=ROOT, act=world.act)
        assert [Span(row.starts_at, row.ends_at) for row in (one, other)] == [spans[1], spans[0]]
        assert count_overlaps(session) == 0


def test_one_that_cannot_be_moved_keeps_all_where_they_are(database: Database, world: World) -> None:
    with database.write() as session:
        first = lesson(session, world)
        second = lesson(session, world, starts="14:00", ends="15:20", title="第二场")
        lesson(session, world, date="2018-12-07", title="挡路的")
        closure_id = close(session, world).id
        ids = {one.title: (one.public_id, one.version) for one in (first, second)}
    friday = Span(datetime(2018, 12, 7, 2, 0, tzinfo=UTC), datetime(2018, 12, 7, 3, 20, tzinfo=UTC))
    free = Span(friday.starts_at + timedelta(hours=4), friday.ends_at + timedelta(hours=4))
    moves = {
        ids["走进大葆台西汉墓"][0]: Move(friday, ids["走进大葆台西汉墓"][1]),
        ids["第二场"][0]: Move(free, ids["第二场"][1]),
    }
    with pytest.raises(MovesBlocked) as caught, database.write() as session:
        move_hits(session, session.get_one(Closure, closure_id), moves, viewer=ROOT, act=world.act)
    assert [(one.title, {c.title for c in one.conflicts}) for one in caught.value.moves] == [
        ("走进大葆台西汉墓", {"挡路的"})
    ]
    with database.read() as session:
        days = session.execute(select(Booking.title, Booking.starts_at).order_by(Booking.id)).all()
    assert [(title, f"{starts:%d %H:%M}") for title, starts in days] == [
        ("走进大葆台西汉墓", "06 02:00"),
        ("第二场", "06 06:00"),
        ("挡路的", "07 02:00"),
    ]


def test_a_stale_one_and_a_time_that_rules_refuse_are_told(database: Database, world: World) -> None:
    with database.write() as session:
        booking = lesson(session, world)
        closure = close(session, world)
        still_closed = Span(booking.starts_at + timedelta(hours=4), booking.ends_at + timedelta(hours=4))
        with pytest.raises(MovesBlocked) as caught:
            move_hits(
                session,
                closure,
                {booking.public_id: Move(still_closed, booking.version)},
                viewer=ROOT,
                act=world.act,
            )
        assert [one.code for one in caught.value.moves[0].objections] == ["closure.closed"]
        free = replace(still_closed, starts_at=still_closed.starts_at + timedelta(days=1))
        free = replace(free, ends_at=free.starts_at + timedelta(minutes=80))
        with pytest.raises(MovesBlocked) as caught:
            move_hits(session, closure, {booking.public_id: Move(free, 99)}, viewer=ROOT, act=world.act)
        assert [one.code for one in caught.value.moves] == ["edit.stale"]
        session.rollback()


def test_nothing_ticked_and_what_is_not_hit_are_refused(database: Database, world: World) -> None:
    with database.write() as session:
        elsewhere = lesson(session, world, date="2018-12-07")
        closure = close(session, world)
        with pytest.raises(Invalid) as caught:
            move_hits(session, closure, {}, viewer=ROOT, act=world.act)
        assert [one.code for one in caught.value.problems] == ["closure.nothing_ticked"]
        span = Span(elsewhere.starts_at, elsewhere.ends_at)
        with pytest.raises(Invalid) as caught:
            move_hits(session, closure, {elsewhere.public_id: Move(span, 1)}, viewer=ROOT, act=world.act)
        assert [one.code for one in caught.value.problems] == ["closure.not_hit"]


def test_of_two_who_move_at_once_one_is_told(database: Database, world: World) -> None:
    with database.write() as session:
        booking = lesson(session, world)
        public_id, version = booking.public_id, booking.version
        closure_id = close(session, world).id
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def move(hours: int) -> None:
        starts_at = datetime(2018, 12, 7, hours, 0, tzinfo=UTC)
        span = Span(starts_at, starts_at + timedelta(minutes=80))
        barrier.wait()
        try:
            with database.write() as session:
                closure = session.get_one(Closure, closure_id)
                move_hits(session, closure, {public_id: Move(span, version)}, viewer=ROOT, act=world.act)
            outcomes.append("moved")
        except (MovesBlocked, Invalid) as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=move, args=(hours,)) for hours in (1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("moved") == 1
    with database.read() as session:
        assert session.scalars(select(Booking.revision).where(Booking.public_id == public_id)).one() == 1


def meet_an_edit(database: Database, world: World) -> list[type[BaseException]]:
    """Move two while somebody is between the two steps of editing the second: what each of them died of."""
    with database.write() as session:
        rows = [lesson(session, world), lesson(session, world, starts="14:00", ends="15:20", title="第二场")]
        closure_id = close(session, world).id
        moves = {
            row.public_id: Move(
                Span(row.starts_at + timedelta(days=1), row.ends_at + timedelta(days=1)), row.version
            )
            for row in rows
        }
    errors: list[BaseException | None] = []

    def move() -> None:
        with database.write() as session:
            move_hits(session, session.get_one(Closure, closure_id), moves, viewer=ROOT, act=world.act)

    with ThreadPoolExecutor(1) as pool:
        try:
            with database.write() as session:
                steps = edit_one(session, world, list(moves)[1])
                next(steps)
                moving = pool.submit(move)
                wait_until_one_waits(database, session)
                next(steps, None)
        except OperationalError as error:
            errors.append(error)
        errors.append(moving.exception())
    return [type(error) for error in errors if error is not None]


@on_postgresql
def test_whoever_moves_several_waits_for_an_edit_of_one(database: Database, world: World) -> None:
    assert meet_an_edit(database, world) == [MovesBlocked]  # the edited one is not as it was read


@on_postgresql
def test_without_turns_nobody_is_told_which_one_it_was(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closures, "take_bookings", lambda *_given: None)
    assert meet_an_edit(database, world) == [StaleEdit]
