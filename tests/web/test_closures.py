"""The page of what a closure hits: entered first, moved then, together or not at all."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.web.booking_forms import book_lesson
from tests.web.conftest import sign_in
from tests.world import World


def close_museum(client: FlaskClient, world: World) -> str:
    """Close the museum on Thursday 6 December through the directory; where that leads."""
    given = {
        "organisation_id": str(world.id("museum")),
        "kind": "closed",
        "name": "临时布展",
        "starts_at": "2018-12-06",
        "ends_at": "2018-12-06",
    }
    moment = {f"{name}-{part}": "" for name in ("starts_at", "ends_at") for part in ("day", "clock")}
    answer = client.post("/directory/closures/new", data={**moment, **given})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def form_of(page: str) -> dict[str, str]:
    """What a browser would send: hidden and text fields, the ticked box, the chosen radio."""
    values = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name = re.search(r'name="(hits-[^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        is_choice = re.search(r'type="(checkbox|radio)"', tag)
        if name and (not is_choice or "checked" in tag):
            values[name[1]] = value[1] if value else ""
    return values


def test_a_closure_leads_to_what_it_hits_and_moves_it(coordinator: FlaskClient, world: World) -> None:
    public_id = book_lesson(coordinator, world)
    address = close_museum(coordinator, world)
    assert re.fullmatch(r"/closures/\d+/hits", address)
    page = coordinator.get(address)
    assert "走进大葆台西汉墓" in page.text
    assert "临时布展" in page.text
    sent = form_of(page.text)
    assert sent["hits-0-booking"] == public_id
    assert sent["hits-0-to"] != "other"
    answer = coordinator.post(address, data=sent)
    assert (answer.status_code, answer.location) == (303, address)
    after = coordinator.get(address).text
    assert "已改 1 场活动的时间。" in after
    assert "没有受影响的活动" in after
    day, starts, _ends = sent["hits-0-to"].split()
    booking = coordinator.get(f"/bookings/{public_id}/edit").text
    assert f'value="{day}"' in booking
    assert f'value="{starts}"' in booking


def test_a_time_that_does_not_work_is_told_and_kept(coordinator: FlaskClient, world: World) -> None:
    public_id = book_lesson(coordinator, world)
    book_lesson(coordinator, world, date="2018-12-07", title="挡路的")
    address = close_museum(coordinator, world)
    other = {"to": "other", "date": "2018-12-07", "starts": "10:30", "ends": "11:50"}
    sent = form_of(coordinator.get(address).text) | {f"hits-0-{name}": v for name, v in other.items()}
    answer = coordinator.post(address, data=sent)
    assert answer.status_code == 409
    assert "有 1 场活动不能改到所选的时间，一场都没有改。" in answer.text
    assert "李讲解员（示例） 12月7日 周五 10:00–11:20 在《挡路的》中" in answer.text
    assert 'value="10:30"' in answer.text
    assert "12月6日" in coordinator.get(f"/bookings/{public_id}").text


def test_nothing_ticked_and_no_time_are_told(coordinator: FlaskClient, world: World) -> None:
    book_lesson(coordinator, world)
    address = close_museum(coordinator, world)
    sent = form_of(coordinator.get(address).text)
    without = {name: value for name, value in sent.items() if not name.endswith("-move")}
    answer = coordinator.post(address, data=without)
    assert answer.status_code == 422
    assert "请勾选要改时间的活动。" in answer.text
    answer = coordinator.post(address, data={**sent, "hits-0-to": "other", "hits-0-starts": "25:00"})
    assert answer.status_code == 422
    assert "没有 25:00 这个时刻" in answer.text


def test_who_may_not_move_is_told_whom_to_ask(
    client: FlaskClient, coordinator: FlaskClient, world: World
) -> None:
    book_lesson(coordinator, world)
    address = close_museum(coordinator, world)
    coordinator.post("/sign-out")
    page = sign_in(client, "viewer").get(address)
    assert page.status_code == 200
    assert "您不能改这场活动的时间" in page.text
    assert "改勾选的活动" not in page.text


def test_a_closure_can_be_entered_from_today_and_from_the_calendar(
    client: FlaskClient, coordinator: FlaskClient, world: World
) -> None:
    form = "/directory/closures/new"
    assert f'href="{form}"' in coordinator.get("/").text
    school = world.id("school 1")
    narrowed = coordinator.get(f"/calendar/week?organisation={school}").text
    assert f'href="{form}?organisation_id={school}"' in narrowed
    coordinator.post("/sign-out")
    assert "登记停用" in sign_in(client, "manager").get("/").text
    client.post("/sign-out")
    viewer = sign_in(client, "viewer")
    assert "登记停用" not in viewer.get("/").text
    assert "登记停用" not in viewer.get("/calendar/week").text


def test_a_page_that_is_out_of_date_says_so(coordinator: FlaskClient, world: World) -> None:
    book_lesson(coordinator, world)
    address = close_museum(coordinator, world)
    sent = form_of(coordinator.get(address).text)
    assert coordinator.post(address, data=sent).status_code == 303
    again = coordinator.post(address, data=sent)
    assert again.status_code == 422
    assert "这场活动不在停用的时间里，或者已经改过了。" in again.text
    assert "没有受影响的活动" in again.text


def test_what_no_browser_sends_is_refused_and_moves_nothing(coordinator: FlaskClient, world: World) -> None:
    public_id = book_lesson(coordinator, world)
    address = close_museum(coordinator, world)
    sent = form_of(coordinator.get(address).text)
    for wrong in (
        {"hits-0-to": "2018-12-07 10:00"},
        {"hits-0-to": "2018-99-07 10:00 11:20"},
        {"hits-0-booking": "nobody"},
        {"hits-0-booking": "\x00"},
        {"hits-0-version": "9" * 400},
        {"hits-1-move": "y"},
        {f"hits-{number}-move": "y" for number in range(300)},
        {"hits-0-override_reason": "长" * 5000, "hits-0-to": "2018-12-06 14:00 15:20"},
    ):
        answer = coordinator.post(address, data={**sent, **wrong})
        assert answer.status_code == 422, wrong
        assert "data-errors" in answer.text, wrong
    assert "12月6日" in coordinator.get(f"/bookings/{public_id}").text
