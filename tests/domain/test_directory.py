"""The directory: every shelf created, changed, retired and restored by the same verbs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.access import Scope, Viewer
from scheduler.domain.act import Act
from scheduler.domain.bookings import book
from scheduler.domain.directory import (
    add_former_name,
    change_entry,
    create_entry,
    entry_facts,
    get_entry,
    parent_of,
    remove_former_name,
    restore_entry,
    retire_entry,
)
from scheduler.domain.plans import read_plan
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Forbidden, Invalid, NotFound, StaleEdit
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import Booking
from scheduler.models.places import FormerName, Organisation
from scheduler.models.resources import Lane, Person
from scheduler.models.subjects import Subject
from scheduler.models.users import Role
from tests.world import ROOT, World

LATER = Act(user_id=None, at=datetime(2018, 12, 4, tzinfo=UTC), via="web")

ROWS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "partnerships": ("", {"name": "新协作"}, {"name": "改名"}),
    "regions": ("partnership", {"name": "新地区"}, {"name": "改名", "zone": "Asia/Urumqi"}),
    "organisations": (
        "linxi",
        {"name": "示例中学D（演示）", "kind": "school", "stages": ["upper_secondary", "primary"]},
        {"name": "改名", "kind": "school"},
    ),
    "persons": (
        "museum",
        {"name": "孙老师（示例）", "subject": "history"},
        {"name": "孙老师（示例）", "phone": "010-12345678"},
    ),
    "rooms": ("museum", {"name": "第二展厅", "seats": 30}, {"name": "第二展厅"}),
    "classes": (
        "school 1",
        {"name": "八年级(1)班", "grade": "8", "head_count": 40},
        {"name": "八年级(1)班", "grade": "9", "head_count": "0"},
    ),
    "accounts": (
        "institute",
        {"name": "腾讯一号", "platform": "tencent", "capacity": 2},
        {"name": "腾讯一号", "platform": "tencent", "capacity": 1},
    ),
    "kits": (
        "institute",
        {"name": "拓片材料箱", "contents": "宣纸、拓包", "capacity": 3},
        {"name": "拓片材料箱", "contents": "宣纸、拓包、墨", "capacity": 3},
    ),
    "terms": (
        "linxi",
        {"name": "秋季学期", "stage": "primary", "first_day": "2018-09-03", "last_day": "2019-01-11"},
        {"name": "秋季学期", "stage": "primary", "first_day": "2018-09-03", "last_day": "2019-01-18"},
    ),
    "openings": (
        "museum",
        {"name": "平时", "opens": "9:00", "closes": "16:30", "closed_weekdays": ["1"]},
        {"name": "平时", "opens": "9:00", "closes": "17:00", "closed_weekdays": ["1"], "holidays": "open"},
    ),
    "swaps": (
        "school 1",
        {"name": "元旦调休", "day": "2018-12-29", "follows_weekday": "1"},
        {"name": "元旦调休", "day": "2018-12-29"},
    ),
    "closures": (
        "museum",
        {"name": "布展", "kind": "closed", "starts_at": "2018-12-10", "ends_at": "2018-12-12 12:00"},
        {"name": "布展", "kind": "closed", "starts_at": "2018-12-10", "ends_at": "2018-12-12"},
    ),
}


def create(session: Session, world: World, shelf: str, viewer: Viewer = ROOT, **changes: Any) -> Any:
    key, raw, _change = ROWS[shelf]
    parent = {SHELVES[shelf].parent: world.id(key)} if key else {}
    return create_entry(session, SHELVES[shelf], {**parent, **raw, **changes}, viewer=viewer, act=world.act)


@pytest.mark.parametrize("shelf", SHELVES)
def test_a_row_of_every_shelf_through_its_life(database: Database, world: World, shelf: str) -> None:
    kind = SHELVES[shelf]
    with database.write() as session:
        entry_id = create(session, world, shelf).id
    with database.write() as session:
        entry = get_entry(session, kind, entry_id)
        before = entry_facts(kind, entry)
        change_entry(session, kind, entry, ROWS[shelf][2], version=1, act=LATER)
        assert entry_facts(kind, entry) != before
        assert entry.version == 2
    with database.write() as session:
        entry = get_entry(session, kind, entry_id)
        retire_entry(session, kind, entry, version=2, act=LATER)
        assert entry.retired_at == LATER.at
        restore_entry(session, kind, entry, version=3, act=LATER)
        assert entry.retired_at is None
    with database.read() as session:
        verbs = session.scalars(
            select(AuditEntry.verb)
            .where(AuditEntry.subject == kind.model.__tablename__, AuditEntry.subject_id == entry_id)
            .order_by(AuditEntry.id)
        ).all()
        assert verbs[-4:] == ["create", "change", "retire", "restore"]


@pytest.mark.parametrize("shelf", SHELVES)
def test_a_stale_editor_is_told(database: Database, world: World, shelf: str) -> None:
    kind = SHELVES[shelf]
    with database.write() as session:
        entry = create(session, world, shelf)
        change_entry(session, kind, entry, ROWS[shelf][2], version=1, act=LATER)
        for verb in (retire_entry, restore_entry):
            with pytest.raises(StaleEdit):
                verb(session, kind, entry, version=1, act=LATER)
        with pytest.raises(StaleEdit) as caught:
            change_entry(session, kind, entry, ROWS[shelf][2], version=1, act=LATER)
        assert (caught.value.facts["given"], caught.value.facts["current"]) == (1, 2)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
@pytest.mark.parametrize("verb", ["change", "retire"])
def test_a_row_that_changes_between_reading_and_writing(database: Database, world: World, verb: str) -> None:
    kind = SHELVES["rooms"]
    with pytest.raises(StaleEdit) as caught, database.write() as session:
        room = get_entry(session, kind, world.id("gallery"))
        with database.write() as other:
            other.execute(text("UPDATE resource SET version = 2 WHERE id = :id"), {"id": room.id})
        if verb == "change":
            change_entry(session, kind, room, {"name": "别的"}, version=1, act=LATER)
        else:
            retire_entry(session, kind, room, version=1, act=LATER)
    assert caught.value.facts["given"] == 1


def test_an_unchanged_row_leaves_no_entry(database: Database, world: World) -> None:
    kind = SHELVES["rooms"]
    with database.write() as session:
        room = get_entry(session, kind, world.id("gallery"))
        noted = len(session.scalars(select(AuditEntry)).all())
        change_entry(session, kind, room, {"name": "第一展厅"}, version=1, act=LATER)
        assert (room.version, len(session.scalars(select(AuditEntry)).all())) == (1, noted)


@pytest.mark.parametrize(
    ("shelf", "changes", "expected"),
    [
        ("partnerships", {"name": ""}, [("name", "field.required")]),
        ("regions", {"name": "内蒙古林西县"}, [("name", "name.taken")]),
        ("regions", {"zone": "Asia/Nowhere"}, [("zone", "field.zone")]),
        ("regions", {"partnership_id": 10**9}, [("partnership_id", "reference.unknown")]),
        ("organisations", {"name": "林西县民族中学"}, [("name", "name.taken")]),
        ("organisations", {"stages": ["primary", "x"]}, [("stages", "field.not_an_option")]),
        ("organisations", {"region_id": None}, [("region_id", "field.required")]),
        ("persons", {"name": "x" * 61}, [("name", "field.too_long")]),
        ("persons", {"position": "电话 13800138000"}, [("position", "field.phone_number")]),
        ("persons", {"phone": "abc", "email": "abc"}, [("email", "field.email"), ("phone", "field.phone")]),
        ("persons", {"id": 5}, [("id", "field.unknown")]),
        ("rooms", {"seats": 0}, [("seats", "field.out_of_range")]),
        ("classes", {"grade": "13"}, [("grade", "field.not_an_option")]),
        ("classes", {"head_count": 201}, [("head_count", "field.out_of_range")]),
        ("classes", {"head_count": None}, [("head_count", "field.required")]),
        ("accounts", {"capacity": 101}, [("capacity", "field.out_of_range")]),
    ],
)
def test_bad_input(database: Database, world: World, shelf: str, changes: dict, expected: list) -> None:
    with pytest.raises(Invalid) as caught, database.write() as session:
        create(session, world, shelf, **changes)
    assert [(p.field, p.code) for p in caught.value.problems] == expected


def test_an_entry_that_is_not_there(database: Database) -> None:
    with database.read() as session:
        for entry_id in (0, -1, 10**9, 2**63, 10**40):
            with pytest.raises(NotFound):
                get_entry(session, SHELVES["rooms"], entry_id)
        with pytest.raises(NotFound):
            get_entry(session, SHELVES["persons"], session.scalar(text("SELECT id FROM room")) or 0)


def test_nothing_is_added_below_what_is_retired(database: Database, world: World) -> None:
    with database.write() as session:
        museum = session.get_one(Organisation, world.id("museum"))
        retire_entry(session, SHELVES["organisations"], museum, version=museum.version, act=LATER)
        with pytest.raises(Invalid) as caught:
            create(session, world, "rooms")
        assert [(p.field, p.code) for p in caught.value.problems] == [
            ("organisation_id", "reference.retired")
        ]
        assert parent_of(session, SHELVES["partnerships"], 0) is None


def test_where_a_row_belongs_never_changes(database: Database, world: World) -> None:
    with database.write() as session:
        room = get_entry(session, SHELVES["rooms"], world.id("gallery"))
        raw = {"name": "搬走", "organisation_id": world.id("school 1")}
        change_entry(session, SHELVES["rooms"], room, raw, version=1, act=LATER)
        assert (room.name, room.organisation_id) == ("搬走", world.id("museum"))


def test_who_may_add_what(database: Database, world: World) -> None:
    partnership, school = world.id("partnership"), world.id("school 1")
    viewers = {
        "coordinator": Viewer(1, (Scope(Role.COORDINATOR, partnership),)),
        "linxi": Viewer(2, (Scope(Role.COORDINATOR, partnership, region_id=world.id("linxi")),)),
        "manager": Viewer(3, (Scope(Role.MANAGER, partnership, organisation_id=school),)),
        "viewer": Viewer(4, (Scope(Role.VIEWER, partnership),)),
        "elsewhere": Viewer(5, (Scope(Role.COORDINATOR, partnership + 1),)),
        "nobody": Viewer(6, ()),
    }
    told: dict[str, list[str]] = {}
    for name, viewer in viewers.items():
        for shelf in SHELVES:
            try:
                with database.write() as session:
                    create(session, world, shelf, viewer)
                    raise RuntimeError("undone")
            except RuntimeError:
                told.setdefault(name, []).append(shelf)
            except (Forbidden, Invalid) as error:
                hidden = isinstance(error, Invalid)
                # Whoever has no role there is not told that the parent exists.
                assert hidden == (name in ("elsewhere", "nobody") and shelf != "partnerships")
    assert told == {
        "coordinator": [key for key in SHELVES if key != "partnerships"],
        "linxi": ["organisations", "classes", "terms", "swaps"],
        "manager": ["classes", "swaps"],
    }


# --- particular columns ----------------------------------------------------------------------------


def test_a_persons_subject_is_one_of_the_list_or_none(database: Database, world: World) -> None:
    with database.write() as session:
        person_id = create(session, world, "persons").id
    with database.read() as session:
        assert session.get_one(Person, person_id).subject is Subject.HISTORY
        assert session.get_one(Person, world.id("lead")).subject is None
    with database.write() as session:
        person = session.get_one(Person, person_id)
        change_entry(
            session,
            SHELVES["persons"],
            person,
            {"name": "孙老师（示例）", "subject": ""},
            version=1,
            act=LATER,
        )
    with database.read() as session:
        assert session.get_one(Person, person_id).subject is None


def test_stages_stand_in_order(database: Database, world: World) -> None:
    with database.write() as session:
        assert create(session, world, "organisations").stages == "primary,upper_secondary"


def test_what_is_not_given_has_its_default(database: Database, world: World) -> None:
    with database.write() as session:
        assert create(session, world, "regions").zone == "Asia/Shanghai"
        account = create(session, world, "accounts", capacity="")
        room = create(session, world, "rooms", seats="")
        assert (account.capacity, room.seats, room.capacity) == (1, None, 1)


def test_lanes_follow_the_capacity(database: Database, world: World) -> None:
    with database.write() as session:
        account = create(session, world, "accounts", capacity=3)
        lanes = select(Lane.number).where(Lane.resource_id == account.id).order_by(Lane.number)
        assert session.scalars(lanes).all() == [0, 1, 2]
        raw = {"name": "腾讯一号", "platform": "tencent"}
        for capacity, numbers in ((5, [0, 1, 2, 3, 4]), (2, [0, 1]), (1, [0])):
            change_entry(
                session,
                SHELVES["accounts"],
                account,
                {**raw, "capacity": capacity},
                version=account.version,
                act=LATER,
            )
            assert session.scalars(lanes).all() == numbers


# --- names at a date -------------------------------------------------------------------------------


def test_the_name_at_a_date_whatever_the_order_of_entry(database: Database, world: World) -> None:
    names = {
        date(2010, 1, 1): "最早的名字",
        date(2025, 5, 20): "北京市大葆台西汉墓博物馆",
        date(2015, 6, 1): "中间的名字",
    }
    with database.write() as session:
        museum = session.get_one(Organisation, world.id("museum"))
        for until, name in names.items():
            add_former_name(session, museum, {"name": name, "until": until.isoformat()}, act=LATER)
    with database.read() as session:
        museum = session.get_one(Organisation, world.id("museum"))
        assert [former.until.year for former in museum.former_names] == [2010, 2015, 2025]
        asked = {
            date(2009, 12, 31): "最早的名字",
            date(2010, 1, 1): "中间的名字",
            date(2015, 6, 1): "北京市大葆台西汉墓博物馆",
            date(2018, 12, 6): "北京市大葆台西汉墓博物馆",
            date(2025, 5, 19): "北京市大葆台西汉墓博物馆",
            date(2025, 5, 20): "北京大葆台遗址博物馆",
        }
        assert {day: museum.name_at(day) for day in asked} == asked


def test_the_name_at_a_date_does_not_depend_on_how_the_names_were_loaded() -> None:
    school = Organisation(name="今天")
    school.former_names = [
        FormerName(name="后", until=date(2020, 1, 1)),
        FormerName(name="先", until=date(2010, 1, 1)),
    ]
    assert [school.name_at(date(year, 6, 1)) for year in (2005, 2015, 2025)] == ["先", "后", "今天"]


def test_one_former_name_for_a_day_and_each_can_be_taken_back(database: Database, world: World) -> None:
    raw = {"name": "旧名", "until": "2020-01-01"}
    with database.write() as session:
        museum = session.get_one(Organisation, world.id("museum"))
        add_former_name(session, museum, raw, act=LATER)
        with pytest.raises(Invalid) as caught:
            add_former_name(session, museum, raw, act=LATER)
        assert [(p.field, p.code) for p in caught.value.problems] == [("until", "former_name.taken")]
        remove_former_name(session, museum, museum.former_names[0].id, act=LATER)
        with pytest.raises(NotFound):
            remove_former_name(session, museum, 1, act=LATER)
        add_former_name(session, museum, raw, act=LATER)
        assert [former.name for former in museum.former_names] == ["旧名"]


def test_a_new_name_marks_the_bookings_that_show_it(database: Database, world: World) -> None:
    with database.write() as session:
        plan = read_plan(world.plan(), zone="Asia/Shanghai")
        booking = book(session, plan, partnership_id=world.id("partnership"), act=world.act)
        booking_id, revision = booking.id, booking.revision
    with database.write() as session:
        lead = get_entry(session, SHELVES["persons"], world.id("lead"))
        change_entry(session, SHELVES["persons"], lead, {"name": "王老师（示例，改）"}, version=1, act=LATER)
    with database.read() as session:
        booking = session.get_one(Booking, booking_id)
        assert (booking.revised_at, booking.revision) == (LATER.at, revision)
