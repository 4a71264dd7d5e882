"""Booking without JavaScript: forms are posted and pages read, on both engines."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from sqlalchemy import select

from scheduler import clock
from scheduler.domain.accounts import add_user, grant_role
from scheduler.domain.bookings import get_booking
from scheduler.domain.directory import add_former_name, create_entry, get_entry, retire_entry
from scheduler.domain.shelves import SHELVES
from scheduler.models.bookings import Booking, BookingState, CancelReason
from scheduler.models.holds import Hold
from tests.web.booking_forms import book_lesson, lesson_form
from tests.web.conftest import sign_in
from tests.web.queries import counted
from tests.world import PASSWORD, ROOT

TITLE = "走进大葆台西汉墓"
PHONE_WORDS = "像是手机号码。请不要在文字里写电话，联系方式填在人员名录里。"


def values_in(page: str) -> dict[str, str]:
    """name → value of every field of the page, as a browser would send it back."""
    values = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name, value = (re.search(rf'{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name:
            values[name[1]] = unescape(value[1]) if value else ""
    for name, body in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        options = re.findall(r"<option ([^>]*)>", body)
        chosen = next((option for option in options if "selected" in option), options[0])
        values[name] = re.search(r'value="([^"]*)"', chosen)[1]
    for name, text in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.S):
        values[name] = unescape(text).strip()
    return values


def errors_of(page: str) -> dict[str, str]:
    """field id → what its error says."""
    return {
        field: unescape(re.sub(r"<svg.*?</svg>", "", words, flags=re.S)).strip()
        for field, words in re.findall(r'class="field-error" id="([^"]+)-error">(.*?)</p>', page, re.S)
    }


def titles(database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Booking.title).order_by(Booking.id)))


def holds(database) -> int:
    with database.read() as session:
        return len(session.scalars(select(Hold)).all())


def test_lesson_is_booked_and_research_offered(coordinator, world, database):
    public_id = book_lesson(coordinator, world)
    page = coordinator.get(f"/bookings/{public_id}").text

    assert f"/bookings/new?follows={public_id}" in page
    assert "共 126 名学生" in page
    assert "12月6日 周四 <strong>10:00–11:20</strong>" in page
    for words in (
        "第一展厅",
        "七年级(2)班",
        "辅助教师3（示例）",
        "王老师（示例）",
        "012 345 678",
        "2468",
        "已预约。",
    ):
        assert words in page
    assert holds(database) == 13


def test_text_for_the_group_chat_has_no_passcode(coordinator, world):
    page = coordinator.get(f"/bookings/{book_lesson(coordinator, world)}").text
    text = unescape(re.search(r'<pre class="copy-text"[^>]*>(.*?)</pre>', page, re.S)[1])
    assert text.splitlines() == [
        "【远程课】走进大葆台西汉墓",
        "时间：2018年12月6日 周四 10:00–11:20",
        "主讲：北京大葆台遗址博物馆 第一展厅",
        "接收：林西县民族中学 七年级(1)班 录播教室1",
        "接收：示例中学A（演示） 七年级(2)班 录播教室2",
        "接收：示例中学B（演示） 七年级(3)班 录播教室3",
        "会议号：012 345 678（云校）",
        "入会链接：https://meeting.example/012345678",
    ]


def test_joint_research_starts_with_the_lessons_people_when_it_ends(coordinator, world, database):
    lesson = book_lesson(coordinator, world)
    values = values_in(coordinator.get(f"/bookings/new?follows={lesson}").text)

    assert (values["kind"], values["date"], values["starts"], values["ends"]) == (
        "research",
        "2018-12-06",
        "11:20",
        "11:50",
    )
    assert values["title"] == f"《{TITLE}》联合教研"
    assert values["receiving-2-class_id"] == f"organisation-{world.id('school 3')}"
    assert [values[f"people-{n}-person_id"] for n in range(5)] == [
        str(world.id(name)) for name in ("lead", "educator", "assistant 1", "assistant 2", "assistant 3")
    ]

    answer = coordinator.post("/bookings/new", data=values)
    assert answer.status_code == 303
    research = str(answer.location).rsplit("/", 1)[-1]
    with database.read() as session:
        booking = get_booking(session, research)
        assert booking.follows.public_id == lesson
        assert not any(part.role.value == "class" for part in booking.participations)
        assert len(booking.sites) == 4
    assert f"/bookings/{research}" in coordinator.get(f"/bookings/{lesson}").text
    assert f"/bookings/new?follows={lesson}" not in coordinator.get(f"/bookings/{lesson}").text


def test_clash_names_who_what_until_when_and_keeps_what_was_typed(coordinator, world, database):
    first = book_lesson(coordinator, world)
    form = lesson_form(world, title="另一节课", starts="11:00", ends="12:30", note="带学习单")
    answer = coordinator.post("/bookings/new", data=form)

    assert answer.status_code == 409
    assert "有 13 处占用冲突" in answer.text
    assert "王老师（示例）" in answer.text
    assert "12月6日 周四 10:00–11:20" in answer.text
    assert "11:20 后有空" in answer.text
    assert f'href="/bookings/{first}">{TITLE}</a>' in answer.text
    assert 'href="#people-0-person_id"' in answer.text
    assert 'href="#date"' in answer.text
    assert "林西县民族中学 七年级(1)班" in answer.text
    kept = values_in(answer.text)
    assert {name: kept[name] for name in form} == form
    assert titles(database) == [TITLE]


def test_clash_is_gone_when_the_lesson_is_cancelled(coordinator, world, database):
    public_id = book_lesson(coordinator, world)
    data = {"reason": "weather", "words": "", "version": "1"}
    assert coordinator.post(f"/bookings/{public_id}/cancel", data=data).status_code == 303
    book_lesson(coordinator, world, title="另一节课")
    assert titles(database) == [TITLE, "另一节课"]


def test_what_is_wrong_is_said_at_its_field(coordinator, world, database):
    form = lesson_form(world, title="", date="2018-02-30", ends="25:00")
    form |= {"host-organisation_id": "", "segments-1-minutes": "二十"}
    answer = coordinator.post("/bookings/new", data=form)

    assert answer.status_code == 422
    assert errors_of(answer.text) == {
        "title": "请填写这一项。",
        "host-organisation_id": "请填写这一项。",
        "date": "不是有效的日期，请写成 2026-12-06 这样。",
        "ends": "没有 25:00 这个时刻，一天从 00:00 到 23:59。",
        "segments-1-minutes": "请填整数。",
    }
    assert "还有 5 处需要改" in answer.text
    assert titles(database) == []


def test_error_stands_at_the_row_it_was_typed_into(coordinator, world):
    """The empty first row is left out of what is booked, but not of the form."""
    form = lesson_form(world)
    form |= {"receiving-0-class_id": "", "receiving-0-room_id": "", "receiving-0-assistant_id": ""}
    form |= {"receiving-2-assistant_id": str(world.id("assistant 2"))}
    answer = coordinator.post("/bookings/new", data=form)
    assert (answer.status_code, errors_of(answer.text)) == (
        422,
        {"receiving-2-assistant_id": "辅助教师2（示例） 在这场活动里已经选过一次。"},
    )


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"title": "课" * 10_000}, "title", "太长了：最多 120 字，现在有 10000 字。"),
        ({"title": "坏\x00字"}, "title", "含有看不见的控制字符，请删去后重新输入。"),
        ({"title": "张三 110101199003078515"}, "title", "像是身份证号。本系统不收集证件号码，请删去。"),
        (
            {"note": "电话 13800138000"},
            "note",
            PHONE_WORDS,
        ),
        ({"starts": "11:20", "ends": "11:20"}, "ends", "结束时间和开始时间相同，请填写实际的时长。"),
        ({"date": "1999-12-31"}, "date", "年份应在 2000 到 2100 之间。"),
        ({"join_url": "javascript:alert(1)"}, "join_url", "不是完整的网址，应以 http:// 或 https:// 开头。"),
        ({"account_id": 10**30}, "account_id", "名录里没有这一项，请重新选择。"),
    ],
)
def test_bad_input_gets_a_sentence(coordinator, world, changes, field, words):
    answer = coordinator.post("/bookings/new", data=lesson_form(world, **changes))
    assert (answer.status_code, errors_of(answer.text)) == (422, {field: words})


def test_segments_longer_than_the_booking(coordinator, world):
    answer = coordinator.post("/bookings/new", data=lesson_form(world, ends="11:00"))
    assert answer.status_code == 422
    assert answer.text.count("各环节共 80 分钟，超过了活动时长 60 分钟。") == 2


@pytest.mark.parametrize("name", ["receiving", "people", "segments"])
def test_one_more_row_keeps_everything(coordinator, world, name, database):
    form = lesson_form(world, title="", date="not a day")
    rows = sum(key.startswith(f"{name}-") and key.endswith(("_id", "kind")) for key in form)
    answer = coordinator.post("/bookings/new", data={**form, "add": name})

    values = values_in(answer.text)
    assert answer.status_code == 200
    assert {key: values[key] for key in form} == form
    assert sum(key.startswith(f"{name}-") and key.endswith(("_id", "kind")) for key in values) > rows
    assert errors_of(answer.text) == {}
    assert titles(database) == []


def test_check_says_free_and_books_nothing(coordinator, world, database):
    answer = coordinator.post("/bookings/new", data={**lesson_form(world), "check": "1"})
    assert answer.status_code == 200
    assert "大家都有空" in answer.text
    assert "2018年12月6日 周四 10:00–11:20" in answer.text
    assert (titles(database), holds(database)) == ([], 0)


def test_check_tells_a_clash(coordinator, world, database):
    book_lesson(coordinator, world)
    answer = coordinator.post("/bookings/new", data={**lesson_form(world, title="另一节课"), "check": "1"})
    assert (answer.status_code, titles(database)) == (409, [TITLE])


def test_meeting_number_comes_from_the_account(coordinator, world, database):
    public_id = book_lesson(coordinator, world, meeting_number="", join_url="")
    with database.read() as session:
        assert get_booking(session, public_id).meeting_number == "012 345 678"


def test_edit_begins_with_what_is_saved_and_saves_it_again(coordinator, world, database):
    public_id = book_lesson(coordinator, world, note="带学习单\n和放大镜")
    form = values_in(coordinator.get(f"/bookings/{public_id}/edit").text)
    expected = lesson_form(world, note="带学习单\n和放大镜")
    assert {name: form[name] for name in expected} == expected

    answer = coordinator.post(f"/bookings/{public_id}/edit", data={**form, "title": "新课题"})
    assert answer.status_code == 303
    page = coordinator.get(f"/bookings/{public_id}").text
    assert "新课题" in page
    assert f'<span class="was">{TITLE}</span>' in page
    assert holds(database) == 13


def test_stale_edit_shows_both_versions_and_can_be_sent_again(coordinator, world, database):
    public_id = book_lesson(coordinator, world)
    url = f"/bookings/{public_id}/edit"
    opened = values_in(coordinator.get(url).text)
    coordinator.post(url, data={**opened, "title": "别人改的", "passcode": "1357"})

    answer = coordinator.post(url, data={**opened, "title": "我改的"})
    assert answer.status_code == 409
    cells = re.findall(r'<th scope="row" data-label="项目">(.*?)</th>(.*?)</tr>', answer.text, re.S)
    assert [(name, re.findall(r">([^<]+)</td>", rest)) for name, rest in cells] == [
        ("课题", ["我改的", "别人改的"]),
        ("入会密码", ["2468", "1357"]),
    ]
    assert titles(database) == ["别人改的"]

    mine = values_in(answer.text)
    assert (mine["title"], mine["version"]) == ("我改的", "2")
    assert coordinator.post(url, data=mine).status_code == 303
    assert titles(database) == ["我改的"]


def test_move_changes_only_the_time(coordinator, world, database):
    public_id = book_lesson(coordinator, world)
    url = f"/bookings/{public_id}/move"
    values = values_in(coordinator.get(url).text)
    assert (values["date"], values["starts"], values["ends"]) == ("2018-12-06", "10:00", "11:20")

    answer = coordinator.post(url, data={**values, "date": "2018-12-07"})
    assert answer.status_code == 303
    with database.read() as session:
        booking = get_booking(session, public_id)
        assert (booking.starts_at, booking.revision) == (datetime(2018, 12, 7, 2, 0, tzinfo=UTC), 1)
    page = coordinator.get(f"/bookings/{public_id}").text
    assert '<span class="was">12月6日 周四 10:00</span> → <span>12月7日 周五 10:00</span>' in page
    stale = coordinator.post(url, data={**values, "date": "2018-12-08"})
    assert (stale.status_code, "别人已经保存了新的内容" in stale.text) == (409, True)


def test_moved_lesson_points_to_the_research_that_stays(coordinator, world):
    lesson = book_lesson(coordinator, world)
    answer = coordinator.post(
        "/bookings/new", data=values_in(coordinator.get(f"/bookings/new?follows={lesson}").text)
    )
    research = str(answer.location).rsplit("/", 1)[-1]
    page, url = coordinator.get(f"/bookings/{lesson}/move").text, f"/bookings/{lesson}/move"
    assert f'href="/bookings/{research}/move"' in page
    moved = coordinator.post(url, data={**values_in(page), "date": "2018-12-07"}, follow_redirects=True).text
    assert f"“《{TITLE}》联合教研”还在 12月6日 周四 11:20–11:50。" in moved
    assert f'href="/bookings/{research}/move"' in moved
    assert "/move" not in coordinator.get(f"/bookings/{research}/move").text.partition("<form")[0]


def test_history_names_the_lesson_that_a_booking_belongs_to(coordinator, world):
    lesson = book_lesson(coordinator, world)
    answer = coordinator.post(
        "/bookings/new", data=values_in(coordinator.get(f"/bookings/new?follows={lesson}").text)
    )
    research = str(answer.location)
    values = values_in(coordinator.get(f"{research}/edit").text)
    assert coordinator.post(f"{research}/edit", data={**values, "follows": ""}).status_code == 303
    assert f'所属课程：<span class="was">{TITLE}</span> → <span>空</span>' in coordinator.get(research).text


def test_move_into_another_lesson_is_a_clash(coordinator, world):
    book_lesson(coordinator, world)
    public_id = book_lesson(coordinator, world, title="下午的课", starts="14:00", ends="15:20")
    data = {"date": "2018-12-06", "starts": "11:00", "ends": "12:20", "version": "1"}
    answer = coordinator.post(f"/bookings/{public_id}/move", data=data)
    assert (answer.status_code, "11:20 后有空" in answer.text) == (409, True)
    assert values_in(answer.text)["starts"] == "11:00"
    wrong = coordinator.post(f"/bookings/{public_id}/move", data={**data, "ends": "10:00"})
    assert (wrong.status_code, errors_of(wrong.text)) == (422, {"ends": "结束时间早于开始时间。"})


def test_cancel_says_who_will_see_it_and_is_final(coordinator, world, database):
    public_id = book_lesson(coordinator, world)
    page = coordinator.get(f"/bookings/{public_id}/cancel").text
    assert "示例中学B（演示）" in page
    assert "辅助教师3（示例）" in page

    without = coordinator.post(f"/bookings/{public_id}/cancel", data={"words": "大雪", "version": "1"})
    assert (without.status_code, errors_of(without.text)) == (422, {"reason": "请填写这一项。"})
    assert values_in(without.text)["words"] == "大雪"

    data = {"reason": "weather", "words": "大雪封路", "version": "1"}
    assert coordinator.post(f"/bookings/{public_id}/cancel", data=data).status_code == 303
    with database.read() as session:
        booking = get_booking(session, public_id)
        assert (booking.state, booking.cancel_reason, booking.cancel_words) == (
            BookingState.CANCELLED,
            CancelReason.WEATHER,
            "大雪封路",
        )
    page = coordinator.get(f"/bookings/{public_id}").text
    assert "已取消：天气" in page
    assert f"/bookings/{public_id}/edit" not in page
    for action in ("edit", "move", "cancel"):
        assert coordinator.get(f"/bookings/{public_id}/{action}").status_code == 409
    assert coordinator.post(f"/bookings/{public_id}/cancel", data=data).status_code == 409


def test_viewer_reads_but_does_not_book(app, world):
    public_id = book_lesson(sign_in(app.test_client(), "coordinator"), world)
    viewer = sign_in(app.test_client(), "viewer")

    page = viewer.get(f"/bookings/{public_id}")
    assert (page.status_code, "2468" in page.text, f"/bookings/{public_id}/edit" in page.text) == (
        200,
        False,
        False,
    )
    assert "/bookings/new" not in viewer.get("/bookings").text
    assert viewer.get("/bookings/new").status_code == 403
    assert viewer.post("/bookings/new", data=lesson_form(world)).status_code == 403
    for action in ("edit", "move", "cancel"):
        assert viewer.get(f"/bookings/{public_id}/{action}").status_code == 403
        assert viewer.post(f"/bookings/{public_id}/{action}", data={"version": "1"}).status_code == 403


def test_manager_sees_only_bookings_of_the_own_school(app, world):
    coordinator = sign_in(app.test_client(), "coordinator")
    own = book_lesson(coordinator, world)
    plan = world.plan(date="2018-12-07", title="别校的课")
    other = book_lesson(coordinator, world, **{**plan, "receiving": plan["receiving"][1:]})
    manager = sign_in(app.test_client(), "manager")

    assert manager.get(f"/bookings/{own}").status_code == 200
    assert manager.get(f"/bookings/{other}").status_code == 404
    assert manager.get(f"/bookings/{own}/edit").status_code == 403
    for address in ("/bookings", "/", "/calendar", "/calendar/week"):
        page = manager.get(address).text
        assert (TITLE in page, "别校的课" in page) == (True, False)


def test_region_coordinator_books_only_where_the_region_takes_part(app, world, database):
    client = sign_in(app.test_client(), "region coordinator")
    form = lesson_form(world, receiving=[], segments=[], title="丰台自己的课")
    refused = client.post("/bookings/new", data=form)
    assert refused.status_code == 403
    assert "您只能预约有本地区单位参加的活动" in refused.text
    assert values_in(refused.text)["title"] == "丰台自己的课"
    assert titles(database) == []

    public_id = book_lesson(client, world)
    form = values_in(client.get(f"/bookings/{public_id}/edit").text)
    without = {key: value for key, value in form.items() if not key.startswith("receiving-")}
    assert client.post(f"/bookings/{public_id}/edit", data=without).status_code == 403
    with database.read() as session:
        assert len(get_booking(session, public_id).sites) == 4


@pytest.fixture
def stranger(app, database, world):
    """A coordinator of another partnership."""
    with database.write() as session:
        raw = {"name": "另一个协作"}
        other = create_entry(session, SHELVES["partnerships"], raw, viewer=ROOT, act=world.act)
        raw = {"email": "stranger@example.org", "name": "外人（示例）"}
        user = add_user(session, raw, password=PASSWORD, act=world.act)
        grant_role(session, user, {"role": "coordinator", "partnership_id": other.id}, act=world.act)
    return sign_in(app.test_client(), "stranger")


def test_another_partnership_knows_nothing_of_it(app, world, stranger):
    public_id = book_lesson(sign_in(app.test_client(), "coordinator"), world)
    for action in ("", "/edit", "/move", "/cancel"):
        assert stranger.get(f"/bookings/{public_id}{action}").status_code == 404
    for action in ("edit", "move", "cancel"):
        assert stranger.post(f"/bookings/{public_id}/{action}", data={}).status_code == 404
    assert stranger.get(f"/bookings/new?follows={public_id}").status_code == 404
    assert TITLE not in stranger.get("/bookings?span=all").text
    page = stranger.get("/bookings/new").text
    assert "王老师（示例）" not in page
    refused = stranger.post("/bookings/new", data=lesson_form(world))
    assert refused.status_code == 422
    assert errors_of(refused.text)["people-0-person_id"] == "名录里没有这一项，请重新选择。"


@pytest.mark.parametrize("public_id", ["0" * 16, "x", "%00", "a%20b", "%ff", "' OR 1=1 --", "长" * 300])
def test_unknown_booking_is_not_found(coordinator, public_id):
    for action in ("", "/edit", "/move", "/cancel"):
        assert coordinator.get(f"/bookings/{public_id}{action}").status_code == 404


def test_retired_people_are_offered_only_where_they_are(coordinator, world, database):
    public_id = book_lesson(coordinator, world)
    with database.write() as session:
        person = get_entry(session, SHELVES["persons"], world.id("lead"))
        retire_entry(session, SHELVES["persons"], person, version=person.version, act=world.act)
    assert "王老师（示例）" not in coordinator.get("/bookings/new").text
    form = values_in(coordinator.get(f"/bookings/{public_id}/edit").text)
    assert form["people-0-person_id"] == str(world.id("lead"))
    answer = coordinator.post(f"/bookings/{public_id}/edit", data={**form, "title": "改名"})
    assert answer.status_code == 303


def test_choices_cost_the_same_however_many_there_are(coordinator, world, database):
    def cost() -> int:
        with counted(database) as statements:
            assert coordinator.get("/bookings/new").status_code == 200
        return len(statements)

    before = cost()
    with database.write() as session:
        for n in range(30):
            for shelf, raw in (("persons", {}), ("rooms", {}), ("classes", {"grade": "7", "head_count": 30})):
                raw = {"organisation_id": world.id("school 1"), "name": f"示例{n}", **raw}
                create_entry(session, SHELVES[shelf], raw, viewer=ROOT, act=world.act)
    for n in range(5):
        book_lesson(coordinator, world, date=f"2018-12-{10 + n}")
    assert cost() == before


def test_list_is_searched_filtered_and_paged(coordinator, world):
    book_lesson(coordinator, world)
    book_lesson(coordinator, world, title="下午_座谈", kind="interview", starts="14:00", ends="15:20")
    book_lesson(coordinator, world, title="上周的课", date="2018-11-29")

    def listed(query: str) -> list[str]:
        page = coordinator.get(f"/bookings?{query}").text
        return re.findall(r'<th scope="row".*?<a href="/bookings/[0-9a-f]+">(.*?)</a>', page, re.S)

    assert listed("") == [TITLE, "下午_座谈"]
    assert listed("span=past") == ["上周的课"]
    assert listed("span=all") == ["下午_座谈", TITLE, "上周的课"]
    assert listed("q=_座") == ["下午_座谈"]
    assert listed("q=%25") == []
    assert listed("q=%00") == [TITLE, "下午_座谈"]  # no name has it: nothing is asked
    assert listed("kind=interview") == ["下午_座谈"]
    assert listed("state=cancelled") == []
    assert listed("kind=nonsense&state=x&span=y&page=-3") == [TITLE, "下午_座谈"]
    assert listed("page=999999999999999999999") == [TITLE, "下午_座谈"]


def test_list_has_pages_of_fifty(coordinator, world):
    for n in range(51):
        few = {"receiving": [], "people": [], "segments": [], "account_id": None}
        day = f"2019-{1 + n // 28:02}-{1 + n % 28:02}"
        book_lesson(coordinator, world, title=f"第{n}节", date=day, **few)
    page = coordinator.get("/bookings").text
    assert (page.count('<th scope="row"'), "第 1 页，共 2 页" in page) == (50, True)
    assert coordinator.get("/bookings?page=2").text.count('<th scope="row"') == 1


def test_names_are_those_of_the_bookings_day(coordinator, world, database):
    with database.write() as session:
        raw = {"region_id": world.id("fengtai"), "kind": "museum", "name": "新名字博物馆"}
        museum = create_entry(session, SHELVES["organisations"], raw, viewer=ROOT, act=world.act)
        raw = {"name": "旧名字博物馆", "until": "2018-12-10"}
        add_former_name(session, museum, raw, act=world.act)
        museum_id = museum.id
    public_id = book_lesson(coordinator, world, host={"organisation_id": museum_id})
    page = coordinator.get(f"/bookings/{public_id}").text
    assert ("旧名字博物馆" in page, '<p class="site-name">新名字博物馆' in page) == (True, False)


def test_over_lesson_asks_for_its_record(coordinator, world):
    public_id = book_lesson(coordinator, world)
    with clock.frozen(datetime(2018, 12, 7, 0, 0, tzinfo=UTC)):
        page = sign_in(coordinator, "coordinator").get(f"/bookings/{public_id}").text
    assert f"/bookings/{public_id}/record" in page


def test_title_is_text_everywhere(coordinator, world):
    public_id = book_lesson(coordinator, world, title="<script>alert(1)</script>")
    for address in (f"/bookings/{public_id}", f"/bookings/{public_id}/edit", "/bookings", "/", "/calendar"):
        assert "<script>alert(1)" not in coordinator.get(address).text


def test_pages_in_english(coordinator, world):
    public_id = book_lesson(coordinator, world)
    coordinator.post("/language", data={"language": "en", "next": "/"})
    page = coordinator.get(f"/bookings/{public_id}").text
    assert "Thu 6 Dec <strong>10:00–11:20</strong>" in page
    assert "126 pupils" in page
    assert '<p class="side-partnership" title="Fengtai–Linxi">Fengtai–Linxi</p>' in page
    assert "Add a class" in coordinator.get("/bookings/new").text
    answer = coordinator.post("/bookings/new", data=lesson_form(world, title="Another"))
    assert "Free from 11:20" in answer.text


def test_stale_edit_with_what_is_no_longer_offered_is_still_compared(coordinator, world, database):
    public_id = book_lesson(coordinator, world)
    url = f"/bookings/{public_id}/edit"
    opened = values_in(coordinator.get(url).text)
    coordinator.post(url, data={**opened, "host-room_id": "", "account_id": "", "receiving-0-room_id": ""})
    answer = coordinator.post(url, data={**opened, "receiving-0-room_id": "999999"})
    assert (answer.status_code, "第一展厅" in answer.text) == (409, True)


def test_names_of_fields_that_no_page_sends(coordinator, world, database):
    strange = dict.fromkeys(("receiving-²-class_id", "people-x-role", "segments--1-kind", "people-"), "1")
    assert coordinator.post("/bookings/new", data={**lesson_form(world), **strange}).status_code == 303
    assert len(titles(database)) == 1


def test_too_many_rows_are_one_problem(coordinator, world):
    rows = {
        f"segments-{n}-{name}": value
        for n in range(500)
        for name, value in (("kind", "tour"), ("minutes", "1"))
    }
    answer = coordinator.post("/bookings/new", data={**lesson_form(world, segments=[]), **rows})
    assert (answer.status_code, "最多 30 行。" in answer.text) == (422, True)
    assert answer.text.count('name="segments-') == 2 * 31
