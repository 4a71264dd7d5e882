"""The sample data: honest, without a clash, and something of everything whatever the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.db import Database
from scheduler.demo import Sheet, fill, is_empty
from scheduler.demo.occasions import NOTICE
from scheduler.domain.api_tokens import user_of_api_token
from scheduler.domain.closures import hit_bookings
from scheduler.domain.holds import count_overlaps
from scheduler.domain.tokens import hash_token
from scheduler.models.audit import AuditEntry
from scheduler.models.bookings import Booking, BookingKind, BookingState, ParticipantRole
from scheduler.models.feeds import Feed, FeedScope
from scheduler.models.openings import Closure
from scheduler.models.places import Organisation
from scheduler.models.records import Record, RecordState
from scheduler.models.resources import Person
from scheduler.models.series import Occurrence
from scheduler.models.users import Role, User

VERIFIED = {
    "北京大葆台遗址博物馆",
    "中国人民抗日战争纪念馆",
    "北京汽车博物馆",
    "中国园林博物馆",
    "中国消防博物馆",
    "北京教育学院丰台分院",
    "北京云校",
    "林西县教育和科技局",
    "林西县民族中学",
    "新林镇寄宿制小学",
}
SHANGHAI = ZoneInfo("Asia/Shanghai")
# Monday just after midnight, Wednesday at noon, Friday evening, the last Sunday of a year: in Shanghai.
MOMENTS = (
    datetime(2026, 3, 1, 16, 5, tzinfo=UTC),
    datetime(2026, 9, 16, 4, 0, tzinfo=UTC),
    datetime(2026, 11, 27, 12, 0, tzinfo=UTC),
    datetime(2027, 12, 26, 9, 30, tzinfo=UTC),
)


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with nothing in it."""
    path = tmp_path_factory.mktemp("demo") / "empty.sqlite"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    database.close()
    return path


@pytest.fixture(scope="module", params=MOMENTS, ids=lambda moment: f"{moment:%a %H:%M}")
def moment(request: pytest.FixtureRequest) -> datetime:
    """The instant around which the data are made."""
    return request.param


@pytest.fixture(scope="module")
def filled(
    empty_file: Path, tmp_path_factory: pytest.TempPathFactory, moment: datetime
) -> Iterator[tuple[Session, Sheet]]:
    """A session on the filled database, and the secrets."""
    path = tmp_path_factory.mktemp("filled") / "demo.sqlite"
    path.write_bytes(empty_file.read_bytes())
    database = Database(f"sqlite:///{path}")
    with database.write() as session:
        assert is_empty(session)
        sheet = fill(session, now=moment)
    with database.read() as session:
        assert not is_empty(session)
        yield session, sheet
    database.close()


def around_today(session: Session) -> list[Booking]:
    """The bookings of the eight weeks, in order, without those of the running series."""
    after_2018 = Booking.starts_at > datetime(2019, 1, 1, tzinfo=UTC)
    in_series = select(Occurrence.booking_id).where(Occurrence.booking_id.is_not(None))
    query = select(Booking).where(after_2018, Booking.id.not_in(in_series))
    return list(session.scalars(query.order_by(Booking.starts_at)))


def local_days(booking: Booking) -> tuple[datetime, datetime]:
    return booking.starts_at.astimezone(SHANGHAI), booking.ends_at.astimezone(SHANGHAI)


def test_nothing_overlaps_and_every_page_has_something(
    filled: tuple[Session, Sheet], moment: datetime
) -> None:
    session, _ = filled
    bookings = around_today(session)
    assert count_overlaps(session) == 0
    assert 15 <= len(bookings) <= 25
    assert {booking.kind for booking in bookings} == set(BookingKind)
    assert [b.title for b in bookings if b.state is BookingState.CANCELLED] == ["一封家书里的抗战"]
    assert [b.title for b in bookings if b.revision == 1 and b.state is BookingState.CONFIRMED] == [
        "消防车上的机械"
    ]
    assert {booking.note for booking in bookings} == {NOTICE}
    over = [b for b in bookings if b.ends_at <= moment and b.state is not BookingState.CANCELLED]
    assert {BookingState.CONFIRMED, BookingState.DONE, BookingState.RECORDED} == {b.state for b in over}
    assert any(b.starts_at > moment for b in bookings)


def test_bookings_are_on_weekdays_in_school_hours_within_the_eight_weeks(
    filled: tuple[Session, Sheet], moment: datetime
) -> None:
    session, _ = filled
    today = moment.astimezone(SHANGHAI).date()
    monday = today - timedelta(days=today.weekday())
    for booking in around_today(session):
        starts, ends = local_days(booking)
        assert starts.date() == ends.date()
        assert starts.weekday() < 5, booking.title
        assert monday - timedelta(weeks=3) <= starts.date() < monday + timedelta(weeks=5)
        earliest = time(7, 30) if booking.kind is BookingKind.TRAVEL else time(8, 30)
        assert earliest <= starts.time() < ends.time() <= time(16, 30), booking.title
        museum = booking.sites[0].organisation.kind.value == "museum"
        assert not (museum and starts.weekday() == 0), "museums are closed on Mondays"


def test_a_series_runs_with_a_day_left_out_and_one_moved(
    filled: tuple[Session, Sheet], moment: datetime
) -> None:
    session, _ = filled
    lessons = list(session.scalars(select(Occurrence).order_by(Occurrence.day)))
    assert len(lessons) == 14
    assert lessons[7].booking is None
    moved = [one.day for one in lessons if one.booking is not None and one.booking.starts_at != one.starts_at]
    assert moved in ([lessons[8].day], [])  # unless that day is a holiday, and skipped
    past = [
        one.booking for one in lessons if one.booking and one.booking.ends_at < moment - timedelta(days=2)
    ]
    assert {booking.state for booking in past} == {BookingState.RECORDED}


def test_only_one_booking_overrides_a_rule_and_says_why(filled: tuple[Session, Sheet]) -> None:
    session, _ = filled
    said = session.scalars(select(Booking.override_reason).where(Booking.override_reason != "")).all()
    assert list(said) == ["学校同意午休时间上小讲堂，自愿参加。（示例）"]


def test_the_closure_entered_last_hits_the_one_lesson_of_its_day(
    filled: tuple[Session, Sheet], moment: datetime
) -> None:
    session, _ = filled
    closure = session.scalars(select(Closure).order_by(Closure.id.desc()).limit(1)).one()
    assert closure.name == "临时布展（示例）"
    assert [one.title for one in session.scalars(hit_bookings(closure, now=moment))] == ["一块玉怎样做成玉器"]


# New Year, Spring Festival and its make-up Saturday, spring, Labour Day, the switch of bells, the end of
# term, summer, the National Day, a year that is not published.
@pytest.mark.parametrize(
    "day",
    [
        "2026-01-01", "2026-02-14", "2026-02-17", "2026-03-09", "2026-04-06", "2026-05-01", "2026-05-09",
        "2026-06-12", "2026-07-15", "2026-08-20", "2026-09-20", "2026-09-29", "2026-10-01", "2026-10-10",
        "2026-11-24", "2026-12-31", "2027-01-02",
    ],
)  # fmt: skip
def test_it_fills_whatever_the_day(empty_file: Path, tmp_path: Path, day: str) -> None:
    path = tmp_path / "demo.sqlite"
    path.write_bytes(empty_file.read_bytes())
    database = Database(f"sqlite:///{path}")
    with database.write() as session:
        fill(session, now=datetime.fromisoformat(f"{day}T02:00+00:00"))
        assert count_overlaps(session) == 0
        assert len(around_today(session)) >= 10
    database.close()


def test_people_are_marked_and_organisations_are_public_or_marked(
    filled: tuple[Session, Sheet],
) -> None:
    session, _ = filled
    names = set(session.scalars(select(Organisation.name)))
    assert {name for name in names if "示例" not in name} == VERIFIED
    for model in (Person, User):
        unmarked = [name for name in session.scalars(select(model.name)) if not name.endswith("（示例）")]
        assert unmarked == []


def test_the_lesson_of_december_2018_is_there_with_its_record(filled: tuple[Session, Sheet]) -> None:
    session, _ = filled
    lesson = session.scalars(select(Booking).where(Booking.title == "走进大葆台西汉墓")).one()
    assert (lesson.starts_at, lesson.ends_at) == (
        datetime(2018, 12, 6, 2, 0, tzinfo=UTC),
        datetime(2018, 12, 6, 3, 20, tzinfo=UTC),
    )
    assert lesson.sites[0].organisation.name == "北京大葆台遗址博物馆"
    assert lesson.sites[0].organisation.name_at(date(2018, 12, 6)) == "北京市大葆台西汉墓博物馆"
    assert lesson.sites[0].organisation.name_at(date(2025, 5, 20)) == "北京大葆台遗址博物馆"
    receiving = [site.organisation.name for site in lesson.sites[1:]]
    assert receiving == ["林西县民族中学", "示例中学A（演示）", "示例中学B（演示）"]
    roles = [p.role for p in lesson.participations]
    assert roles.count(ParticipantRole.CLASS) == 3
    assert roles.count(ParticipantRole.ASSISTANT) == 3
    assert [s.kind.value for s in lesson.segments] == ["tour", "teaching", "questions", "hands_on", "summary"]
    record = session.scalars(select(Record).where(Record.booking_id == lesson.id)).one()
    assert record.state is RecordState.FILED
    assert [(row.expected, row.present) for row in record.attendances] == [(42, 41), (48, 46), (40, 40)]
    assert (len(record.questions), len(record.incidents), record.works) == (3, 1, 37)
    research = session.scalars(select(Booking).where(Booking.follows_id == lesson.id)).one()
    assert (research.kind, research.state) == (BookingKind.RESEARCH, BookingState.RECORDED)


def test_the_log_reads_as_if_it_had_happened(filled: tuple[Session, Sheet], moment: datetime) -> None:
    session, _ = filled
    entries = session.execute(select(AuditEntry.at, AuditEntry.via).order_by(AuditEntry.id)).all()
    assert {via for _, via in entries} == {"demo"}
    assert [at for at, _ in entries] == sorted(at for at, _ in entries)
    assert entries[-1].at <= moment


def test_the_sheet_opens_every_door(filled: tuple[Session, Sheet]) -> None:
    session, sheet = filled
    roles = ["administrator", "coordinator", "region_coordinator", "manager", "viewer"]
    assert [account.role for account in sheet.accounts] == roles
    coordinator = user_of_api_token(session, sheet.api_token)
    assert coordinator is not None
    assert [(grant.role, grant.region_id) for grant in coordinator.grants] == [(Role.COORDINATOR, None)]
    feeds = {
        name: session.scalars(select(Feed).where(Feed.token_hash == hash_token(token))).one()
        for name, token in sheet.feeds.items()
    }
    assert {name: feed.name for name, feed in feeds.items()} == {
        "person": "李讲解员（示例）",
        "organisation": "林西县民族中学",
        "partnership": "丰台—林西",
    }
    assert {feed.scope for feed in feeds.values()} == set(FeedScope)


def test_two_fills_differ_in_their_secrets_alone(empty_file: Path, tmp_path: Path) -> None:
    stories, sheets = [], []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.sqlite"
        path.write_bytes(empty_file.read_bytes())
        database = Database(f"sqlite:///{path}")
        with database.write() as session:
            sheets.append(fill(session, now=MOMENTS[0]))
            rows = session.execute(select(Booking.title, Booking.starts_at, Booking.state, Booking.revision))
            stories.append(rows.all())
        database.close()
    assert stories[0] == stories[1]
    passwords = [account.password for sheet in sheets for account in sheet.accounts]
    assert len(set(passwords)) == len(passwords) == 10
    assert sheets[0].api_token != sheets[1].api_token


def test_it_fills_either_engine(database: Database) -> None:
    database.downgrade("base")
    database.upgrade()
    with database.write() as session:
        assert is_empty(session)
        fill(session, now=MOMENTS[1])
        assert count_overlaps(session) == 0
        # Two of the 25 would fall on Mid-Autumn Day and on the National Day.
        assert len(around_today(session)) == 23
