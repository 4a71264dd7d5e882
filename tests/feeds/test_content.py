"""What a calendar is told of a booking."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scheduler.db import Database
from scheduler.domain.bookings import cancel_booking, get_booking
from scheduler.domain.directory import add_former_name
from scheduler.feeds.content import event_of
from scheduler.feeds.event import CalendarEvent
from scheduler.models.bookings import CancelReason
from scheduler.models.feeds import FeedDetail
from scheduler.models.places import Organisation
from tests.world import World

from .publishing import book_lesson


def told(
    database: Database, public_id: str, *, detail: FeedDetail = FeedDetail.PERSONAL, language: str = "zh"
) -> CalendarEvent:
    with database.read() as session:
        booking = get_booking(session, public_id)
        return event_of(booking, detail=detail, language=language, uid_host="tongtang.example")


def test_a_personal_calendar_is_told_everything(database: Database, world: World) -> None:
    public_id = book_lesson(database, world)
    assert told(database, public_id) == CalendarEvent(
        uid=f"booking-{public_id}@tongtang.example",
        sequence=0,
        revised_at=world.act.at,
        starts_at=datetime(2018, 12, 6, 2, 0, tzinfo=UTC),
        ends_at=datetime(2018, 12, 6, 3, 20, tzinfo=UTC),
        zone="Asia/Shanghai",
        summary="远程课：走进大葆台西汉墓",
        description_lines=(
            "会议平台：云校",
            "会议号：012 345 678",
            "入会密码：2468",
            "主讲教师：王老师（示例）",
            "讲解员：李讲解员（示例）",
            "接收端：林西县民族中学 七年级(1)班 · 辅助教师：辅助教师1（示例）",
            "接收端：示例中学A（演示） 七年级(2)班 · 辅助教师：辅助教师2（示例）",
            "接收端：示例中学B（演示） 七年级(3)班 · 辅助教师：辅助教师3（示例）",
            "环节安排：导览 20 分钟 → 讲授 20 分钟 → 问答 15 分钟 → 手工 20 分钟 → 小结 5 分钟",
        ),
        location=(
            "北京大葆台遗址博物馆 第一展厅；林西县民族中学 录播教室1；"
            "示例中学A（演示） 录播教室2；示例中学B（演示） 录播教室3"
        ),
        url="https://meeting.example/012345678",
        color="royalblue",
        categories=("远程课", "专递课堂"),
    )


def test_a_shared_calendar_is_told_all_but_the_passcode(database: Database, world: World) -> None:
    public_id = book_lesson(database, world)
    personal, shared = (told(database, public_id, detail=FeedDetail(d)) for d in ("personal", "shared"))
    assert set(personal.description_lines) - set(shared.description_lines) == {"入会密码：2468"}
    assert shared.url == personal.url


def test_a_link_that_carries_the_passcode_is_personal(database: Database, world: World) -> None:
    link = "https://meeting.example/012345678?pwd=2468"
    public_id = book_lesson(database, world, join_url=link)
    assert told(database, public_id).url == link
    assert told(database, public_id, detail=FeedDetail.SHARED).url is None


def test_a_busy_calendar_is_told_the_time(database: Database, world: World) -> None:
    public_id = book_lesson(database, world)
    assert told(database, public_id, detail=FeedDetail.BUSY) == CalendarEvent(
        uid=f"booking-{public_id}@tongtang.example",
        sequence=0,
        revised_at=world.act.at,
        starts_at=datetime(2018, 12, 6, 2, 0, tzinfo=UTC),
        ends_at=datetime(2018, 12, 6, 3, 20, tzinfo=UTC),
        summary="",
    )


def test_where_nobody_booked_a_room_the_link_is_the_place(database: Database, world: World) -> None:
    host = {"organisation_id": world.id("museum")}
    receiving = [{"class_id": world.id("class 1")}]
    online = told(database, book_lesson(database, world, host=host, receiving=receiving))
    assert (online.location, online.url) == ("", "https://meeting.example/012345678")


def test_without_a_link_the_organisations_are_the_place(database: Database, world: World) -> None:
    host = {"organisation_id": world.id("museum")}
    receiving = [{"class_id": world.id("class 1")}]
    public_id = book_lesson(database, world, host=host, receiving=receiving, join_url="", passcode="")
    assert told(database, public_id).location == "北京大葆台遗址博物馆；林西县民族中学"


def test_an_organisation_bears_the_name_of_the_day(database: Database, world: World) -> None:
    public_id = book_lesson(database, world)
    with database.write() as session:
        museum = session.get_one(Organisation, world.id("museum"))
        former = {"name": "北京市大葆台西汉墓博物馆", "until": "2025-05-20"}
        add_former_name(session, museum, former, act=world.act)
    assert told(database, public_id).location.startswith("北京市大葆台西汉墓博物馆 第一展厅；")


def test_a_cancelled_one_tells_why(database: Database, world: World) -> None:
    public_id = book_lesson(database, world)
    with database.write() as session:
        booking = get_booking(session, public_id)
        cancel_booking(
            session,
            booking,
            reason=CancelReason.WEATHER,
            words="大雪",
            version=booking.version,
            act=world.act,
        )
    event = told(database, public_id)
    assert (event.cancelled, event.sequence, event.description_lines[-1]) == (True, 1, "取消原因：天气、大雪")


@pytest.mark.parametrize("detail", list(FeedDetail))
def test_english_is_asked_of_the_catalogue(database: Database, world: World, detail: FeedDetail) -> None:
    event = told(database, book_lesson(database, world), detail=detail, language="en")
    assert "：" not in event.summary + "".join(event.description_lines)
