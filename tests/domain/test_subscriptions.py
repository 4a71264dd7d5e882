"""Feeds: who may have which, how they end, and which bookings they are made of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.domain.access import Viewer, viewer_of
from scheduler.domain.accounts import grant_role, set_retired, withdraw_role
from scheduler.domain.bookings import book, cancel_booking, get_booking
from scheduler.domain.directory import get_entry, retire_entry
from scheduler.domain.plans import read_plan
from scheduler.domain.shelves import SHELVES
from scheduler.domain.subscriptions import (
    create_feed,
    get_own_feed,
    in_feed,
    is_live,
    own_feeds,
    replace_feed,
    revoke_feed,
)
from scheduler.domain.tokens import hash_token
from scheduler.errors import Invalid, NotFound
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import Booking, BookingState, CancelReason
from scheduler.models.feeds import Feed, FeedDetail, FeedScope
from scheduler.models.users import User
from tests.world import World

ZONE = "Asia/Shanghai"
DAY = timedelta(days=1)


def viewer(session: Session, world: World, name: str) -> Viewer:
    return viewer_of(session.get_one(User, world.id(name)))


def feed_for(session: Session, world: World, who: str, scope: str, of: str, **more: Any) -> tuple[Feed, str]:
    raw = {"scope": scope, f"{scope}_id": world.id(of), **more}
    return create_feed(session, raw, viewer=viewer(session, world, who), act=world.act)


def lives(session: Session, token: str) -> bool:
    """Whether an address with this token is answered."""
    query = select(func.count()).select_from(Feed).join(User, User.id == Feed.owner_id)
    return session.scalar(query.where(Feed.token_hash == hash_token(token), is_live())) == 1


# --- making one ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "of", "detail"),
    [
        ("person", "educator", FeedDetail.PERSONAL),
        ("organisation", "museum", FeedDetail.SHARED),
        ("partnership", "partnership", FeedDetail.SHARED),
    ],
)
def test_each_scope_with_the_detail_that_fits_it(
    database: Database, world: World, scope: str, of: str, detail: FeedDetail
) -> None:
    with database.write() as session:
        feed, token = feed_for(session, world, "coordinator", scope, of)
        assert (feed.scope, feed.detail, feed.language) == (FeedScope(scope), detail, "zh")
        assert (feed.partnership_id, feed.owner_id) == (world.id("partnership"), world.id("coordinator"))
        assert (feed.person_id, feed.organisation_id) == (
            world.id(of) if scope == "person" else None,
            world.id(of) if scope == "organisation" else None,
        )
        assert feed.token_hash == hash_token(token)
        assert lives(session, token)


@pytest.mark.parametrize(("scope", "of"), [("organisation", "museum"), ("partnership", "partnership")])
def test_a_passcode_goes_into_one_persons_feed_only(
    database: Database, world: World, scope: str, of: str
) -> None:
    with database.write() as session:
        with pytest.raises(Invalid) as caught:
            feed_for(session, world, "administrator", scope, of, detail="personal")
        assert [(p.field, p.code) for p in caught.value.problems] == [("detail", "feed.not_personal")]
        busy, _token = feed_for(session, world, "administrator", scope, of, detail="busy")
        assert busy.detail is FeedDetail.BUSY


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"scope": ""}, [("scope", "field.required")]),
        ({"scope": "world"}, [("scope", "field.not_an_option")]),
        ({"person_id": None}, [("person_id", "field.required")]),
        ({"person_id": 10**9}, [("person_id", "reference.unknown")]),
        ({"detail": "all"}, [("detail", "field.not_an_option")]),
        ({"language": "fr"}, [("language", "field.not_an_option")]),
        ({"alarm_minutes": -1}, [("alarm_minutes", "field.out_of_range")]),
        ({"alarm_minutes": 40_321}, [("alarm_minutes", "field.out_of_range")]),
        ({"owner_id": 1}, [("owner_id", "field.unknown")]),
    ],
)
def test_bad_input(database: Database, world: World, changes: dict, expected: list) -> None:
    raw = {"scope": "person", "person_id": world.id("lead"), **changes}
    with pytest.raises(Invalid) as caught, database.write() as session:
        create_feed(session, raw, viewer=viewer(session, world, "coordinator"), act=world.act)
    assert [(p.field, p.code) for p in caught.value.problems] == expected


ALL = {"partnership", "museum", "school 1", "school 2", "educator", "assistant 1", "assistant 2"}


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("administrator", ALL),
        ("coordinator", ALL),
        ("region coordinator", ALL),
        ("viewer", ALL),
        ("manager", {"school 1", "assistant 1"}),
    ],
)
def test_who_may_subscribe_to_what(database: Database, world: World, who: str, allowed: set[str]) -> None:
    scopes = {"partnership": "partnership", "museum": "organisation", "school 1": "organisation"}
    scopes |= {"school 2": "organisation"}
    made = set()
    with database.write() as session:
        for of in ALL:
            try:
                feed_for(session, world, who, scopes.get(of, "person"), of)
                made.add(of)
            except Invalid as invalid:
                [problem] = invalid.problems
                assert problem.code == "reference.unknown"
    assert made == allowed


def test_no_feed_of_what_is_retired(database: Database, world: World) -> None:
    with database.write() as session:
        lead = get_entry(session, SHELVES["persons"], world.id("lead"))
        retire_entry(session, SHELVES["persons"], lead, version=lead.version, act=world.act)
        with pytest.raises(Invalid) as caught:
            feed_for(session, world, "coordinator", "person", "lead")
        assert [(p.field, p.code) for p in caught.value.problems] == [("person_id", "reference.retired")]


# --- ending one ------------------------------------------------------------------------------------


def test_a_replaced_address_is_dead_and_a_revoked_feed_stays_so(database: Database, world: World) -> None:
    with database.write() as session:
        feed, old = feed_for(session, world, "coordinator", "person", "lead")
        new = replace_feed(session, feed, act=world.act)
        assert (lives(session, old), lives(session, new)) == (False, True)
        revoke_feed(session, feed, act=world.act)
        revoke_feed(session, feed, act=world.act)
        assert (lives(session, old), lives(session, new)) == (False, False)
        with pytest.raises(NotFound):
            replace_feed(session, feed, act=world.act)
        verbs = session.scalars(
            select(AuditEntry.verb).where(AuditEntry.subject == "feed").order_by(AuditEntry.id)
        )
        assert verbs.all() == ["create", "replace", "revoke"]


def test_only_the_owner_has_it(database: Database, world: World) -> None:
    with database.write() as session:
        feed, _token = feed_for(session, world, "coordinator", "person", "lead")
        owner, other = (viewer(session, world, name) for name in ("coordinator", "administrator"))
        assert get_own_feed(session, feed.id, viewer=owner) is feed
        assert session.scalars(own_feeds(owner)).all() == [feed]
        assert session.scalars(own_feeds(other)).all() == []
        for feed_id, who in ((feed.id, other), (10**9, owner), (0, owner), (10**40, owner)):
            with pytest.raises(NotFound):
                get_own_feed(session, feed_id, viewer=who)
        revoke_feed(session, feed, act=world.act)
        with pytest.raises(NotFound):
            get_own_feed(session, feed.id, viewer=owner)
        assert session.scalars(own_feeds(owner)).all() == []


def test_a_feed_sleeps_while_its_owner_is_retired(database: Database, world: World) -> None:
    with database.write() as session:
        _feed, token = feed_for(session, world, "coordinator", "person", "lead")
        owner = session.get_one(User, world.id("coordinator"))
        set_retired(session, owner, retired=True, act=world.act)
        assert not lives(session, token)
        set_retired(session, owner, retired=False, act=world.act)
        assert lives(session, token)


@pytest.mark.parametrize(
    ("who", "scope", "of", "still"),
    [
        ("manager", "organisation", "school 1", False),
        ("manager", "person", "assistant 1", False),
        ("coordinator", "partnership", "partnership", False),
        ("administrator", "person", "lead", False),
    ],
)
def test_a_feed_dies_with_the_access_that_it_was_made_by(
    database: Database, world: World, who: str, scope: str, of: str, still: bool
) -> None:
    with database.write() as session:
        _feed, token = feed_for(session, world, who, scope, of)
        owner = session.get_one(User, world.id(who))
        other = {"role": "manager", "organisation_id": world.id("school 3")}
        grant_role(session, owner, other, act=world.act)
        assert lives(session, token)
        withdraw_role(session, owner, owner.grants[0].id, act=world.act)
        assert lives(session, token) is still


def test_another_role_with_the_same_access_keeps_it_alive(database: Database, world: World) -> None:
    with database.write() as session:
        _feed, token = feed_for(session, world, "coordinator", "person", "assistant 1")
        owner = session.get_one(User, world.id("coordinator"))
        other = {"role": "manager", "organisation_id": world.id("school 1")}
        grant_role(session, owner, other, act=world.act)
        withdraw_role(session, owner, owner.grants[0].id, act=world.act)
        assert lives(session, token)


# --- what it is made of ----------------------------------------------------------------------------


def shown(
    session: Session,
    feed: Feed,
    now: datetime,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[str]:
    window = {"since": since or now - 60 * DAY, "until": until or now + 400 * DAY}
    return list(
        session.scalars(select(Booking.title).where(in_feed(feed, now=now, **window)).order_by(Booking.title))
    )


def test_each_scope_has_its_bookings(database: Database, world: World) -> None:
    with database.write() as session:
        partnership = world.id("partnership")
        book(session, read_plan(world.plan(title="课"), zone=ZONE), partnership_id=partnership, act=world.act)
        visit = {
            "kind": "visit",
            "title": "走访",
            "date": "2018-12-06",
            "starts": "14:00",
            "ends": "15:00",
            "host": {"organisation_id": world.id("school 1")},
            "people": [{"role": "contact", "person_id": world.id("educator")}],
        }
        book(session, read_plan(visit, zone=ZONE), partnership_id=partnership, act=world.act)
        expected = {
            ("person", "lead"): ["课"],
            ("person", "educator"): ["课", "走访"],
            ("organisation", "museum"): ["课"],
            ("organisation", "school 1"): ["课", "走访"],
            ("organisation", "institute"): [],
            ("partnership", "partnership"): ["课", "走访"],
        }
        for (scope, of), titles in expected.items():
            feed, _token = feed_for(session, world, "coordinator", scope, of)
            assert shown(session, feed, world.act.at) == titles, (scope, of)


def test_the_window_is_half_open(database: Database, world: World) -> None:
    with database.write() as session:
        plan = read_plan(world.plan(title="课"), zone=ZONE)
        booking = book(session, plan, partnership_id=world.id("partnership"), act=world.act)
        feed, _token = feed_for(session, world, "coordinator", "person", "lead")
        second = timedelta(seconds=1)
        now = world.act.at
        assert shown(session, feed, now, since=booking.ends_at) == []
        assert shown(session, feed, now, since=booking.ends_at - second) == ["课"]
        assert shown(session, feed, now, until=booking.starts_at) == []
        assert shown(session, feed, now, until=booking.starts_at + second) == ["课"]


@pytest.mark.parametrize("state", [BookingState.DRAFT, BookingState.REQUESTED])
def test_what_is_not_confirmed_is_not_told(database: Database, world: World, state: BookingState) -> None:
    with database.write() as session:
        plan = read_plan(world.plan(), zone=ZONE)
        book(session, plan, partnership_id=world.id("partnership"), act=world.act).state = state
        session.flush()
        feed, _token = feed_for(session, world, "coordinator", "person", "lead")
        assert shown(session, feed, world.act.at) == []


def test_a_cancelled_booking_stays_14_days_after_its_end_and_30_after_cancelling(
    database: Database, world: World
) -> None:
    """The lesson ends on 6 December. Cancelled three days before: day 30 after cancelling comes later."""
    with database.write() as session:
        plan = read_plan(world.plan(title="课"), zone=ZONE)
        public_id = book(session, plan, partnership_id=world.id("partnership"), act=world.act).public_id
        booking = get_booking(session, public_id)
        reason = {"reason": CancelReason.WEATHER, "words": "", "version": booking.version}
        cancel_booking(session, booking, **reason, act=world.act)
        feed, _token = feed_for(session, world, "coordinator", "person", "lead")
        assert booking.cancelled_at is not None
        at_least = booking.cancelled_at + 30 * DAY
        assert shown(session, feed, at_least - timedelta(seconds=1)) == ["课"]
        assert shown(session, feed, at_least) == []
        # Cancelled long before: the 14 days after its end come later.
        booking.cancelled_at = booking.ends_at - 60 * DAY
        session.flush()
        after_end = booking.ends_at + 14 * DAY
        assert shown(session, feed, after_end - timedelta(seconds=1)) == ["课"]
        assert shown(session, feed, after_end) == []
