"""From bookings to a feed's bytes, on both engines."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from scheduler.db import Database
from scheduler.domain.bookings import cancel_booking, get_booking
from scheduler.domain.directory import change_entry, entry_facts
from scheduler.domain.shelves import SHELVES
from scheduler.feeds.kept import find_feed, kept_of, read_kept, unpack
from scheduler.models.bookings import Booking, CancelReason
from scheduler.models.feeds import FeedFragment
from scheduler.models.places import Region
from scheduler.models.resources import Room
from tests.conftest import NOW
from tests.world import World

from .octets import find_faults
from .publishing import HOST, book_lesson, counted_queries, read_feed, subscribe
from .readers import Seen, read_with_icalendar


def titles(data: bytes) -> list[str]:
    return [seen.summary.removeprefix("远程课：") for seen in read_with_icalendar(data)]


def rename(database: Database, world: World, key: str, name: str) -> None:
    shelf = SHELVES["rooms"]
    with database.write() as session:
        room = session.get_one(Room, world.id(key))
        raw = {n: v for n, v in entry_facts(shelf, room).items() if n not in ("retired", shelf.parent)}
        change_entry(session, shelf, room, {**raw, "name": name}, version=room.version, act=world.act)


def test_a_persons_feed_holds_their_bookings_in_order(database: Database, world: World) -> None:
    book_lesson(database, world, title="后一课", date="2018-12-13")
    book_lesson(database, world, title="先一课")
    book_lesson(database, world, title="别人的课", date="2018-12-14", people=[], account_id=None)
    data = read_feed(database, subscribe(database, world), now=NOW)
    assert titles(data) == ["先一课", "后一课"]
    assert find_faults(data) == []


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"scope": "person", "person_id": "lead"}, ["课", "别处的课"]),
        ({"scope": "organisation", "organisation_id": "school 1"}, ["课"]),
        ({"scope": "partnership", "partnership_id": "partnership"}, ["课", "别处的课"]),
    ],
)
def test_scopes(database: Database, world: World, raw: dict[str, str], expected: list[str]) -> None:
    book_lesson(database, world, title="课")
    receiving = [{"class_id": world.id("class 2")}]
    book_lesson(database, world, title="别处的课", date="2018-12-07", receiving=receiving)
    wanted = {name: world.id(value) if name.endswith("_id") else value for name, value in raw.items()}
    assert titles(read_feed(database, subscribe(database, world, **wanted), now=NOW)) == expected


def test_the_window_moves_at_midnight(database: Database, world: World) -> None:
    book_lesson(database, world)
    token = subscribe(database, world)
    last_day = NOW.replace(hour=15, minute=59) + timedelta(days=63)  # 23:59 in Shanghai, 60 days after it
    assert titles(read_feed(database, token, now=last_day)) == ["走进大葆台西汉墓"]
    assert titles(read_feed(database, token, now=last_day + timedelta(minutes=1))) == []


def test_a_cancelled_one_stays_thirty_days(database: Database, world: World) -> None:
    public_id = book_lesson(database, world)
    with database.write() as session:
        booking = get_booking(session, public_id)
        cancel_booking(
            session,
            booking,
            reason=CancelReason.WEATHER,
            words="",
            version=booking.version,
            act=world.act,
        )
    token = subscribe(database, world)
    seen = read_with_icalendar(read_feed(database, token, now=NOW))
    assert [(one.summary, one.status, one.sequence) for one in seen] == [
        ("【取消】远程课：走进大葆台西汉墓", "CANCELLED", 1)
    ]
    assert read_with_icalendar(read_feed(database, token, now=NOW + timedelta(days=31))) == []


def test_an_unchanged_feed_is_kept_and_read_by_two_queries(database: Database, world: World) -> None:
    book_lesson(database, world)
    token = subscribe(database, world)
    data = read_feed(database, token, now=NOW)
    with counted_queries(database) as statements, database.read() as session:
        found = find_feed(session, token, now=NOW)
        assert found is not None
        assert kept_of(found, now=NOW, uid_host=HOST) is not None
        packed = read_kept(session, found)
    assert packed is not None
    assert unpack(packed) == data
    assert len([s for s in statements if s.startswith("SELECT")]) == 2


def test_what_is_kept_ends_with_any_change_of_its_partnership(database: Database, world: World) -> None:
    token = subscribe(database, world)
    read_feed(database, token, now=NOW)
    book_lesson(database, world)
    with database.read() as session:
        found = find_feed(session, token, now=NOW)
    assert found is not None
    assert kept_of(found, now=NOW, uid_host=HOST) is None


def test_only_the_changed_event_is_written_anew(database: Database, world: World) -> None:
    kept = book_lesson(database, world, title="不变", date="2018-12-13")
    changed = book_lesson(database, world)
    token = subscribe(database, world)
    before = read_feed(database, token, now=NOW)
    with database.write() as session:
        # Were it read, it would be noticed: bytes that nobody wrote.
        fragment = select(Booking.id).where(Booking.public_id == kept).scalar_subquery()
        marked = update(FeedFragment).where(FeedFragment.booking_id == fragment)
        session.execute(marked.values(body=b"BEGIN:VEVENT\r\nX-KEPT:1\r\nEND:VEVENT\r\n"))
        booking = get_booking(session, changed)
        cancel_booking(
            session,
            booking,
            reason=CancelReason.OTHER,
            words="",
            version=booking.version,
            act=world.act,
        )
    after = read_feed(database, token, now=NOW)
    assert b"X-KEPT:1" in after
    assert (before.count(b"STATUS:CANCELLED"), after.count(b"STATUS:CANCELLED")) == (0, 1)


def test_a_renamed_room_is_told(database: Database, world: World) -> None:
    book_lesson(database, world)
    token = subscribe(database, world)
    read_feed(database, token, now=NOW)
    rename(database, world, "gallery", "汉代展厅")
    [seen] = read_with_icalendar(read_feed(database, token, now=NOW))
    assert seen.location.startswith("北京大葆台遗址博物馆 汉代展厅；")


def test_one_bad_booking_is_left_out_and_reported(
    database: Database, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    bad = book_lesson(database, world, title="坏的")
    book_lesson(database, world, title="好的", date="2018-12-13")
    with database.write() as session:
        session.execute(update(Booking).where(Booking.public_id == bad).values(join_url="no address"))
    token = subscribe(database, world)
    with caplog.at_level(logging.ERROR, "scheduler.feeds.compose"):
        assert titles(read_feed(database, token, now=NOW)) == ["好的"]
    assert [record.getMessage().split(" cause=")[0] for record in caplog.records] == [
        f"feed.event_left_out booking={bad}"
    ]


def test_every_zone_of_its_events_is_described(database: Database, world: World) -> None:
    with database.write() as session:
        session.get_one(Region, world.id("fengtai")).zone = "Europe/London"
    book_lesson(database, world)
    data = read_feed(database, subscribe(database, world), now=NOW)
    assert find_faults(data) == []
    assert [data.count(b"TZID:" + zone) for zone in (b"Asia/Shanghai", b"Europe/London")] == [1, 1]
    [seen] = read_with_icalendar(data)
    assert seen.starts == int((NOW + timedelta(days=3, hours=1)).timestamp())


def test_the_reminder_belongs_to_the_feed_not_to_the_kept_event(database: Database, world: World) -> None:
    book_lesson(database, world)
    person = {"scope": "person", "person_id": world.id("educator")}
    with_one = subscribe(database, world, **person, alarm_minutes=30)
    without = subscribe(database, world, **person)
    assert b"TRIGGER:-PT30M" in read_feed(database, with_one, now=NOW)
    assert b"VALARM" not in read_feed(database, without, now=NOW)
    assert find_faults(read_feed(database, with_one, now=NOW)) == []


def test_the_number_of_queries_does_not_grow(database: Database, world: World) -> None:
    token = subscribe(database, world)
    counts = []
    for day in ("2018-12-06", "2018-12-07", "2018-12-10", "2018-12-11"):
        book_lesson(database, world, date=day)
        with counted_queries(database) as statements:
            read_feed(database, token, now=NOW, keeping=False)
        counts.append(len(statements))
    assert len(set(counts)) == 1


def test_the_nearest_thousand_stay(database: Database, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in ("2018-12-06", "2018-12-07", "2019-03-01"):
        book_lesson(database, world, title=day, date=day)
    monkeypatch.setattr("scheduler.feeds.compose.MOST_EVENTS", 2)
    assert titles(read_feed(database, subscribe(database, world), now=NOW)) == ["2018-12-06", "2018-12-07"]


def test_a_busy_feed_tells_nothing_else(database: Database, world: World) -> None:
    public_id = book_lesson(database, world)
    person = {"scope": "person", "person_id": world.id("educator"), "detail": "busy"}
    [seen] = read_with_icalendar(read_feed(database, subscribe(database, world, **person), now=NOW))
    assert seen == Seen(
        starts=int((NOW + timedelta(days=3, hours=1)).timestamp()),
        ends=int((NOW + timedelta(days=3, hours=2, minutes=20)).timestamp()),
        uid=f"booking-{public_id}@{HOST}",
        summary="忙碌",
        status="CONFIRMED",
        sequence=0,
        location="",
        description="",
        url="",
    )
