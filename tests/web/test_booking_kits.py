"""Kits and the relation to lessons in the booking form, on the booking's page and in its history."""

from __future__ import annotations

from html import unescape

import pytest
from flask.testing import FlaskClient

from scheduler.db import Database
from scheduler.domain.bookings import get_booking
from scheduler.domain.directory import create_entry
from scheduler.domain.shelves import SHELVES
from scheduler.models.bookings import ParticipantRole, Timing
from tests.web.booking_forms import book_lesson, lesson_form
from tests.web.test_bookings import errors_of, values_in
from tests.world import ROOT, World


@pytest.fixture
def kit(database: Database, world: World) -> int:
    """Two boxes of rubbing material."""
    with database.write() as session:
        raw = {"organisation_id": world.id("museum"), "name": "拓片材料箱", "capacity": 2}
        return int(create_entry(session, SHELVES["kits"], raw, viewer=ROOT, act=world.act).id)


def kits_of(database: Database, public_id: str) -> list[int]:
    with database.read() as session:
        parts = get_booking(session, public_id).participations
        return [part.resource_id for part in parts if part.role is ParticipantRole.KIT]


def test_a_form_without_any_kit_does_not_ask(coordinator: FlaskClient) -> None:
    assert 'id="kits"' not in coordinator.get("/bookings/new").text


def test_a_kit_is_chosen_shown_kept_and_taken_out(
    coordinator: FlaskClient, database: Database, world: World, kit: int
) -> None:
    page = coordinator.get("/bookings/new").text
    assert 'id="kits"' in page
    assert "kits-0-kit_id" not in page
    added = coordinator.post("/bookings/new", data={**lesson_form(world), "add": "kits"}).text
    assert f'<option value="{kit}">拓片材料箱 · 北京大葆台遗址博物馆</option>' in added

    public_id = book_lesson(coordinator, world, kits=[{"kit_id": ""}, {"kit_id": kit}], timing="any")
    assert kits_of(database, public_id) == [kit]
    shown = coordinator.get(f"/bookings/{public_id}").text
    assert "拓片材料箱" in shown
    assert "时间不限" in shown

    values = values_in(coordinator.get(f"/bookings/{public_id}/edit").text)
    assert (values["kits-0-kit_id"], values["timing"]) == (str(kit), "any")
    assert coordinator.post(f"/bookings/{public_id}/edit", data=values).status_code == 303
    assert kits_of(database, public_id) == [kit]
    values = values_in(coordinator.get(f"/bookings/{public_id}/edit").text)
    gone = {**values, "kits-0-kit_id": "", "timing": "outside"}
    assert coordinator.post(f"/bookings/{public_id}/edit", data=gone).status_code == 303
    assert kits_of(database, public_id) == []
    history = unescape(coordinator.get(f"/bookings/{public_id}").text)
    assert '器材：<span class="was">拓片材料箱</span> → <span>空</span>' in history
    assert '与上课时间的关系：<span class="was">时间不限</span> → <span>不占上课时间</span>' in history


def test_what_is_no_kit_is_refused_where_it_was_typed(
    coordinator: FlaskClient, world: World, kit: int
) -> None:
    rows = [{"kit_id": ""}, {"kit_id": kit}, {"kit_id": kit}, {"kit_id": world.id("gallery")}]
    answer = coordinator.post("/bookings/new", data=lesson_form(world, kits=rows))
    assert answer.status_code == 422
    assert errors_of(answer.text) == {
        "kits-2-kit_id": "拓片材料箱 在这场活动里已经选过一次。",
        "kits-3-kit_id": "名录里没有这一项，请重新选择。",
    }
    many = coordinator.post("/bookings/new", data=lesson_form(world, kits=[{"kit_id": kit}] * 21))
    assert many.status_code == 422
    assert "最多 20 行。" in many.text
    odd = coordinator.post("/bookings/new", data=lesson_form(world, timing="sometimes"))
    assert list(errors_of(odd.text)) == ["timing"]


def test_two_boxes_serve_two_lessons_and_the_third_is_told(
    coordinator: FlaskClient, world: World, kit: int
) -> None:
    visit = {
        "kind": "visit",
        "title": "看展",
        "receiving": [],
        "people": [],
        "segments": [],
        "account_id": "",
        "host": {"organisation_id": world.id("museum")},
        "kits": [{"kit_id": kit}],
    }
    answers = [coordinator.post("/bookings/new", data=lesson_form(world, **visit)) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 409]
    assert "拓片材料箱" in answers[2].text


def test_timing_that_is_left_open_follows_the_kind(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    lesson = book_lesson(coordinator, world, timing="")
    visit = book_lesson(coordinator, world, kind="visit", date="2018-12-07", timing="")
    with database.read() as session:
        timings = [get_booking(session, public_id).timing for public_id in (lesson, visit)]
    assert timings == [Timing.INSIDE, Timing.ANY]
    assert values_in(coordinator.get("/bookings/new").text)["timing"] == ""
    assert values_in(coordinator.get(f"/bookings/new?follows={lesson}").text)["timing"] == ""
