"""The page of the minutes held before and after: a form for each kind, empty where the default holds."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete

from scheduler.db import Database
from scheduler.domain.buffers import Margin, chosen_margins, load_margins
from scheduler.models.bookings import BookingKind, ParticipantRole
from scheduler.models.buffers import Buffer
from tests.web.conftest import sign_in
from tests.web.queries import counted
from tests.world import World

ROLES = list(ParticipantRole)


@pytest.fixture(autouse=True)
def defaults(database: Database, world: World) -> None:
    """Nothing is set: the small world sets all to nothing."""
    with database.write() as session:
        session.execute(delete(Buffer).where(Buffer.partnership_id == world.id("partnership")))


def sent(page: str, **changes: str) -> dict[str, Any]:
    """What a browser would send; ``changes`` by role and side: lead_before="20"."""
    values = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="(margins-[^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            values[name[1]] = value[1] if value else ""
    for key, value in changes.items():
        role, side = key.rsplit("_", 1)
        values[f"margins-{ROLES.index(ParticipantRole(role))}-{side}"] = value
    return values


def held(database: Database, world: World, kind: BookingKind, role: ParticipantRole) -> Margin:
    with database.read() as session:
        return load_margins(session, world.id("partnership"), kind)[role]


def test_the_minutes_are_set_undone_and_go_back_to_their_defaults(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    page = coordinator.get("/buffers")
    assert page.status_code == 200
    assert "已有的活动不变，下次改时间或人员时才按新的占用。" in page.text
    assert "恢复默认</button>" not in page.text
    values = sent(page.text, lead_before="20", lead_after="5", class_before="3", class_after="0")
    answer = coordinator.post("/buffers/lesson", data=values)
    assert (answer.status_code, answer.location) == (303, "/buffers?kind=lesson")
    lesson = BookingKind.LESSON
    assert held(database, world, lesson, ParticipantRole.LEAD) == Margin(20, 5)
    assert held(database, world, lesson, ParticipantRole.CLASS) == Margin(3, 0)
    assert held(database, world, lesson, ParticipantRole.ROOM) == Margin(30, 0)
    assert held(database, world, BookingKind.RESEARCH, ParticipantRole.LEAD) == Margin(0, 0)
    with database.read() as session:
        assert set(chosen_margins(session, world.id("partnership"))[lesson]) == {
            ParticipantRole.LEAD,
            ParticipantRole.CLASS,
        }
    page = coordinator.get("/buffers?kind=lesson")
    assert re.findall(r'name="role" value="(\w+)"', page.text) == ["lead", "class"]
    coordinator.post("/buffers/lesson/reset", data={"role": "lead"})
    assert held(database, world, lesson, ParticipantRole.LEAD) == Margin(15, 0)
    assert held(database, world, lesson, ParticipantRole.CLASS) == Margin(3, 0)
    page = coordinator.get("/buffers?kind=lesson")
    undo = page.text.split('action="/buffers/lesson" class="one-button"')[1].split("</form>")[0]
    assert coordinator.post("/buffers/lesson", data=sent(undo)).status_code == 303
    assert held(database, world, lesson, ParticipantRole.LEAD) == Margin(20, 5)
    coordinator.post("/buffers/lesson/reset")
    with database.read() as session:
        assert chosen_margins(session, world.id("partnership")) == {}


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (("20", ""), "请填写这一项。"),
        (("1441", "0"), "1440"),
        (("-1", "0"), "1440"),
        (("半小时", "0"), "整数"),
        (("1.5", "0"), "整数"),
        (("\x00", "0"), "整数"),
    ],
)
def test_minutes_that_are_none_stay_with_a_sentence(
    coordinator: FlaskClient, database: Database, world: World, minutes: tuple[str, str], told: str
) -> None:
    page = coordinator.get("/buffers?kind=lesson").text
    values = sent(
        page, educator_before="40", educator_after="0", lead_before=minutes[0], lead_after=minutes[1]
    )
    answer = coordinator.post("/buffers/lesson", data=values)
    assert answer.status_code == 422
    assert told in answer.text
    assert 'value="40"' in answer.text
    assert held(database, world, BookingKind.LESSON, ParticipantRole.EDUCATOR) == Margin(15, 0)


def test_what_is_wrong_names_its_role(coordinator: FlaskClient) -> None:
    page = coordinator.get("/buffers?kind=lesson").text
    answer = coordinator.post("/buffers/lesson", data=sent(page, lead_before="x", technician_after="y"))
    summary = re.search(r'<div class="notice notice-danger".*?</ul>', answer.text, re.S)
    assert summary
    assert re.findall(r'<a href="#[^"]+">([^<]+)</a>', summary[0]) == [
        "主讲教师 提前分钟",
        "技术保障 延后分钟",
    ]


def test_two_who_edit_at_once_do_not_undo_each_other(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    lesson, role = BookingKind.LESSON, ParticipantRole
    mine = sent(coordinator.get("/buffers?kind=lesson").text, room_before="45", lead_before="20")
    theirs = sent(coordinator.get("/buffers?kind=lesson").text, educator_before="25", lead_before="10")
    assert coordinator.post("/buffers/lesson", data=theirs).status_code == 303
    answer = coordinator.post("/buffers/lesson", data=mine)
    assert answer.status_code == 422
    assert "别人刚改成提前 10、延后 0 分钟；要用您填的，请再存一次。" in answer.text
    again = sent(answer.text)
    assert {name: again[name] for name in mine if not name.endswith("was")} == {
        name: value for name, value in mine.items() if not name.endswith("was")
    }
    assert held(database, world, lesson, role.LEAD) == Margin(10)
    assert coordinator.post("/buffers/lesson", data=again).status_code == 303
    kept = [held(database, world, lesson, one) for one in (role.ROOM, role.LEAD, role.EDUCATOR)]
    assert kept == [Margin(45), Margin(20), Margin(25)]


def test_rows_that_no_page_makes_are_refused(coordinator: FlaskClient) -> None:
    twice = {
        f"margins-{n}-{name}": value
        for n in (0, 1)
        for name, value in (("role", "lead"), ("before", "1"), ("after", "1"))
    }
    answer = coordinator.post("/buffers/lesson", data=twice)
    assert answer.status_code == 422
    assert "主讲教师写了两次。" in answer.text
    assert coordinator.post("/buffers/lesson", data={"margins-0-role": "king"}).status_code == 422
    many = {f"margins-{n}-role": "lead" for n in range(60)}
    assert coordinator.post("/buffers/lesson", data=many).status_code == 422
    assert coordinator.post("/buffers/lesson", data={"margins-²-role": "lead"}).status_code == 303
    assert coordinator.post("/buffers/party", data={}).status_code == 404


def test_others_look_and_cannot_change(client: FlaskClient, database: Database, world: World) -> None:
    for who in ("viewer", "manager", "region coordinator"):
        page = sign_in(client, who).get("/buffers?kind=visit")
        assert page.status_code == 200
        assert "margins-0-before" not in page.text
        assert "提前 30、延后 30 分钟" in page.text
        data = {"margins-0-role": "lead", "margins-0-before": "1", "margins-0-after": "1"}
        assert client.post("/buffers/visit", data=data).status_code == 403
        assert client.post("/buffers/visit/reset").status_code == 403
        client.post("/sign-out")
    assert held(database, world, BookingKind.VISIT, ParticipantRole.LEAD) == Margin(30, 30)


def test_the_page_is_there_in_english_and_asks_no_more_when_more_is_set(
    coordinator: FlaskClient, database: Database
) -> None:
    coordinator.post("/language", data={"language": "en", "next": "/"})
    with counted(database) as few:
        page = coordinator.get("/buffers?kind=lesson").text
    assert not re.search(r"提前|延后|默认|准备时间|主讲", page)
    all_set = {f"{role.value}_{side}": "7" for role in ROLES for side in ("before", "after")}
    assert coordinator.post("/buffers/lesson", data=sent(page, **all_set)).status_code == 303
    coordinator.get("/buffers?kind=lesson")  # takes the flash
    with counted(database) as many:
        coordinator.get("/buffers?kind=lesson")
    assert len(many) == len(few)
