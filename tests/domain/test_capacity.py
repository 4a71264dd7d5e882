"""A capacity that is lowered: the past stays where it was, what is to come fits into the lanes left."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.act import Act
from scheduler.domain.availability import make_question
from scheduler.domain.buffers import NONE
from scheduler.domain.capacity import set_capacity
from scheduler.domain.claims import Claim, in_the_way_of_each
from scheduler.domain.directory import change_entry
from scheduler.domain.holds import Span, conflicts, count_overlaps, place_holds, release_holds
from scheduler.domain.shelves import SHELVES
from scheduler.domain.slots.busy import Needs, free_starts, who_is_busy
from scheduler.domain.slots.ground import load_lanes
from scheduler.errors import Invalid, Problem
from scheduler.models.bookings import BookingKind, ParticipantRole, Timing
from scheduler.models.holds import Hold
from scheduler.models.resources import Kit, Lane, MeetingAccount, Resource
from scheduler.wording import explain
from tests.domain.test_holds import new_booking, span
from tests.web.queries import counted
from tests.world import World

Rows = Mapping[str, tuple[int, int, int]]
"""Title → lane, first and last minute of its hold."""


def hold(session: Session, world: World, capacity: int, rows: Rows) -> dict[str, int]:
    """The account held in exactly these lanes; title → booking id."""
    account = session.get_one(MeetingAccount, world.id("account"))
    set_capacity(session, account, capacity, at=span(-999, 0).starts_at)
    ids = {title: new_booking(session, world, title) for title in rows}
    for title, (lane, first, last) in rows.items():
        when = span(first, last)
        row = Hold(resource_id=account.id, lane=lane, starts_at=when.starts_at, ends_at=when.ends_at)
        row.booking_id = ids[title]
        session.add(row)
    session.flush()
    return ids


def lower(session: Session, world: World, capacity: int, *, at: int) -> None:
    """As somebody who edits it ``at`` so many minutes after the start."""
    account = session.get_one(MeetingAccount, world.id("account"))
    raw = {"name": account.name, "platform": "yunxiao", "capacity": str(capacity)}
    act = Act(None, span(at, at + 1).starts_at, "web")
    change_entry(session, SHELVES["accounts"], account, raw, version=account.version, act=act)
    session.expire_all()


def lanes(session: Session, world: World) -> list[int]:
    query = select(Lane.number).where(Lane.resource_id == world.id("account")).order_by(Lane.number)
    return list(session.scalars(query))


def held(session: Session, ids: Mapping[str, int]) -> dict[str, int]:
    """Title → lane."""
    rows = {row.booking_id: row.lane for row in session.scalars(select(Hold))}
    return {title: rows[booking_id] for title, booking_id in ids.items() if booking_id in rows}


def place(session: Session, world: World, title: str, when: Span) -> bool:
    return place_holds(session, {new_booking(session, world, title): {world.id("account"): when}})


PAST = {"甲": (0, 0, 60), "乙": (1, 0, 60), "丙": (2, 30, 60)}


def test_what_is_over_does_not_count(database: Database, world: World) -> None:
    with database.write() as session:
        ids = hold(session, world, 3, PAST)
        lower(session, world, 1, at=60)
        assert held(session, ids) == {"甲": 0, "乙": 1, "丙": 2}
        assert lanes(session, world) == [0, 1, 2]
        account = world.id("account")
        assert [one.title for one in conflicts(session, {account: span(0, 60)})] == ["甲"]
        assert not place(session, world, "也在那时", span(30, 90))
        assert place(session, world, "之后", span(60, 90))
        assert not place(session, world, "同时", span(60, 90))
        assert [one.title for one in conflicts(session, {account: span(60, 90)})] == ["之后"]
        release_holds(session, booking_id=ids["甲"])
        assert conflicts(session, {account: span(0, 60)}) == []
        assert place(session, world, "补记", span(0, 60))
        assert count_overlaps(session) == 0


def test_raised_again_it_has_the_lanes_that_are_there(database: Database, world: World) -> None:
    with database.write() as session:
        ids = hold(session, world, 3, {"甲": (0, 0, 60), "丙": (2, 0, 60)})
        lower(session, world, 1, at=60)
        assert lanes(session, world) == [0, 2]
        lower(session, world, 2, at=70)
        assert lanes(session, world) == [0, 1, 2]
        assert [place(session, world, f"后{n}", span(80, 90)) for n in range(3)] == [True, True, False]
        lower(session, world, 4, at=75)
        assert lanes(session, world) == [0, 1, 2, 3]
        assert [place(session, world, f"再{n}", span(80, 90)) for n in range(3)] == [True, True, False]
        assert [place(session, world, f"补{n}", span(0, 60)) for n in range(3)] == [True, True, False]
        assert held(session, ids) == {"甲": 0, "丙": 2}


def test_a_lane_goes_once_nothing_refers_to_it(database: Database, world: World) -> None:
    with database.write() as session:
        ids = hold(session, world, 3, PAST)
        lower(session, world, 1, at=60)
        release_holds(session, booking_id=ids["乙"])
        lower(session, world, 1, at=70)
        assert lanes(session, world) == [0, 2]


def test_too_many_to_come_are_named_and_nothing_changes(database: Database, world: World) -> None:
    rows = {**PAST, "丁": (0, 100, 160), "戊": (1, 120, 180)}
    with database.write() as session:
        ids = hold(session, world, 3, rows)
    with pytest.raises(Invalid) as caught, database.write() as session:
        lower(session, world, 1, at=60)
    (problem,) = caught.value.problems
    assert (problem.field, problem.code) == ("capacity", "capacity.in_use")
    name = problem.facts["name"]
    told = f"12月6日 周四 12:00–13:00，同时要用 {name} 的活动超过 1 个，请先改动那些活动。"
    assert explain(Problem("capacity", problem.code, problem.facts), "zh") == told
    with database.read() as session:
        assert held(session, ids) == {title: row[0] for title, row in rows.items()}
        assert session.get_one(Resource, world.id("account")).capacity == 3


@pytest.mark.parametrize(
    ("capacity", "rows", "expected"),
    [
        pytest.param(
            1,
            {"甲": (0, 0, 60), "乙": (1, 60, 90), "丙": (2, 90, 95)},
            {"甲": 0, "乙": 0, "丙": 0},
            id="apart",
        ),
        pytest.param(
            2,
            {"甲": (0, 0, 30), "乙": (0, 50, 80), "丙": (1, 35, 45), "丁": (2, 20, 60)},
            {"甲": 0, "乙": 0, "丙": 0, "丁": 1},
            id="another one makes room",
        ),
        pytest.param(
            2,
            {"甲": (1, 0, 60), "乙": (2, 10, 60), "丙": (1, 60, 90), "丁": (0, 60, 90)},
            {"甲": 1, "乙": 0, "丙": 1, "丁": 0},
            id="who can stay does",
        ),
    ],
)
def test_what_is_to_come_changes_lanes(
    database: Database, world: World, capacity: int, rows: Rows, expected: dict[str, int]
) -> None:
    with database.write() as session:
        ids = hold(session, world, 3, rows)
        lower(session, world, capacity, at=-1)
        assert held(session, ids) == expected
        assert lanes(session, world) == list(range(capacity))
        assert count_overlaps(session) == 0


def test_what_goes_on_just_now_counts(database: Database, world: World) -> None:
    rows = {"过去": (0, 0, 30), "正在": (1, 10, 90)}
    with database.write() as session:
        ids = hold(session, world, 2, rows)
        with pytest.raises(Invalid), session.begin_nested():
            lower(session, world, 1, at=60)
        session.expire_all()
        lower(session, world, 1, at=90)
        assert held(session, ids) == {"过去": 0, "正在": 1}
    with database.write() as session:
        release_holds(session, booking_id=ids["过去"])
        set_capacity(
            session, session.get_one(MeetingAccount, world.id("account")), 1, at=span(60, 61).starts_at
        )
        assert held(session, ids) == {"正在": 0}
        assert lanes(session, world) == [0]


@pytest.mark.parametrize(
    "rows",
    [
        {"甲": (0, 0, 20), "乙": (1, 10, 40), "丙": (2, 15, 60), "丁": (0, 50, 70), "戊": (1, 60, 65)},
        {"甲": (0, 0, 20), "丙": (2, 15, 60)},
    ],
    ids=["in all", "in the lowest and the highest"],
)
def test_the_finder_and_the_write_path_say_the_same_of_each_minute(
    database: Database, world: World, rows: Rows
) -> None:
    sizes = []
    account = world.id("account")
    base = int(span(0, 1).starts_at.timestamp())
    with database.write() as session:
        hold(session, world, 3, rows)
        for capacity in (3, 2, 1):
            lower(session, world, capacity, at=70)
            resource = session.get_one(Resource, account)
            parts = [(resource, ParticipantRole.ACCOUNT)]
            question = make_question(parts, kind=BookingKind.LESSON, timing=Timing.ANY)
            needs = Needs({account: NONE}, 300, load_lanes(session, question.wanted))
            starts = [base + minute * 60 for minute in range(-5, 75)]
            wanted = [{account: span(minute, minute + 5)} for minute in range(-5, 75)]
            alone = [not conflicts(session, spans) for spans in wanted]
            free = [start for start, is_free in zip(starts, alone, strict=True) if is_free]
            assert free_starts(session, needs, starts) == free
            busy = who_is_busy(session, needs, [account], starts)[account]
            assert [not busy >> at & 1 for at in range(len(starts))] == alone
            asked = [[Claim("-", "-", one[account], one)] for one in wanted]
            assert [in_the_way_of_each(session, claims) == [[]] for claims in asked] == alone
            assert [can_place(session, world, one[account]) for one in wanted] == alone
            sizes.append(len(free))
        assert sizes[0] >= sizes[1] > sizes[2] > 0


def can_place(session: Session, world: World, when: Span) -> bool:
    """By the database's guard; taken back at once."""
    with session.begin_nested() as once:
        placed = place(session, world, "试", when)
        once.rollback()
    session.expire_all()
    return placed


def test_the_number_of_queries_does_not_grow_with_the_holds(database: Database, world: World) -> None:
    asked = []
    for number in (1, 20):
        with database.write() as session:
            kit = Kit(
                partnership_id=world.id("partnership"), organisation_id=world.id("museum"), name=f"{number}"
            )
            session.add(kit)
            session.flush()
            set_capacity(session, kit, 2, at=world.act.at)
            for n in range(number):
                when = span(60 * n, 60 * n + 60)
                times = {"starts_at": when.starts_at, "ends_at": when.ends_at}
                booking_id = new_booking(session, world, f"{number} {n}")
                session.add(Hold(resource_id=kit.id, lane=1, booking_id=booking_id, **times))
            session.flush()
            with counted(database) as statements:
                set_capacity(session, kit, 1, at=world.act.at)
            asked.append(len(statements))
    assert asked[0] == asked[1]
