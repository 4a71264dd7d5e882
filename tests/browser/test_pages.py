"""Every main page on a phone and on a wide screen: nothing sticks out or fails, everybody can use it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect
from sqlalchemy import select

from scheduler import clock
from scheduler.assets import AssetError
from scheduler.db import Database
from scheduler.domain.bookings import book, cancel_booking
from scheduler.domain.plans import read_plan
from scheduler.domain.series.booking import book_series, read_series_plan, read_series_rule
from scheduler.domain.series.decisions import Decision, Do
from scheduler.models.bookings import CancelReason
from scheduler.models.openings import Closure
from scheduler.models.school_time import BellSchedule
from tests.browser.conftest import sign_in
from tests.feeds.node import install_node_modules
from tests.web.calendar_facts import add, add_bells, add_closure, add_hours
from tests.world import World

ZONE = "Asia/Shanghai"
AFTER = datetime(2018, 12, 6, 5, 0, tzinfo=UTC)
"""The lesson is over, its record is due."""

LONG_TITLE = "走访新林镇寄宿制小学与教师代表座谈并了解办学理念和课堂教学困惑" * 4
WINDOW = "&minutes=40&kind=lesson&from=2018-12-03&to=2018-12-21"
MOST_BYTES = 200_000
"""Of a first load, compressed, with headers."""

THINGS = ("organisations", "persons", "rooms", "classes", "accounts", "kits", "regions", "partnerships")
TIMES = ("closures", "openings", "terms", "swaps")
PAGES = (
    "/",
    "/calendar?day=2018-12-03",
    "/calendar/week?day=2018-12-06",
    "/calendar/week?day=2018-12-06&organisation={school}&museum={museum}",
    "/bookings?time=all",
    "/bookings?words=zzz",
    "/bookings/new",
    "/series",
    "/series?stage=ended",
    "/series/new?day=2018-12-06",
    "/series/new?like={public_id}",
    "/series/{series}",
    "/series/{series}/days/2018-12-27",
    "{occurrence}/edit",
    "{occurrence}/cancel",
    "/slots",
    "/slots?{question}",
    "/slots?{question}&view=map",
    "/slots?{question}&from=2018-12-08&to=2018-12-09",
    "/slots?minutes=40",
    "/bells",
    "/bells/schools/{school}",
    "/bells/schools/{school}/new",
    "/bells/schools/{school}/copy",
    "/bells/{bells}/edit",
    "/holidays/2018",
    "/holidays/2018/import",
    "/holidays/2030",
    "/buffers",
    "/closures/{closure}/hits",
    "{lesson}",
    "{lesson}/edit",
    "{lesson}/record",
    "{long}",
    "{long}/move",
    "{long}/cancel",
    "{cancelled}",
    "/records",
    "/directory",
    *(f"/directory/{shelf}" for shelf in (*THINGS, *TIMES)),
    "/directory/organisations/{museum}",
    "/directory/organisations/{museum}/edit",
    "/directory/persons/{educator}",
    "/directory/persons/new",
    *(f"/directory/{shelf}/new" for shelf in TIMES),
    "/directory/closures/new?organisation_id={museum}",
    "/users",
    "/users/new",
    "/users/{user}",
    "/account",
    "/account/password",
    "/feeds",
    "/feeds/new",
    "/api/v1",
    "/no-such-page",
)
STATUSES = {"/no-such-page": 404, "/slots?minutes=40": 422}
AUDIT = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter(found => ['serious', 'critical'].includes(found.impact))
    .map(found => `${found.id}: ${found.nodes.map(node => node.target.join(' ')).join(', ')}`)"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture(scope="session")
def axe(request: pytest.FixtureRequest) -> str:
    """The source of axe-core, from npm."""
    cache = request.config.cache
    assert cache is not None
    try:
        _node, folder = install_node_modules(cache.mkdir("node"))
    except AssetError as fault:
        pytest.skip(f"no npm, so no axe-core: {fault}")
    return (Path(folder) / "node_modules/axe-core/axe.min.js").read_text("utf-8")


@pytest.fixture
def addresses(database: Database, world: World) -> dict[str, str]:
    """A lesson, a booking with a title of 120 characters, a cancelled one, and what else pages are about."""
    with database.write() as session:

        def made(day: int, title: str) -> str:
            plan = read_plan(world.plan(title=title, date=date(2018, 12, day).isoformat()), zone=ZONE)
            booking = book(session, plan, partnership_id=world.id("partnership"), act=world.act)
            if title == "取消的课":
                why = {"reason": CancelReason.WEATHER, "words": "大雪封路"}
                cancel_booking(session, booking, **why, version=booking.version, act=world.act)
            return f"/bookings/{booking.public_id}"

        found = {
            "lesson": made(6, "走进大葆台西汉墓"),
            "long": made(7, LONG_TITLE[:120]),
            "cancelled": made(8, "取消的课"),
            "museum": str(world.id("museum")),
            "school": str(world.id("school 1")),
            "educator": str(world.id("educator")),
            "user": str(world.id("coordinator")),
        }
    found["public_id"] = found["lesson"].rpartition("/")[2]
    found |= series_of(database, world)
    add_bells(database, world)
    add_hours(database, world)
    add_closure(database, world, "school 1", "2018-12-07", name="期中考试和全校家长会" * 4)
    with database.read() as session:
        found["bells"] = str(session.scalar(select(BellSchedule.id)))
        found["closure"] = str(session.scalar(select(Closure.id)))
    required = ("class 1", "class 2", "educator", "gallery", "room 1")
    found["question"] = "&".join(f"required={world.id(name)}" for name in required) + WINDOW
    return found


def series_of(database: Database, world: World) -> dict[str, str]:
    """Three Thursdays, the second skipped: what the series and its first booking are called in addresses."""
    with database.write() as session:
        raw = {"weekdays": ["4"], "first_day": "2018-12-20", "count": "3", "starts": "14:00", "ends": "15:20"}
        rule = read_series_rule(session, raw, partnership_id=world.id("partnership"))
        where = {"partnership_id": world.id("partnership"), "zone": ZONE, "act": world.act}
        every = world.plan(title=LONG_TITLE[:120])
        plan = read_series_plan({name: every[name] for name in every.keys() - {"date", "starts", "ends"}})
        skip = {date(2018, 12, 27): Decision(Do.SKIP)}
        series = book_series(session, plan, rule, skip, rule_raw=raw, **where)
        first = series.occurrences[0].booking
        assert first is not None
        return {"series": series.public_id, "occurrence": f"/bookings/{first.public_id}"}


@pytest.fixture(params=[(390, "light", "zh"), (1440, "dark", "en")], ids=["phone", "wide"])
def context(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A phone that is light and Chinese, and a wide screen that is dark and English."""
    width, theme, language = request.param
    context = browser.new_context(
        base_url=site,
        locale={"zh": "zh-CN", "en": "en-GB"}[language],
        color_scheme=theme,
        viewport={"width": width, "height": 844},
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()


def test_pages_fit_work_and_can_be_used_by_all(
    context: BrowserContext, page: Page, addresses: dict[str, str], axe: str
) -> None:
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text) if message.type == "error" else None)
    found = look_at(page, "/sign-in", axe)
    sign_in(page, "administrator")
    with clock.frozen(AFTER):
        for path in PAGES:
            found |= look_at(page, path.format(**addresses), axe, status=STATUSES.get(path, 200))
    assert found == {}
    # The browser itself tells of answers that are no 200: some are none on purpose.
    assert [text for text in noise if not any(str(one) in text for one in STATUSES.values())] == []


def test_a_refused_time_and_its_ways_out_fit_and_work(
    page: Page, addresses: dict[str, str], axe: str
) -> None:
    sign_in(page, "administrator")
    page.goto(f"{addresses['lesson']}/edit")
    page.fill("#date", "2018-12-07")
    page.click("button[name=check]")
    expect(page.locator(".conflict")).to_have_count(13)
    expect(page.locator(".objection")).to_have_count(1)
    assert wrong_on(page, axe) == []
    page.click("button[name=find]")
    expect(page.locator("#when button[name=slot]")).to_have_count(6)
    assert wrong_on(page, axe) == []
    page.locator("button[name=slot]").first.press("Enter")
    expect(page.locator("#date")).not_to_have_value("2018-12-07")
    assert wrong_on(page, axe) == []


def test_what_a_closure_hits_fits_and_is_moved_with_one_press(
    database: Database, world: World, page: Page, addresses: dict[str, str], axe: str
) -> None:
    closed = {"kind": "weather", "name": "大雪停课", "starts_at": "2018-12-06", "ends_at": "2018-12-06"}
    closure_id = add(database, world, "closures", organisation_id=world.id("museum"), **closed)
    sign_in(page, "coordinator")
    page.goto(f"/closures/{closure_id}/hits")
    expect(page.locator(".hit")).to_have_count(1)
    expect(page.locator(".hit input[type=radio]")).to_have_count(4)
    assert wrong_on(page, axe) == []
    page.locator(".hits button.btn-primary").press("Enter")
    expect(page.locator(".hit")).to_have_count(0)
    assert wrong_on(page, axe) == []
    assert page.url.endswith(f"/closures/{closure_id}/hits")


def test_the_audit_sees_what_is_wrong(page: Page, axe: str) -> None:
    page.goto("/sign-in")
    page.evaluate(
        "() => { document.querySelectorAll('label').forEach(label => label.remove());"
        " document.querySelector('h1').style.width = '3000px'; }"
    )
    page.evaluate(axe)
    assert page.evaluate(AUDIT) == ["label: #email, #password"]
    assert page.evaluate(OVERFLOW) > 0


def look_at(page: Page, path: str, axe: str, status: int = 200) -> dict[str, list[str]]:
    """path → what is wrong there; nothing for a page as it should be."""
    answer = page.goto(path)
    assert answer is not None
    wrong = [] if answer.status == status else [str(answer.status)]
    wrong += wrong_on(page, axe)
    return {path: wrong} if wrong else {}


def wrong_on(page: Page, axe: str) -> list[str]:
    """What sticks out of the page or keeps somebody from using it."""
    sideways = page.evaluate(OVERFLOW)
    # Not a script element: the pages' Content-Security-Policy stands while they are looked at.
    page.evaluate(axe)
    return [f"{sideways} pixels too wide"] * (sideways > 0) + page.evaluate(AUDIT)


def test_first_load_is_light(browser: Browser, site: str, addresses: dict[str, str]) -> None:
    """All bytes of a page that comes into an empty cache, as they went over the wire."""
    signed_in = browser.new_context(base_url=site)
    sign_in(signed_in.new_page(), "coordinator")
    cookies, sizes = signed_in.storage_state(), {}
    signed_in.close()
    paths = ("/sign-in", "/", "/calendar/week?day=2018-12-06", "/bookings/new", addresses["lesson"])
    areas = (
        "/series/new",
        "/bells",
        "/holidays/2026",
        "/buffers",
        f"/slots?{addresses['question']}&view=map",
    )
    for path in (*paths, *areas):
        context = browser.new_context(base_url=site, storage_state=None if path == "/sign-in" else cookies)
        sizes[path] = first_load(context.new_page(), path)
        context.close()
    assert {path: size for path, size in sizes.items() if not 0 < size <= MOST_BYTES} == {}


def first_load(page: Page, path: str) -> int:
    """Bytes of all answers, bodies as encoded and headers."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(path, wait_until="networkidle")
    told = [answer.request.sizes() for answer in answers]
    return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in told)
