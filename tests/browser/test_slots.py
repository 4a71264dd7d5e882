"""Looking for a time in a browser: long lists are narrowed by typing, and are whole without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.world import World

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def test_what_is_typed_narrows_whom_to_choose_from(
    page: Page, world: World, request: pytest.FixtureRequest
) -> None:
    sign_in(page, "coordinator")
    page.goto(f"/slots?required={world.id('lead')}")
    lists, rows = page.locator("#picks details"), page.locator("#picks li")
    number = lists.count()
    field = page.locator("#filter-picks")
    if "plain" in request.node.name:
        expect(field).to_be_hidden()
        return
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("李讲解员")
    expect(rows.filter(visible=True)).to_have_text(["李讲解员（示例） 必须 最好"], use_inner_text=False)
    expect(lists.filter(visible=True)).to_have_count(1)
    field.fill("zzz")
    expect(lists.filter(visible=True)).to_have_count(0)
    expect(page.get_by_text("没有叫这个名字的。")).to_be_visible()
    page.keyboard.press("Enter")
    assert page.url.endswith(f"/slots?required={world.id('lead')}")
    field.fill("")
    expect(lists.filter(visible=True)).to_have_count(number)
    expect(page.get_by_text("没有叫这个名字的。")).to_be_hidden()
    # What was open at first is open again, and what is hidden stays chosen.
    expect(page.locator("#picks details[open]")).to_have_count(1)
    expect(page.locator(f"[name=required][value='{world.id('lead')}']")).to_be_checked()
