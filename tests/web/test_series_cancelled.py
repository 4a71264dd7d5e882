"""A cancelled day of a series, as its page tells how to go on."""

from __future__ import annotations

import re

from tests.web.conftest import sign_in
from tests.web.test_series import book_series, bookings_of

HINT = "取消了的可以补上：会另约一次，原来的那次留在经过里。"
ADD = "/days/2018-12-13"


def cancel_second(client, database, public_id: str) -> str:
    """The public id of what is cancelled."""
    second = bookings_of(database, public_id)[1][0]
    answer = client.post(f"/bookings/{second}/cancel", data={"reason": "weather", "version": "1"})
    assert answer.status_code == 303
    return second


def added_links(page: str) -> list[str]:
    return re.findall(r'href="(/series/[^"]+/days/[^"]+)"', page)


def test_it_is_added_from_the_page_and_what_was_cancelled_stays(coordinator, world, database):
    series = f"/series/{book_series(coordinator, world, title='一个系列')}"
    page = coordinator.get(series).text
    assert (added_links(page), HINT in page) == ([], False)
    public_id = series.removeprefix("/series/")
    gone = cancel_second(coordinator, database, public_id)
    page = coordinator.get(series).text
    assert (added_links(page), HINT in page) == ([series + ADD], True)

    form = coordinator.get(series + ADD)
    assert (form.status_code, 'value="2018-12-13"' in form.text) == (200, True)
    sent = {"date": "2018-12-13", "starts": "10:00", "ends": "11:20"}
    answer = coordinator.post(series + ADD, data=sent)
    assert (answer.status_code, answer.location) == (303, series)
    page = coordinator.get(series).text
    assert (added_links(page), HINT in page) == ([], False)
    assert "补上了取消的一次" in page
    assert f'<a href="/bookings/{gone}">原来取消的那次</a>' in page
    assert [state for _id, _start, state in bookings_of(database, public_id)] == ["confirmed"] * 4
    assert "已取消" in coordinator.get(f"/bookings/{gone}").text

    again = coordinator.post(series + ADD, data=sent)
    assert (again.status_code, "已经有活动，不用补。" in again.text) == (409, True)


def test_whoever_may_not_book_is_not_offered_it(app, coordinator, world, database):
    public_id = book_series(coordinator, world, title="一个系列")
    cancel_second(coordinator, database, public_id)
    viewer = sign_in(app.test_client(), "viewer")
    page = viewer.get(f"/series/{public_id}").text
    assert (added_links(page), HINT in page) == ([], False)
    assert viewer.get(f"/series/{public_id}{ADD}").status_code == 403
