"""Records through the pages, without JavaScript, on both engines: from the blank form to the Word paper."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import unquote

import docx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from scheduler import clock
from scheduler.db import Database
from scheduler.domain.bookings import cancel_booking, get_booking
from scheduler.domain.records import get_record
from scheduler.models.bookings import BookingState, CancelReason
from scheduler.models.records import Record, RecordState
from tests.conftest import NOW
from tests.feeds.publishing import book_lesson, counted_queries
from tests.web.conftest import sign_in
from tests.world import World

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def lesson(database: Database, world: World) -> Iterator[str]:
    """The lesson of 6 December, in the afternoon of its day."""
    public_id = book_lesson(database, world)
    with clock.frozen(NOW + timedelta(days=3, hours=6)):
        yield public_id


def url(public_id: str, more: str = "") -> str:
    return f"/bookings/{public_id}/record{more}"


def filled(world: World, **changes: str) -> dict[str, str]:
    """Everything that a browser sends of a form filled in."""
    form = {
        "version": "0",
        "actual_starts": "10:04",
        "actual_ends": "11:31",
        "link_test": "passed",
        "link_tested_on": "2018-12-05",
        "link_tested": "15:00",
        "equipment": "三地声画正常",
        "questions_asked": "9",
        "works": "118",
        "effect": "参与度高\n教师反馈好",
        "reflection": "提前收集问题",
        "questions-0-class_id": str(world.id("class 2")),
        "questions-0-question": "用了多少根木头？",
        "questions-0-answer": "一万五千余根",
        "questions-1-class_id": "",
        "questions-1-question": "",
        "questions-1-answer": "",
        "incidents-0-kind": "sound",
        "incidents-0-what": "声音中断",
        "incidents-0-handling": "换备用会议号",
        "incidents-0-minutes_lost": "4",
    }
    for index, present in enumerate((40, 42, 41)):
        form |= {
            f"attendances-{index}-class_id": str(world.id(f"class {index + 1}")),
            f"attendances-{index}-expected": str(41 + index),
            f"attendances-{index}-present": str(present),
        }
    for position, minutes in enumerate(("27", "20", "", "25", "0")):
        form |= {f"segments-{position}-position": str(position), f"segments-{position}-minutes": minutes}
    return form | changes


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def values_in(html: str) -> dict[str, str]:
    """Name → value of the inputs, text areas and chosen options of a page."""
    inputs = re.findall(r"<input\b[^>]*>", html)
    named = [(re.search(r'\bname="([^"]+)"', tag), re.search(r'\bvalue="([^"]*)"', tag)) for tag in inputs]
    values = {name[1]: value[1] if value else "" for name, value in named if name}
    areas = re.findall(r'<textarea\b[^>]*\bname="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', html, re.S)
    values |= {name: text.replace("\r\n", "\n") for name, text in areas}
    for name, options in re.findall(r'<select\b[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        values[name] = chosen[1] if chosen else ""
    return {name: value for name, value in values.items() if name not in ("next", "csrf_token")}


def record_of(database: Database, public_id: str) -> Record:
    with database.read() as session:
        record = get_record(session, get_booking(session, public_id))
        assert record is not None
        assert record.attendances is not None
        assert record.questions is not None
        assert record.incidents is not None
        assert record.segment_minutes is not None
        return record


def test_the_form_knows_what_was_booked(coordinator: FlaskClient, world: World, lesson: str) -> None:
    page = coordinator.get(url(lesson))
    assert page.status_code == 200
    values = values_in(page.text)
    assert [values[f"attendances-{n}-expected"] for n in range(3)] == ["41", "42", "43"]
    assert [values[f"attendances-{n}-present"] for n in range(3)] == ["", "", ""]
    assert (values["version"], values["link_test"]) == ("0", "not_done")
    assert text_of(page.text).count("计划 20 分钟") == 3
    assert "计划 10:00–11:20" in text_of(page.text)
    assert f'data-draft="record-{lesson}-0"' in page.text


def test_filing_and_the_word_paper(
    coordinator: FlaskClient, database: Database, world: World, lesson: str
) -> None:
    saved = coordinator.post(url(lesson), data=filled(world, file="1"))
    assert (saved.status_code, saved.headers["Location"]) == (303, url(lesson))
    record = record_of(database, lesson)
    assert record.state is RecordState.FILED
    assert [(row.expected, row.present) for row in record.attendances] == [(41, 40), (42, 42), (43, 41)]
    assert [row.minutes for row in record.segment_minutes] == [27, 20, 25, 0]
    assert [(row.question, row.answer) for row in record.questions] == [("用了多少根木头？", "一万五千余根")]
    with database.read() as session:
        assert get_booking(session, lesson).state is BookingState.RECORDED
    page = text_of(coordinator.get(url(lesson)).text)
    for words in (
        "已归档",
        "10:04–11:31",
        "用了多少根木头？",
        "声音 声音中断",
        "118 件",
        "12月5日 周三 15:00",
    ):
        assert words in page
    paper = coordinator.get(url(lesson, ".docx"))
    assert (paper.status_code, paper.mimetype) == (200, WORD)
    name = "2018-12-06_走进大葆台西汉墓_远程互动教学活动记录.docx"
    disposition = paper.headers["Content-Disposition"]
    assert unquote(disposition.split("filename*=UTF-8''")[1]) == name
    assert disposition.startswith("attachment; filename=2018-12-06_")
    document = docx.Document(io.BytesIO(paper.data))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    assert tables[1] == [
        ["学校", "班级", "应到（人）", "实到（人）", "辅助教师"],
        ["林西县民族中学", "七年级(1)班", "41", "40", "辅助教师1（示例）"],
        ["示例中学A（演示）", "七年级(2)班", "42", "42", "辅助教师2（示例）"],
        ["示例中学B（演示）", "七年级(3)班", "43", "41", "辅助教师3（示例）"],
        ["合计", "", "126", "123", ""],
    ]
    assert tables[2][1] == ["1", "导览", "20", "27"]
    assert tables[3][1] == ["1", "七年级(2)班", "用了多少根木头？", "一万五千余根"]
    assert tables[4][1] == ["声音：声音中断", "换备用会议号", "4"]
    assert tables[5][0][1] == "118"


def test_a_draft_is_read_back_as_it_was_typed(
    coordinator: FlaskClient, database: Database, world: World, lesson: str
) -> None:
    typed = filled(world)
    assert coordinator.post(url(lesson), data=typed).status_code == 303
    assert record_of(database, lesson).state is RecordState.DRAFT
    values = values_in(coordinator.get(url(lesson)).text)
    more = {
        "incidents-1-kind": "",
        "incidents-1-what": "",
        "incidents-1-handling": "",
        "incidents-1-minutes_lost": "",
    }
    assert values == {**typed, **more, "version": "1"}


def test_another_row_loses_nothing(
    coordinator: FlaskClient, database: Database, world: World, lesson: str
) -> None:
    typed = filled(world, actual_starts="25:99", works="many")
    page = coordinator.post(url(lesson), data=typed | {"add": "questions"})
    assert page.status_code == 200
    more = {"questions-2-class_id": "", "questions-2-question": "", "questions-2-answer": ""}
    assert values_in(page.text) == typed | more
    with database.read() as session:
        assert session.scalars(select(Record)).all() == []


def test_other_lists_do_not_grow(coordinator: FlaskClient, world: World, lesson: str) -> None:
    assert coordinator.post(url(lesson), data=filled(world, add="attendances")).status_code == 303


WRONG: list[tuple[str, dict[str, str], str]] = [
    ("attendances-0-present", {"attendances-0-present": "44"}, "实到 44 人，多于应到 41 人。"),
    ("attendances-2-present", {"attendances-2-present": "-1"}, "应在 0 到 1000 之间。"),
    (
        "attendances-1-present",
        {"attendances-1-present": "", "attendances-1-expected": "40"},
        "请填写这一项。",
    ),
    ("actual_ends", {"actual_ends": "10:04"}, "结束时间和开始时间相同，请填写实际的时长。"),
    ("actual_ends", {"actual_ends": "09:00"}, "结束时间早于开始时间。"),
    ("actual_starts", {"actual_starts": "25:00"}, "没有 25:00 这个时刻，一天从 00:00 到 23:59。"),
    ("link_tested", {"link_tested": ""}, "请填写这一项。"),
    ("link_tested_on", {"link_tested_on": "2018-02-30"}, "不是有效的日期，请写成 2026-12-06 这样。"),
    ("link_tested_on", {"link_tested_on": "1999-12-05"}, "年份应在 2000 到 2100 之间。"),
    ("link_tested", {"link_tested": "soon"}, "不是有效的时间，请写成 10:00 这样。"),
    ("segments-0-minutes", {"segments-0-minutes": "1440"}, "应在 0 到 1439 之间。"),
    ("questions-0-question", {"questions-0-question": ""}, "请填写这一项。"),
    ("incidents-0-kind", {"incidents-0-kind": ""}, "请填写这一项。"),
    ("works", {"works": "many"}, "请填整数。"),
    (
        "effect",
        {"effect": "学生 110101201001011234 很积极"},
        "像是身份证号。本系统不收集证件号码，请删去。",
    ),
    ("effect", {"effect": "长" * 5001}, "太长了：最多 5000 字，现在有 5001 字。"),
    ("equipment", {"equipment": "a\x07b"}, "含有看不见的控制字符，请删去后重新输入。"),
]


def test_what_is_wrong_is_told_at_its_field(
    coordinator: FlaskClient, database: Database, world: World, lesson: str
) -> None:
    seen = []
    for _field, changes, _words in WRONG:
        typed = filled(world, **changes)
        page = coordinator.post(url(lesson), data=typed | {"file": "1"})
        told = re.findall(r'<p class="field-error" id="([^"]+)-error">(.*?)</p>', page.text, re.S)
        lost = {name for name, value in typed.items() if values_in(page.text).get(name) != value}
        seen.append((page.status_code, [(name, text_of(words)) for name, words in told], lost))
    assert seen == [(422, [(field, words)], set()) for field, _changes, words in WRONG]
    with database.read() as session:
        assert session.scalars(select(Record)).all() == []


def test_rows_left_empty_do_not_shift_the_errors(coordinator: FlaskClient, world: World, lesson: str) -> None:
    shifted = {"questions-0-question": "", "questions-0-answer": "", "questions-1-answer": "只有解答"}
    page = coordinator.post(url(lesson), data=filled(world, **shifted))
    assert page.status_code == 422
    assert 'id="questions-1-question-error"' in page.text
    assert 'id="questions-0-question-error"' not in page.text


def test_a_class_that_nobody_counted_cannot_be_filed(
    coordinator: FlaskClient, database: Database, world: World, lesson: str
) -> None:
    typed = filled(world, **{"attendances-1-present": ""})
    page = coordinator.post(url(lesson), data=typed | {"file": "1"})
    assert page.status_code == 422
    assert "还没有填写这些班级的应到和实到：七年级(2)班。" in text_of(page.text)
    with database.read() as session:
        assert session.scalars(select(Record)).all() == []
    assert coordinator.post(url(lesson), data=typed).status_code == 303


def test_two_who_write_at_once_see_both_versions(
    coordinator: FlaskClient, database: Database, world: World, lesson: str
) -> None:
    coordinator.post(url(lesson), data=filled(world))
    coordinator.post(url(lesson), data=filled(world, version="1", effect="别人写的"))
    theirs = str(record_of(database, lesson).version)
    mine = filled(world, version="1", effect="我写的", works="7")
    page = coordinator.post(url(lesson), data=mine)
    assert page.status_code == 409
    told = text_of(page.text)
    assert "有两个版本" in told
    assert "效果 我写的 别人写的" in told
    assert "手工作品件数 7 118" in told
    assert "反思 提前收集问题 提前收集问题" not in told
    assert values_in(page.text) == mine | {"version": theirs}
    assert coordinator.post(url(lesson), data=mine | {"version": theirs}).status_code == 303
    assert record_of(database, lesson).effect == "我写的"


def test_a_filed_record_is_reopened_and_corrected(
    coordinator: FlaskClient, database: Database, world: World, lesson: str
) -> None:
    coordinator.post(url(lesson), data=filled(world, file="1"))
    version = values_in(coordinator.get(url(lesson)).text)["version"]
    late = coordinator.post(url(lesson), data=filled(world, version=version))
    assert late.status_code == 409
    assert "已经归档，要修改请先重新打开" in text_of(late.text)
    assert values_in(late.text) == filled(world, version=version)
    reopened = coordinator.post(url(lesson, "/reopen"), data={"version": version})
    assert reopened.status_code == 303
    values = values_in(coordinator.get(url(lesson)).text)
    assert coordinator.post(url(lesson), data=values | {"works": "119", "file": "1"}).status_code == 303
    assert (record_of(database, lesson).works, record_of(database, lesson).state) == (119, RecordState.FILED)


def test_a_stale_page_does_not_reopen(coordinator: FlaskClient, world: World, lesson: str) -> None:
    coordinator.post(url(lesson), data=filled(world, file="1"))
    assert coordinator.post(url(lesson, "/reopen"), data={"version": "1"}).status_code == 409


def test_before_it_begins_there_is_the_blank_form(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    public_id = book_lesson(database, world)
    page = coordinator.get(url(public_id))
    assert page.status_code == 200
    assert "《走进大葆台西汉墓》12月6日 周四 10:00 才开始，上课后再填写记录。" in text_of(page.text)
    assert "<textarea" not in page.text
    assert coordinator.post(url(public_id), data=filled(world)).status_code == 409
    document = docx.Document(io.BytesIO(coordinator.get(url(public_id, ".docx")).data))
    assert document.tables[1].rows[1].cells[1].text == "七年级(1)班"
    assert document.sections[0].header.paragraphs[0].text == ""


def test_a_cancelled_one_is_not_recorded(
    coordinator: FlaskClient, database: Database, world: World, lesson: str
) -> None:
    with database.write() as session:
        booking = get_booking(session, lesson)
        cancel_booking(
            session,
            booking,
            reason=CancelReason.WEATHER,
            words="",
            version=booking.version,
            act=world.act,
        )
    assert "《走进大葆台西汉墓》已取消，不能填写记录。" in text_of(coordinator.get(url(lesson)).text)
    assert coordinator.post(url(lesson), data=filled(world)).status_code == 409


@pytest.mark.parametrize(
    ("who", "get", "post"),
    [
        ("administrator", 200, 303),
        ("coordinator", 200, 303),
        ("region coordinator", 200, 303),
        ("manager", 200, 303),
        ("viewer", 200, 403),
    ],
)
def test_who_may_write(client: FlaskClient, world: World, lesson: str, who: str, get: int, post: int) -> None:
    sign_in(client, who)
    page = client.get(url(lesson))
    assert page.status_code == get
    assert ("<textarea" in page.text) == (post == 303)
    assert client.post(url(lesson), data=filled(world)).status_code == post
    assert client.get(url(lesson, ".docx")).status_code == 200


def test_a_school_that_does_not_take_part_sees_nothing(
    client: FlaskClient, database: Database, world: World
) -> None:
    receiving = [{"class_id": world.id("class 2")}]
    public_id = book_lesson(database, world, receiving=receiving)
    sign_in(client, "manager")
    with clock.frozen(NOW + timedelta(days=4)):
        answers = [client.get(url(public_id, end)).status_code for end in ("", ".docx")]
        answers += [client.post(url(public_id, end)).status_code for end in ("", "/reopen")]
    assert answers == [404, 404, 404, 404]


@pytest.mark.parametrize("end", ["", ".docx"])
def test_an_unknown_booking_is_404(coordinator: FlaskClient, end: str) -> None:
    assert [coordinator.get(url(name, end)).status_code for name in ("nothing", "%00", "%ED%A0%80")] == [
        404
    ] * 3


def test_nobody_comes_in_without_signing_in(client: FlaskClient, world: World, lesson: str) -> None:
    assert client.get(url(lesson)).status_code == 302
    assert client.get("/records").status_code == 302
    assert client.post(url(lesson)).status_code == 401


def test_a_title_that_no_file_can_bear(coordinator: FlaskClient, database: Database, world: World) -> None:
    public_id = book_lesson(database, world, title=' ../a\\b:c*?"<>|.. ')
    disposition = coordinator.get(url(public_id, ".docx")).headers["Content-Disposition"]
    name = unquote(disposition.split("filename*=UTF-8''")[1])
    assert name == "2018-12-06_a_b_c_远程互动教学活动记录.docx"


def test_the_list_shows_what_is_due_first(coordinator: FlaskClient, database: Database, world: World) -> None:
    days = {"已归档": "2018-12-04", "草稿": "2018-12-05", "待填": "2018-12-06", "还没上": "2018-12-28"}
    ids = {title: book_lesson(database, world, title=title, date=day) for title, day in days.items()}
    with clock.frozen(NOW + timedelta(days=10)):
        coordinator.post(url(ids["草稿"]), data=filled(world, link_tested_on=""))
        coordinator.post(url(ids["已归档"]), data=filled(world, link_tested_on="", file="1"))
        page = coordinator.get("/records").text
        listed = re.findall(r'<a href="/bookings/\w+/record">([^<]+)</a></span>', page)
        assert listed == ["待填", "草稿", "已归档"]
        tabs = re.findall(r"(全部记录|待填写|草稿|已归档) <span class=\"num count\">(\d+)</span>", page)
        assert tabs == [("全部记录", "3"), ("待填写", "1"), ("草稿", "1"), ("已归档", "1")]
        only = coordinator.get("/records?stage=draft").text
        assert re.findall(r'<a href="/bookings/\w+/record">([^<]+)</a></span>', only) == ["草稿"]
        found = coordinator.get("/records", query_string={"words": "待"}).text
        assert re.findall(r'<a href="/bookings/\w+/record">([^<]+)</a></span>', found) == ["待填"]
        assert "没有符合条件的记录" in coordinator.get("/records?words=%25").text


def test_the_list_takes_any_address(coordinator: FlaskClient) -> None:
    pages = ("0", "-1", "x", "9" * 20)
    queries = [*(f"page={page}" for page in pages), "stage=x", "words=%00", "words=%ED%A0%80"]
    assert {coordinator.get(f"/records?{query}").status_code for query in queries} == {200}


def test_the_list_costs_the_same_for_more_rows(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    counts = []
    for day in ("2018-12-04", "2018-12-05", "2018-12-06"):
        book_lesson(database, world, title=day, date=day)
        with clock.frozen(NOW + timedelta(days=10)), counted_queries(database) as statements:
            coordinator.get("/records")
        counts.append(len(statements))
    assert len(set(counts)) == 1
