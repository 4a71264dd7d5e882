"""What calendar programs are answered: each line of the feed's HTTP, on both engines."""

from __future__ import annotations

import gzip
import logging
import shutil
from collections.abc import Callable
from dataclasses import replace as replace_field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.app import create_app
from scheduler.config import Settings
from scheduler.db import Database
from scheduler.domain.access import viewer_of
from scheduler.domain.accounts import set_retired, withdraw_role
from scheduler.domain.act import Act
from scheduler.domain.bookings import cancel_booking, get_booking, move_booking
from scheduler.domain.holds import Span
from scheduler.domain.subscriptions import own_feeds, replace_feed, revoke_feed
from scheduler.feeds.calendar import etag_of
from scheduler.feeds.content import event_of
from scheduler.feeds.event import CalendarEvent
from scheduler.models.bookings import CancelReason
from scheduler.models.feeds import FeedDetail
from scheduler.models.users import User
from tests.conftest import NOW
from tests.feeds import readers
from tests.feeds.conftest import node as node
from tests.feeds.octets import find_faults
from tests.feeds.publishing import book_lesson, counted_queries, subscribe
from tests.feeds.readers import read_with_icalendar
from tests.world import World

Death = Callable[[Session, User, Act], None]


@pytest.fixture
def token(database: Database, world: World) -> str:
    """The museum educator's own calendar, with the lesson in it."""
    book_lesson(database, world)
    return subscribe(database, world)


def address(token: str) -> str:
    return f"/feeds/{token}.ics"


def cancel(database: Database, world: World, public_id: str) -> None:
    with database.write() as session:
        booking = get_booking(session, public_id)
        cancel_booking(
            session,
            booking,
            reason=CancelReason.OTHER,
            words="",
            version=booking.version,
            act=world.act,
        )


def test_the_answer_in_full(client: FlaskClient, token: str) -> None:
    answer = client.get(address(token), headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert dict(answer.headers) == {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": 'inline; filename="tongtang.ics"',
        "Content-Length": str(len(answer.data)),
        "Content-Type": "text/calendar; charset=utf-8",
        "ETag": etag_of(answer.data),
        "Last-Modified": "Mon, 03 Dec 2018 01:00:00 GMT",
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept-Encoding, User-Agent",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    assert find_faults(answer.data) == []
    assert [seen.summary for seen in read_with_icalendar(answer.data)] == ["远程课：走进大葆台西汉墓"]


def test_head_is_a_get_without_its_body(client: FlaskClient, token: str) -> None:
    get, head = client.get(address(token)), client.head(address(token))
    assert (head.status_code, head.data, dict(head.headers)) == (200, b"", dict(get.headers))


def test_the_second_answer_is_the_first(client: FlaskClient, token: str) -> None:
    first, second = client.get(address(token)), client.get(address(token))
    assert (first.data, dict(first.headers)) == (second.data, dict(second.headers))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_unchanged_is_304(client: FlaskClient, token: str, method: str) -> None:
    etag = client.get(address(token)).headers["ETag"]
    answer = client.open(address(token), method=method, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", etag)
    assert "Content-Length" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_the_tag_decides_before_the_date(client: FlaskClient, token: str) -> None:
    etag = client.get(address(token)).headers["ETag"]
    old, new = "Mon, 03 Dec 2001 01:00:00 GMT", "Mon, 03 Dec 2029 01:00:00 GMT"
    ask = [
        ({"If-Modified-Since": new}, 304),
        ({"If-Modified-Since": old}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": new}, 200),
        ({"If-None-Match": etag, "If-Modified-Since": old}, 304),
        ({"If-None-Match": f"W/{etag}"}, 304),
        ({"If-None-Match": "*"}, 304),
    ]
    assert [client.get(address(token), headers=headers).status_code for headers, _ in ask] == [
        status for _, status in ask
    ]


def test_gzip_when_it_is_asked_for(client: FlaskClient, token: str) -> None:
    plain = client.get(address(token))
    packed = client.get(address(token), headers={"Accept-Encoding": "gzip, deflate"})
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert packed.headers["ETag"] == plain.headers["ETag"][:-1] + '-gzip"'
    tag = {"If-None-Match": packed.headers["ETag"], "Accept-Encoding": "gzip"}
    assert client.get(address(token), headers=tag).status_code == 304


def test_the_first_answer_may_be_packed_too(client: FlaskClient, token: str) -> None:
    packed = client.get(address(token), headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == client.get(address(token)).data


@pytest.mark.parametrize("agent", ["Microsoft Office/16.0 (Outlook)", "MicrosoftExchange/15.20"])
def test_microsoft_gets_it_plain(client: FlaskClient, token: str, agent: str) -> None:
    answer = client.get(address(token), headers={"Accept-Encoding": "gzip", "User-Agent": agent})
    assert "Content-Encoding" not in answer.headers
    assert answer.data.startswith(b"BEGIN:VCALENDAR")


def test_moving_is_told_at_once(client: FlaskClient, database: Database, world: World) -> None:
    public_id = book_lesson(database, world)
    token = subscribe(database, world)
    before = client.get(address(token))
    with database.write() as session:
        booking = get_booking(session, public_id)
        span = Span(booking.starts_at + timedelta(days=1), booking.ends_at + timedelta(days=1))
        move_booking(session, booking, span=span, version=booking.version, act=world.act)
    after = client.get(address(token), headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    [old], [new] = read_with_icalendar(before.data), read_with_icalendar(after.data)
    assert (new.uid, new.starts - old.starts, new.sequence - old.sequence) == (old.uid, 86_400, 1)


def test_last_modified_moves_when_something_is_removed(
    client: FlaskClient, database: Database, world: World, token: str
) -> None:
    gone = book_lesson(database, world, title="将取消", date="2018-12-07")
    cancel(database, world, gone)
    dates = []
    # The last day that shows the cancelled one, and the next.
    for day in (30, 31):
        with clock.frozen(NOW + timedelta(days=day, minutes=5)):
            answer = client.get(address(token))
            dates.append((parsedate_to_datetime(answer.headers["Last-Modified"]), answer.data.count(b"UID:")))
    assert [count for _, count in dates] == [2, 1]
    assert dates[1][0] > dates[0][0]


def test_two_changes_in_one_second_bear_two_dates(
    client: FlaskClient, database: Database, world: World, token: str
) -> None:
    first = client.get(address(token))
    book_lesson(database, world, date="2018-12-07")
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(address(token), headers=since).status_code == 200


def test_a_change_elsewhere_in_the_partnership_leaves_it_as_it_is(
    client: FlaskClient, database: Database, world: World, token: str
) -> None:
    before = client.get(address(token))
    book_lesson(database, world, date="2018-12-07", people=[])
    with clock.frozen(NOW + timedelta(hours=2)):
        after = client.get(address(token), headers={"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.headers["Last-Modified"]) == (304, before.headers["Last-Modified"])


def test_another_day_does_not_change_its_bytes(client: FlaskClient, token: str) -> None:
    before = client.get(address(token))
    with clock.frozen(NOW + timedelta(days=1)):
        assert client.get(address(token)).data == before.data


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "wrong", ["", "x", "A" * 43, "%00", "%F0%9F%8F%BA", "A" * 5000, "..%2F..%2Fetc", "a.b"]
)
def test_an_unknown_token_is_404(client: FlaskClient, world: World, wrong: str, method: str) -> None:
    answer = client.open(address(wrong), method=method)
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


def revoke(session: Session, owner: User, act: Act) -> None:
    revoke_feed(session, session.scalars(own_feeds(viewer_of(owner))).one(), act=act)


def replace(session: Session, owner: User, act: Act) -> None:
    replace_feed(session, session.scalars(own_feeds(viewer_of(owner))).one(), act=act)


def close_account(session: Session, owner: User, act: Act) -> None:
    set_retired(session, owner, retired=True, act=act)


def take_role(session: Session, owner: User, act: Act) -> None:
    withdraw_role(session, owner, owner.grants[0].id, act=act)


@pytest.mark.parametrize("death", [revoke, replace, close_account, take_role])
def test_a_dead_token_is_as_unknown_as_any(
    client: FlaskClient, database: Database, world: World, token: str, death: Death
) -> None:
    assert client.get(address(token)).status_code == 200
    with database.write() as session:
        death(session, session.get_one(User, world.id("coordinator")), world.act)
    dead, unknown = client.get(address(token)), client.get(address("A" * 43))
    assert (dead.status_code, dead.data) == (404, unknown.data)
    assert dict(dead.headers) == dict(unknown.headers)


def test_the_work_for_a_dead_token_is_that_for_an_unknown_one(
    client: FlaskClient, database: Database, world: World, token: str
) -> None:
    client.get(address(token))
    with database.write() as session:
        revoke(session, session.get_one(User, world.id("coordinator")), world.act)
    asked = []
    for wanted in (token, "A" * 43, ""):
        with counted_queries(database) as statements:
            client.get(address(wanted))
        asked.append(statements)
    assert asked[0] == asked[1] == asked[2]


def test_an_unchanged_feed_is_answered_while_another_writes(
    client: FlaskClient, database: Database, world: World, token: str
) -> None:
    etag = client.get(address(token)).headers["ETag"]
    with database.write():
        statuses = [client.get(address(token), headers=h).status_code for h in ({"If-None-Match": etag}, {})]
    assert statuses == [304, 200]


def test_only_a_personal_feed_bears_the_passcode(
    client: FlaskClient, database: Database, world: World
) -> None:
    book_lesson(database, world)
    scopes = {
        "personal": {"scope": "person", "person_id": world.id("educator")},
        "person, shared": {"scope": "person", "person_id": world.id("educator"), "detail": "shared"},
        "organisation": {"scope": "organisation", "organisation_id": world.id("museum")},
        "partnership": {"scope": "partnership", "partnership_id": world.id("partnership")},
        "busy": {"scope": "partnership", "partnership_id": world.id("partnership"), "detail": "busy"},
    }
    answers = {
        name: client.get(address(subscribe(database, world, **raw))).data for name, raw in scopes.items()
    }
    assert [name for name, data in answers.items() if b"2468" in data] == ["personal"]


def test_a_busy_feed_leaks_nothing(client: FlaskClient, database: Database, world: World) -> None:
    book_lesson(database, world, note="内部备注")
    raw = {"scope": "organisation", "organisation_id": world.id("museum"), "detail": "busy"}
    data = client.get(address(subscribe(database, world, **raw))).data.replace(b"\r\n ", b"").decode()
    event = data[data.index("BEGIN:VEVENT") : data.index("END:VEVENT")].splitlines()
    names = ("BEGIN", "SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "SEQUENCE", "STATUS", "TRANSP")
    assert {line.split(":")[0].split(";")[0] for line in event} == {*names, "LAST-MODIFIED"}
    assert "SUMMARY:忙碌" in event


def test_the_secret_is_in_no_log(
    app: Flask, token: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr("scheduler.web.feeds.answers.find_feed", fail)
    with caplog.at_level(logging.DEBUG):
        answer = app.test_client().get(address(token))
    assert (answer.status_code, answer.data, answer.headers["Retry-After"]) == (503, b"", "600")
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == ["feed.failed"]
    assert token not in caplog.text


def test_a_calendar_that_cannot_be_kept_is_still_answered(
    client: FlaskClient, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_more: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr("scheduler.web.feeds.answers.keep", fail)
    assert client.get(address(token)).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_else_can_be_done_to_it(client: FlaskClient, token: str, method: str) -> None:
    assert client.open(address(token), method=method).status_code in (401, 405)


def test_behind_tls_it_says_so(settings: Settings, database: Database, token: str) -> None:
    app = create_app(replace_field(settings, base_url="https://tongtang.example"), database)
    answer = app.test_client().get(address(token), base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    "read", [readers.read_with_icalendar, readers.read_with_recurring, readers.read_with_ical]
)
def test_foreign_parsers_see_what_was_booked(
    client: FlaskClient, database: Database, world: World, read: Callable[[bytes], list[readers.Seen]]
) -> None:
    events = book_a_month(database, world)
    token = subscribe(database, world, scope="partnership", partnership_id=world.id("partnership"))
    assert read(client.get(address(token)).data) == readers.expected(events)


@pytest.mark.parametrize("script", ["read-ical-js.mjs", "read-node-ical.mjs"])
def test_foreign_javascript_sees_what_was_booked(
    client: FlaskClient, database: Database, world: World, script: str, node: tuple[str, Path]
) -> None:
    events = book_a_month(database, world)
    token = subscribe(database, world, scope="partnership", partnership_id=world.id("partnership"))
    seen = readers.read_with_node(script, client.get(address(token)).data, node)
    assert seen == readers.expected(events)


@pytest.mark.skipif(not shutil.which("calcurse"), reason="Debian's calcurse is not installed")
def test_calcurse_sees_what_was_booked(
    client: FlaskClient, database: Database, world: World, tmp_path: Path
) -> None:
    events = book_a_month(database, world)
    token = subscribe(database, world, scope="partnership", partnership_id=world.id("partnership"))
    seen = readers.read_with_calcurse(client.get(address(token)).data, tmp_path, zone="UTC")
    assert seen == sorted((event.starts, event.ends, event.summary) for event in readers.expected(events))


def book_a_month(database: Database, world: World) -> list[CalendarEvent]:
    """Lessons, two in the night, one cancelled: as a shared calendar is told of them."""
    times = [
        ("2018-12-06", "10:00", "11:20"),
        ("2018-12-07", "00:00", "00:40"),
        ("2018-12-31", "22:50", "23:59"),
    ]
    ids = [
        book_lesson(
            database, world, title=f"第{n}课；问,答\\", date=day, starts=starts, ends=ends, segments=[]
        )
        for n, (day, starts, ends) in enumerate(times)
    ]
    cancel(database, world, ids[1])
    with database.read() as session:
        return [
            event_of(
                get_booking(session, public_id),
                detail=FeedDetail.SHARED,
                language="zh",
                uid_host="tongtang.invalid",
            )
            for public_id in ids
        ]
