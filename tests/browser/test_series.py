"""A series by hand on a phone and on a wide screen: every day, its page, a skipped day."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scheduler.db import Database
from scheduler.domain.bookings import book
from scheduler.domain.plans import read_plan
from tests.browser.conftest import sign_in
from tests.browser.test_pages import axe, context, wrong_on
from tests.domain.series.test_series import make
from tests.web.calendar_facts import add_closure
from tests.world import World

__all__ = ["axe", "context"]
"""Fixtures of the pages: a light Chinese phone, a dark English wide screen."""
ZONE = "Asia/Shanghai"
RULE = {"weekdays": ["4"], "first_day": "2018-12-06", "count": "4", "starts": "10:00", "ends": "11:20"}

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def seen(page: Page, axe: str) -> None:
    """That nothing is wrong on the page."""
    assert wrong_on(page, axe) == []


def test_a_series_from_the_form_to_its_page(
    context: BrowserContext, database: Database, world: World, axe: str
) -> None:
    with database.write() as session:
        series = make(session, world, RULE)
        first = series.occurrences[0].booking.public_id
        raw = world.plan(date="2019-01-10", title="别的课")
        book(session, read_plan(raw, zone=ZONE), partnership_id=world.id("partnership"), act=world.act)
    add_closure(database, world, "museum", "2019-01-17")
    page = context.new_page()
    sign_in(page, "coordinator")
    if page.locator("aside").get_by_role("button", name="English").is_visible():  # the wide screen
        page.locator("aside").get_by_role("button", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"/bookings/{first}/edit")
    seen(page, axe)
    page.goto(f"/bookings/{first}/cancel")
    seen(page, axe)
    page.goto(f"/bookings/{first}/move")
    seen(page, axe)
    # The form of a lesson with all its people, as the slot finder's address fills it.
    named = ",".join(str(world.id(name)) for name in ("lead", "educator", "class 1", "room 1", "gallery"))
    page.goto(f"/series/new?required={named}&day=2019-01-03&organisation_id={world.id('museum')}")
    seen(page, axe)
    page.fill("#title", "汉代的车马")
    page.fill("#count", "4")
    page.press("#count", "Enter")
    expect(page.locator(".series-day")).to_have_count(4)
    seen(page, axe)
    page.select_option("#decisions-3-do", "skip")
    page.click(".series-days-form .form-end .btn-primary")
    expect(page.locator("tbody tr")).to_have_count(4)
    seen(page, axe)
    series = page.url
    page.locator("tr.is-skipped a").last.click()
    page.wait_for_url(lambda url: url != series)
    seen(page, axe)
