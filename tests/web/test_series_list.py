"""The list of series in pages: which are told, what of each, filters, empty pages, one number of queries."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from scheduler import clock
from tests.web.conftest import sign_in
from tests.web.queries import counted
from tests.web.test_series import book_series, bookings_of


def rows_in(page: str) -> list[list[str]]:
    """The cells of each row, as they are read."""
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.S)
    rows = re.findall(r"<tr>(.*?)</tr>", body[1], re.S) if body else []
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows]
    return [[" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in cells]


def titles_in(page: str) -> list[str]:
    return [row[0].rsplit(" ", 1)[-1] for row in rows_in(page)]


def test_a_row_tells_when_where_how_far_and_what_is_next(coordinator, world):
    public_id = book_series(coordinator, world, title="一个系列")
    page = coordinator.get("/series").text
    [row] = rows_in(page)
    assert row[0].endswith("远程课： 一个系列")
    assert row[1] == "每周四 10:00–11:20 12月6日 周四–12月27日 周四"
    assert row[3] == "共 4 次，已过 0 次"
    assert row[4].startswith("12月6日 周四 10:00–11:20")
    assert f'href="/series/{public_id}"' in page
    assert 'href="/series"' in coordinator.get("/bookings").text
    assert 'href="/series"' in coordinator.get(f"/series/{public_id}").text


def test_it_is_written_in_english_too(coordinator, world):
    book_series(coordinator, world, title="A series")
    coordinator.post("/language", data={"language": "en", "next": "/series"})
    [row] = rows_in(coordinator.get("/series").text)
    assert row[1] == "Every Thursday 10:00–11:20 Thu 6 Dec–Thu 27 Dec"
    assert row[3] == "0 of 4 bookings over"


def test_those_that_ended_are_behind_a_filter(coordinator, world, database):
    book_series(coordinator, world, title="十二月")
    first = book_series(coordinator, world, title="一次", first_day="2019-01-03", count="1")
    [(booking, _start, _state)] = bookings_of(database, first)
    coordinator.post(f"/bookings/{booking}/cancel", data={"reason": "weather", "version": "1"})
    assert titles_in(coordinator.get("/series").text) == ["十二月"]
    ended = coordinator.get("/series?stage=ended").text
    assert (titles_in(ended), rows_in(ended)[0][4]) == (["一次"], "全部取消了")
    assert rows_in(ended)[0][3] == "共 1 次，已过 0 次 取消 1 次"
    assert titles_in(coordinator.get("/series?stage=all").text) == ["十二月", "一次"]
    assert titles_in(coordinator.get("/series?stage=all&q=十二").text) == ["十二月"]
    with clock.frozen(datetime(2018, 12, 20, 4, 0, tzinfo=UTC)):
        assert rows_in(coordinator.get("/series").text)[0][3:] == [
            "共 4 次，已过 3 次",
            "12月27日 周四 10:00–11:20 7 天后",
        ]
    assert titles_in(coordinator.get("/series?stage=nonsense&page=99999999999999999999").text) == ["十二月"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/series", "没有进行中的系列"),
        ("/series?stage=ended", "还没有结束的系列"),
        ("/series?q=%00%25", "没有符合条件的系列"),
    ],
)
def test_an_empty_list_says_what_will_be_there(coordinator, address, words):
    answer = coordinator.get(address)
    assert (answer.status_code, words in answer.text) == (200, True)


def test_whoever_only_looks_is_offered_nothing_to_book(app, coordinator, world):
    viewer = sign_in(app.test_client(), "viewer")
    assert 'href="/series/new"' not in viewer.get("/series").text
    book_series(coordinator, world, title="一个系列")
    page = viewer.get("/series").text
    assert (titles_in(page), 'href="/series/new"' in page) == (["一个系列"], False)


def test_the_number_of_queries_does_not_grow(coordinator, world, database):
    book_series(coordinator, world, title="一")
    coordinator.get("/series")
    with counted(database) as few:
        coordinator.get("/series")
    for month in (1, 2, 3):
        book_series(coordinator, world, title=f"{month}月", first_day=f"2019-0{month}-01")
    with counted(database) as many:
        assert len(rows_in(coordinator.get("/series").text)) == 4
    assert len(many) == len(few)
