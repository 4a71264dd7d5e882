"""Periods beside times, wherever times of bookings are listed, in the viewer's language."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from scheduler.models.places import Organisation
from tests.web.booking_forms import book_lesson
from tests.web.calendar_facts import add_bells
from tests.web.queries import counted

TOLD = {"zh": "林西县民族中学 第3节–第4节", "en": "Linxi Ethnic School Period 3–Period 4"}


@pytest.fixture
def lesson(coordinator, world, database) -> str:
    """From 10:00 to 11:20, over two lessons of a school that has an English name."""
    add_bells(database, world)
    with database.write() as session:
        named = update(Organisation).where(Organisation.id == world.id("school 1"))
        session.execute(named.values(name_en="Linxi Ethnic School"))
    return book_lesson(coordinator, world)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_list_tells_the_period(coordinator, world, lesson, language):
    coordinator.post("/language", data={"language": language, "next": "/"})
    question = f"required={world.id('class 1')}&minutes=80&from=2018-12-07&to=2018-12-07&kind=lesson"
    pages = ("/", "/bookings", "/calendar?day=2018-12-06", f"/bookings/{lesson}", f"/slots?{question}")
    told = {page: [words in coordinator.get(page).text for words in TOLD.values()] for page in pages}
    assert told == {page: [language == other for other in TOLD] for page in pages}


def test_where_nobody_has_lessons_nothing_is_told(coordinator, world, lesson):
    book_lesson(coordinator, world, title="周六的课", date="2018-12-08", override_reason="补课")
    page = coordinator.get("/bookings").text
    assert page.count(TOLD["zh"]) == 1
    assert page.count("第3节") == 1


def test_the_list_costs_the_same_however_many(coordinator, world, database, lesson):
    def cost() -> int:
        with counted(database) as statements:
            assert coordinator.get("/bookings").status_code == 200
        return len(statements)

    few = cost()
    for day in ("2018-12-07", "2018-12-10", "2018-12-11", "2018-12-12"):
        book_lesson(coordinator, world, title=f"课 {day}", date=day)
    assert cost() == few
