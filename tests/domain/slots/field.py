"""A busy fortnight in the small world: bells of two schools, museum hours, a closure, buffers, three kits."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.bookings import book
from scheduler.domain.buffers import set_buffer
from scheduler.domain.plans import read_plan
from scheduler.domain.slots.ground import Search
from scheduler.domain.slots.wishes import read_search
from scheduler.errors import Clash, Invalid, Objected
from scheduler.models.bookings import Booking
from scheduler.models.holds import Hold
from scheduler.models.resources import Resource
from scheduler.models.school_time import BellSchedule, Period, PeriodKind
from tests.conftest import NOW
from tests.web.calendar_facts import add, add_bells, add_closure, add_holidays, add_hours
from tests.world import World

ZONE = "Asia/Shanghai"
LATE_LESSONS = ((475, 520), (540, 585), (600, 645), (655, 700), (830, 875))
"""School 2: 7:55, 9:00, 10:00, 10:55 and 13:50, 45 minutes each."""
PARTY = ("gallery", "educator", "lead", "class 1", "class 2", "account", "kit")
FIRST = date(2018, 12, 3)


def make_field(database: Database, world: World) -> dict[str, int]:
    """Fill the calendars; name → id of everything, with a kit of three among them."""
    add_bells(database, world)
    with database.write() as session:
        partnership_id = world.id("partnership")
        schedule = BellSchedule(
            partnership_id=partnership_id,
            organisation_id=world.id("school 2"),
            name="冬季",
            first_day=date(2018, 9, 1),
            weekdays="1,2,3,4,5",
        )
        session.add(schedule)
        session.flush()
        for number, (starts, ends) in enumerate(LATE_LESSONS, 1):
            facts = {"kind": PeriodKind.LESSON, "name": f"第{number}节", "starts": starts, "ends": ends}
            session.add(Period(schedule_id=schedule.id, position=number, **facts))
        for role, before, after in (("lead", 15, 0), ("room", 30, 10), ("kit", 20, 25), ("account", 30, 0)):
            raw = {"kind": "lesson", "role": role, "before": before, "after": after}
            set_buffer(session, raw, partnership_id=partnership_id, act=world.act)
    add_hours(database, world)
    add_holidays(database, world)
    add_closure(database, world, "school 2", "2018-12-12")
    kit = add(database, world, "kits", organisation_id=world.id("museum"), name="材料包（示例）", capacity=3)
    return {**world.ids, "kit": kit}


def fill(database: Database, world: World, ids: Mapping[str, int], *, seed: int, bookings: int = 60) -> None:
    """Book at random; what clashes is not booked."""
    random_ = random.Random(seed)
    for number in range(bookings):
        with suppress(Clash, Objected, Invalid), database.write() as session:
            raw = _random_plan(random_, ids, number)
            plan = read_plan(raw, zone=ZONE)
            book(session, plan, partnership_id=ids["partnership"], act=world.act)


def _random_plan(random_: random.Random, ids: Mapping[str, int], number: int) -> dict[str, Any]:
    day = FIRST + timedelta(days=random_.randrange(12))
    starts = random_.randrange(8 * 60, 17 * 60, 5)
    ends = starts + random_.choice((20, 45, 60, 150))
    people = random_.sample([("lead", "lead"), ("educator", "educator")], k=random_.randrange(2))
    return {
        "kind": random_.choice(("lesson", "rehearsal")),
        "timing": "any",
        "title": f"活动{number}",
        "date": day.isoformat(),
        "starts": f"{starts // 60}:{starts % 60:02d}",
        "ends": f"{ends // 60}:{ends % 60:02d}",
        "override_reason": "测试",
        "host": {
            "organisation_id": ids["museum"],
            "room_id": ids["gallery"] if random_.random() < 0.2 else None,
        },
        "people": [{"role": role, "person_id": ids[name]} for role, name in people],
        "receiving": [{"class_id": ids["class 1"]}] if random_.random() < 0.2 else [],
        "account_id": ids["account"] if random_.random() < 0.15 else None,
        "kits": [{"kit_id": ids["kit"]}] if random_.random() < 0.6 else [],
    }


def looked_for(session: Session, ids: Mapping[str, int], names: Iterable[str] = PARTY, **raw: Any) -> Search:
    """A lesson of 40 minutes with these, in the two weeks of the field, as an address would ask."""
    wished = {"from": "2018-12-03", "to": "2018-12-14", "minutes": "40", "weekdays": "1,2,3,4,5", **raw}
    wished.setdefault("required", ",".join(_asked(ids, name) for name in names))
    return read_search(session, wished, partnership_id=ids["partnership"], zone=ZONE, now=NOW)


def lesson_plan(ids: Mapping[str, int], search: Search, starts_at: datetime) -> dict[str, Any]:
    """The party of ``search``'s usual names booked at that time, with whatever timing it asked for."""
    there = set(search.question.resource_ids)

    def row_of(name: str) -> int | None:
        return ids[name] if ids[name] in there else None

    return {
        "kind": "lesson",
        "timing": search.question.timing.value,
        "title": "找到的时间",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(minutes=search.minutes)).isoformat(),
        "host": {"organisation_id": ids["museum"], "room_id": row_of("gallery")},
        "people": [{"role": role, "person_id": ids[role]} for role in ("lead", "educator") if row_of(role)],
        "receiving": [{"class_id": ids[name]} for name in ("class 1", "class 2") if row_of(name)],
        "account_id": row_of("account"),
        "kits": [{"kit_id": ids["kit"]}] if row_of("kit") else [],
    }


def free_by_minutes(session: Session, search: Search, start: int, margins: Mapping[int, Any]) -> list[int]:
    """Ids of the required who are busy at ``start``, found minute by minute: no lane free throughout."""
    held = _held_minutes(session, leave_out=search.leave_out)
    busy = []
    for row_id, margin in margins.items():
        minutes = range(start // 60 - margin.before, start // 60 + search.minutes + margin.after)
        lanes = range(session.get_one(Resource, row_id).capacity)
        if all(any(minute in held.get((row_id, lane), ()) for minute in minutes) for lane in lanes):
            busy.append(row_id)
    return sorted(busy)


def _held_minutes(session: Session, *, leave_out: int | None) -> dict[tuple[int, int], set[int]]:
    found: dict[tuple[int, int], set[int]] = session.info.setdefault(("held", leave_out), {})
    if not found:
        for hold in session.scalars(select(Hold).where(Hold.booking_id != (leave_out or 0))):
            first, end = (int(moment.timestamp()) // 60 for moment in (hold.starts_at, hold.ends_at))
            found.setdefault((hold.resource_id, hold.lane), set()).update(range(first, end))
    return found


def some_booking(session: Session) -> int:
    """The id of one of them."""
    return session.scalars(select(Booking.id).order_by(Booking.id)).all()[3]


def _asked(ids: Mapping[str, int], name: str) -> str:
    return f"{ids[name]}:lead" if name == "lead" else str(ids[name])
