"""Fill an empty database through the domain's verbs, in the order in which things would have happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.demo import lesson_2018, running_series
from scheduler.demo.accounts import Account, add_accounts, add_feeds, add_token
from scheduler.demo.occasions import ZONE, Occasion, raw_plan, raw_sample_record
from scheduler.demo.places import ROOT, add_places, retire_old_room
from scheduler.demo.times import add_times, late_closure
from scheduler.demo.weeks import WEEKS
from scheduler.domain.act import Act
from scheduler.domain.bookings import book, cancel_booking, get_booking, move_booking
from scheduler.domain.directory import add_former_name, create_entry
from scheduler.domain.holds import Span
from scheduler.domain.plans import read_plan
from scheduler.domain.record_content import read_record
from scheduler.domain.records import file_record, save_record
from scheduler.domain.shelves import SHELVES
from scheduler.errors import Objected
from scheduler.models.bookings import Booking
from scheduler.models.places import Organisation
from scheduler.models.series import Occurrence
from scheduler.models.users import User

FOUNDED = datetime(2018, 11, 1, 1, 0, tzinfo=UTC)
"""When the directory and the accounts were entered."""
REOPENED = datetime(2025, 5, 20, 1, 0, tzinfo=UTC)
"""When the museum's present name was entered."""

Event = tuple[datetime, Callable[[Session, datetime], None]]


@dataclass(frozen=True)
class Sheet:
    """What a visitor needs to come in. ``feeds``: scope → secret token."""

    accounts: tuple[Account, ...]
    api_token: str
    feeds: Mapping[str, str]


@dataclass
class _Story:
    """What has been made so far: rows of the directory, users and bookings by key."""

    ids: Mapping[str, int]
    users: Mapping[str, int]
    public_ids: dict[str, str] = field(default_factory=dict)
    """Of what was booked; an occasion that falls on a holiday is not."""
    lessons: dict[date, str] = field(default_factory=dict)
    """Public ids of the running series, by day."""

    def act(self, occasion: Occasion, at: datetime) -> Act:
        return Act(user_id=self.users[occasion.by], at=at, via="demo")


def is_empty(session: Session) -> bool:
    """Whether nobody has used the database yet."""
    return session.scalar(select(User.id).limit(1)) is None


def fill(session: Session, *, now: datetime) -> Sheet:
    """Add the sample data around ``now`` (a UTC instant); answers the secrets, which are kept nowhere else.

    The same at every call of the same day, but for the secrets.
    """
    ids = add_places(session, act=Act(user_id=None, at=FOUNDED, via="demo"))
    accounts, users = add_accounts(session, ids, act=Act(user_id=None, at=FOUNDED, via="demo"))
    story = _Story(ids, users)
    for at, happen in sorted(_events(story, now), key=lambda event: event[0]):
        happen(session, at)
    act = Act(user_id=users["coordinator"], at=now, via="demo")
    return Sheet(
        accounts=accounts,
        api_token=add_token(session, users, act=act),
        feeds=add_feeds(session, ids, users, act=act),
    )


def _events(story: _Story, now: datetime) -> list[Event]:
    events: list[Event] = [(REOPENED, partial(_rename_museum, story)), (REOPENED, partial(_retire, story))]
    for occasion in (lesson_2018.LESSON, lesson_2018.RESEARCH):
        raw = lesson_2018.raw_lesson_record(story.ids) if occasion is lesson_2018.LESSON else None
        events += _course_of(story, occasion, lesson_2018.MONDAY, now, raw_record=raw)
    today = now.astimezone(ZoneInfo(ZONE)).date()
    monday = today - timedelta(days=today.weekday())
    events.append((now - timedelta(days=60), partial(_add_times, story, today)))
    for occasion in WEEKS:
        events += _course_of(story, occasion, monday, now)
    events.append((now - timedelta(hours=1), partial(_close, story, monday)))
    return [*events, *_course_of_series(story, monday, now)]


def _course_of_series(story: _Story, monday: date, now: datetime) -> list[Event]:
    """Booked before its first lesson; each lesson that is over has its record filed."""
    days = running_series.days(monday)
    noon = [datetime.combine(day, time(12), tzinfo=ZoneInfo(ZONE)).astimezone(UTC) for day in days]
    events: list[Event] = [(noon[0] - timedelta(days=14), partial(_book_series, story, monday))]
    for day, at in zip(days, noon, strict=True):
        events.append((at + timedelta(hours=6), partial(_write_lesson, story, day)))
        events.append((at + timedelta(hours=26), partial(_file_lesson, story, day)))
    return [event for event in events if event[0] <= now]


def _course_of(
    story: _Story,
    occasion: Occasion,
    monday: date,
    now: datetime,
    *,
    raw_record: Mapping[str, Any] | None = None,
) -> list[Event]:
    """What happens to one occasion up to ``now``: booked a fortnight ahead, written up after it."""
    starts_at, ends_at = occasion.span(monday)
    booked_at = min(starts_at - timedelta(days=14), now - timedelta(days=1))
    events: list[Event] = [(booked_at, partial(_book, story, occasion, monday))]
    later: list[Event] = []
    if occasion.planned_weekday is not None:
        later.append((now - timedelta(hours=3), partial(_move, story, occasion, monday)))
    if occasion.cancelled:
        later.append((now - timedelta(hours=2), partial(_cancel, story, occasion)))
    if occasion.after != "due":
        later.append((ends_at + timedelta(hours=2), partial(_write, story, occasion, raw_record)))
    if occasion.after == "filed":
        later.append((ends_at + timedelta(hours=22), partial(_file, story, occasion)))
    events += [(at, partial(_if_booked, story, occasion, happen)) for at, happen in later]
    return [event for event in events if event[0] <= now]


def _rename_museum(story: _Story, session: Session, at: datetime) -> None:
    museum = session.get_one(Organisation, story.ids["dabaotai"])
    act = Act(user_id=story.users["coordinator"], at=at, via="demo")
    add_former_name(session, museum, lesson_2018.FORMER_NAME, act=act)


def _retire(story: _Story, session: Session, at: datetime) -> None:
    act = Act(user_id=story.users["manager"], at=at, via="demo")
    retire_old_room(session, dict(story.ids), act=act)


def _add_times(story: _Story, today: date, session: Session, at: datetime) -> None:
    act = Act(user_id=story.users["coordinator"], at=at, via="demo")
    add_times(session, story.ids, today=today, act=act)


def _close(story: _Story, monday: date, session: Session, at: datetime) -> None:
    act = Act(user_id=story.users["coordinator"], at=at, via="demo")
    create_entry(session, SHELVES["closures"], late_closure(story.ids, monday), viewer=ROOT, act=act)


def _book_series(story: _Story, monday: date, session: Session, at: datetime) -> None:
    act = Act(user_id=story.users["coordinator"], at=at, via="demo")
    series = running_series.book_running_series(session, story.ids, monday, act=act)
    story.lessons |= {
        one.day: one.booking.public_id
        for one in session.scalars(select(Occurrence).where(Occurrence.series_id == series.id))
        if one.booking is not None
    }


def _write_lesson(story: _Story, day: date, session: Session, at: datetime) -> None:
    if day in story.lessons:
        booking = get_booking(session, story.lessons[day])
        content = read_record(raw_sample_record(booking), booking, zone=ZONE)
        act = Act(user_id=story.users["coordinator"], at=at, via="demo")
        save_record(session, booking, content, version=0, act=act)


def _file_lesson(story: _Story, day: date, session: Session, at: datetime) -> None:
    if day in story.lessons:
        act = Act(user_id=story.users["coordinator"], at=at, via="demo")
        file_record(session, get_booking(session, story.lessons[day]), version=1, act=act)


def _book(story: _Story, occasion: Occasion, monday: date, session: Session, at: datetime) -> None:
    span = occasion.span(monday, weekday=occasion.planned_weekday)
    follows = story.public_ids.get(occasion.follows, "") if occasion.follows else ""
    if occasion.follows and not follows:
        return
    plan = read_plan(raw_plan(occasion, span, story.ids, follows=follows), zone=ZONE)
    act = story.act(occasion, at)
    try:
        booking = book(session, plan, partnership_id=story.ids["partnership"], act=act)
    except Objected:
        return  # its day is a holiday this time: nobody would have booked it
    story.public_ids[_key(occasion)] = booking.public_id


def _if_booked(
    story: _Story,
    occasion: Occasion,
    happen: Callable[[Session, datetime], None],
    session: Session,
    at: datetime,
) -> None:
    if _key(occasion) in story.public_ids:
        happen(session, at)


def _move(story: _Story, occasion: Occasion, monday: date, session: Session, at: datetime) -> None:
    booking = _booking(story, occasion, session)
    span = Span(*occasion.span(monday))
    with suppress(Objected):  # the other day is a holiday this time
        move_booking(session, booking, span=span, version=booking.version, act=story.act(occasion, at))


def _cancel(story: _Story, occasion: Occasion, session: Session, at: datetime) -> None:
    booking = _booking(story, occasion, session)
    assert occasion.cancelled is not None
    reason, words = occasion.cancelled
    act = story.act(occasion, at)
    cancel_booking(session, booking, reason=reason, words=words, version=booking.version, act=act)


def _write(
    story: _Story, occasion: Occasion, raw: Mapping[str, Any] | None, session: Session, at: datetime
) -> None:
    booking = _booking(story, occasion, session)
    content = read_record(raw or raw_sample_record(booking), booking, zone=ZONE)
    save_record(session, booking, content, version=0, act=story.act(occasion, at))


def _file(story: _Story, occasion: Occasion, session: Session, at: datetime) -> None:
    file_record(session, _booking(story, occasion, session), version=1, act=story.act(occasion, at))


def _booking(story: _Story, occasion: Occasion, session: Session) -> Booking:
    return get_booking(session, story.public_ids[_key(occasion)])


def _key(occasion: Occasion) -> str:
    return occasion.key or occasion.title
