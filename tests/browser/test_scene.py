"""The lesson of December 2018, clicked through by a coordinator on a phone, with JavaScript and without."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import docx
import icalendar
from playwright.sync_api import APIRequestContext, BrowserContext, Page, expect

from scheduler import clock
from tests.browser.conftest import sign_in
from tests.world import World

LESSON = "走进大葆台西汉墓"


def book_the_lesson(page: Page, world: World) -> str:
    """Fill the form as a person would, row by row; answers the booking's address."""
    page.goto("/bookings/new")
    page.fill("[name=title]", LESSON)
    page.select_option("[name=host-organisation_id]", str(world.id("museum")))
    page.select_option("[name=host-room_id]", str(world.id("gallery")))
    for index in (1, 2):
        if page.locator(f"[name=receiving-{index}-class_id]").count() == 0:
            page.press("button[name=add][value=receiving]", "Enter")
        expect(page.locator(f"[name=receiving-{index}-class_id]")).to_have_count(1)
    for index, number in enumerate((1, 2, 3)):
        row = f"receiving-{index}"
        page.select_option(f"[name={row}-class_id]", str(world.id(f"class {number}")))
        page.select_option(f"[name={row}-room_id]", str(world.id(f"room {number}")))
        page.select_option(f"[name={row}-assistant_id]", str(world.id(f"assistant {number}")))
    for index, (role, person) in enumerate((("lead", "lead"), ("educator", "educator"))):
        page.select_option(f"[name=people-{index}-role]", role)
        page.select_option(f"[name=people-{index}-person_id]", str(world.id(person)))
    fill_time(page, "2018-12-06", "10:00", "11:20")
    page.select_option("[name=account_id]", str(world.id("account")))
    page.fill("[name=passcode]", "2468")
    press(page, "预约")
    page.wait_for_url("**/bookings/*")
    return page.url


def fill_time(page: Page, day: str, starts: str, ends: str) -> None:
    """Date and clock times as the browser's own fields take them."""
    page.fill("[name=date]", day)
    page.fill("[name=starts]", starts)
    page.fill("[name=ends]", ends)


def press(page: Page, name: str) -> None:
    """Press the visible button of exactly this name in the page's main part, by keyboard."""
    page.locator("main").get_by_role("button", name=name, exact=True).last.press("Enter")


def test_the_scene(context: BrowserContext, page: Page, world: World) -> None:
    sign_in(page, "coordinator")
    lesson = book_the_lesson(page, world)
    assert page.locator("h1").inner_text() == LESSON

    told_who_is_busy(page, world)
    book_the_research(page, lesson, world)
    see_it_in_the_calendar(page)
    feed = subscribe_for_the_educator(page, world)
    assert events(context.request, feed) == [
        (f"远程课：{LESSON}", datetime(2018, 12, 6, 2, 0, tzinfo=UTC), 0, "CONFIRMED")
    ]

    move_it(page, lesson)
    assert events(context.request, feed) == [
        (f"远程课：{LESSON}", datetime(2018, 12, 6, 1, 0, tzinfo=UTC), 1, "CONFIRMED")
    ]
    cancel_another(page, world)
    with clock.frozen(datetime(2018, 12, 6, 5, 0, tzinfo=UTC)):
        write_the_record(page, lesson)
        download_the_paper(context, lesson)


def told_who_is_busy(page: Page, world: World) -> None:
    """A second lesson that needs the same educator: the names, the lesson, its end, and what was typed."""
    page.goto("/bookings/new")
    page.fill("[name=title]", "另一节课")
    page.select_option("[name=host-organisation_id]", str(world.id("museum")))
    page.select_option("[name=receiving-0-class_id]", str(world.id("class 1")))
    page.select_option("[name=people-1-role]", "educator")
    page.select_option("[name=people-1-person_id]", str(world.id("educator")))
    fill_time(page, "2018-12-06", "11:00", "12:20")
    press(page, "预约")
    shown = page.locator("main").inner_text()
    assert "李讲解员（示例）" in shown
    assert LESSON in shown
    assert "11:20" in shown
    assert page.input_value("[name=title]") == "另一节课"
    assert page.input_value("[name=starts]") == "11:00"


def book_the_research(page: Page, lesson: str, world: World) -> None:
    """联合教研: a booking of its own for the teachers, tied to the lesson."""
    page.goto(lesson)
    page.get_by_role("link", name="加一场联合教研").press("Enter")
    assert page.input_value("[name=kind]") == "research"
    assert page.input_value("[name=starts]") == "11:20"
    page.fill("[name=title]", "课后联合教研")
    press(page, "预约")
    page.wait_for_url(lambda url: "/bookings/" in url and not url.endswith("/new"))
    assert page.get_by_role("link", name=LESSON).count() >= 1


def see_it_in_the_calendar(page: Page) -> None:
    """In the agenda and in the week."""
    for path in ("/calendar?day=2018-12-03", "/calendar/week?day=2018-12-06"):
        page.goto(path)
        assert page.get_by_text(LESSON).count() >= 1


def subscribe_for_the_educator(page: Page, world: World) -> str:
    """A personal feed of the museum educator; its address is shown once, with a QR code."""
    page.goto("/feeds/new?scope=person")
    page.select_option("[name=target]", str(world.id("educator")))
    press(page, "生成链接")
    shown = page.locator("main").inner_html()
    assert "webcal://" in shown
    assert page.locator("main figure svg, main .qr svg").count() == 1
    return re.search(r"http://127\.0\.0\.1:\d+/feeds/[\w-]+\.ics", shown)[0]


def events(request: APIRequestContext, address: str) -> list[tuple[str, datetime, int, str]]:
    """Title, start, SEQUENCE and STATUS of the lesson, as a calendar reads them."""
    answer = request.get(address)
    assert answer.status == 200
    calendar = icalendar.Calendar.from_ical(answer.body())
    lessons = [e for e in calendar.events if LESSON in str(e["SUMMARY"])]
    return [
        (str(e["SUMMARY"]), e.start.astimezone(UTC), int(e["SEQUENCE"]), str(e["STATUS"])) for e in lessons
    ]


def move_it(page: Page, lesson: str) -> None:
    """An hour earlier."""
    page.goto(lesson)
    page.locator("main").get_by_role("link", name="改时间").first.press("Enter")
    fill_time(page, "2018-12-06", "09:00", "10:20")
    press(page, "改到这个时间")
    page.wait_for_url(lesson)
    assert "09:00" in page.locator("main").inner_text()


def cancel_another(page: Page, world: World) -> None:
    """A second lesson, cancelled with its reason."""
    page.goto("/bookings/new")
    page.fill("[name=title]", "汉代人的一日三餐")
    page.select_option("[name=host-organisation_id]", str(world.id("museum")))
    page.select_option("[name=receiving-0-class_id]", str(world.id("class 1")))
    fill_time(page, "2018-12-07", "10:00", "11:20")
    press(page, "预约")
    page.wait_for_url(lambda url: "/bookings/" in url and not url.endswith("/new"))
    page.locator("main").get_by_role("link", name="取消活动").first.press("Enter")
    page.check("[name=reason][value=weather]")
    page.fill("[name=words]", "大雪封路")
    press(page, "取消这场活动")
    page.wait_for_url(lambda url: not url.endswith("/cancel"))
    shown = page.locator("main").inner_text()
    assert "已取消" in shown
    assert "大雪封路" in shown


def write_the_record(page: Page, lesson: str) -> None:
    """Attendance, minutes, a question, an incident, works; then filed."""
    page.goto(f"{lesson}/record")
    fill(
        page,
        {
            "actual_starts": "09:03",
            "actual_ends": "10:25",
            "works": "38",
            "effect": "学生能说出黄肠题凑的结构。",
        },
    )
    fill(page, {f"attendances-{n}-present": str(40 + n) for n in range(3)})
    fill(page, {f"segments-{n}-minutes": minutes for n, minutes in enumerate(("22", "20", "17", "18", "5"))})
    fill(page, {"questions-0-question": "墓里的木头为什么不烂？", "questions-0-answer": "白膏泥隔开了空气。"})
    page.select_option("[name=incidents-0-kind]", "sound")
    fill(page, {"incidents-0-what": "二号教室没有声音", "incidents-0-handling": "换了话筒"})
    press(page, "归档")
    expect(page.locator("main")).to_contain_text("已归档")
    expect(page.locator("main")).to_contain_text("白膏泥隔开了空气。")


def fill(page: Page, values: dict[str, str]) -> None:
    """Type into fields by name."""
    for name, value in values.items():
        page.fill(f"[name={name}]", value)


def download_the_paper(context: BrowserContext, lesson: str) -> None:
    """The Word record says what was entered."""
    answer = context.request.get(f"{lesson}/record.docx")
    assert answer.status == 200
    document = docx.Document(io.BytesIO(answer.body()))
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    told = {
        LESSON,
        "北京大葆台遗址博物馆",
        "墓里的木头为什么不烂？",
        "白膏泥隔开了空气。",
        "二号教室没有声音",
        "换了话筒",
    }
    assert told - {name for name in told if any(name in cell for cell in cells)} == set()
    assert {"林西县民族中学", "示例中学A（演示）", "示例中学B（演示）"} <= cells
