"""The Word record from the database: what was booked and what happened, each fact entered once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.db import Database
from scheduler.domain.act import Act
from scheduler.domain.bookings import book, get_booking
from scheduler.domain.directory import add_former_name
from scheduler.domain.plans import read_plan
from scheduler.domain.record_content import read_record
from scheduler.domain.records import file_record, get_record, save_record
from scheduler.models.places import Organisation
from scheduler.papers.content import ClassRow, Incident, LessonRecordPaper, LinkTest, Place, Question, Segment
from scheduler.papers.from_record import lesson_record_paper
from scheduler.papers.lesson_record import write_lesson_record
from tests.conftest import NOW
from tests.world import World

ZONE = "Asia/Shanghai"
AFTER = Act(user_id=None, at=NOW + timedelta(days=4), via="web")
SCHOOLS = ("林西县民族中学", "示例中学A（演示）", "示例中学B（演示）")
BLANK = LessonRecordPaper(
    partnership="丰台—林西",
    title="走进大葆台西汉墓",
    subject="历史",
    grade="七年级",
    lesson_type="专递课堂",
    host="北京市大葆台西汉墓博物馆",
    date=date(2018, 12, 6),
    starts=datetime(2018, 12, 6, 10, 0, tzinfo=ZoneInfo(ZONE)),
    ends=datetime(2018, 12, 6, 11, 20, tzinfo=ZoneInfo(ZONE)),
    places=(
        Place("主讲端", "北京市大葆台西汉墓博物馆 第一展厅"),
        Place("听课端", "林西县民族中学 录播教室1"),
        Place("听课端", "示例中学A（演示） 录播教室2"),
        Place("听课端", "示例中学B（演示） 录播教室3"),
    ),
    classes=tuple(
        ClassRow(school, f"七年级({n})班", 40 + n, None, f"辅助教师{n}（示例）")
        for n, school in enumerate(SCHOOLS, start=1)
    ),
    lead_teacher="王老师（示例）",
    educators=("李讲解员（示例）",),
    platform="云校",
    meeting_number="012 345 678",
    segments=(
        Segment("导览", 20),
        Segment("讲授", 20),
        Segment("问答", 15),
        Segment("手工", 20),
        Segment("小结", 5),
    ),
    stamping_schools=("北京市大葆台西汉墓博物馆", *SCHOOLS),
)


def book_in_2018(database: Database, world: World, **changes: Any) -> str:
    """The lesson, at a museum that has another name today."""
    with database.write() as session:
        museum = session.get_one(Organisation, world.id("museum"))
        former = {"name": "北京市大葆台西汉墓博物馆", "until": "2025-05-20"}
        add_former_name(session, museum, former, act=world.act)
        plan = read_plan(world.plan(**changes), zone=ZONE)
        return book(session, plan, partnership_id=world.id("partnership"), act=world.act).public_id


def write(database: Database, public_id: str, raw: dict[str, Any], *, filed: bool) -> None:
    with database.write() as session:
        booking = get_booking(session, public_id)
        record = save_record(session, booking, read_record(raw, booking, zone=ZONE), version=0, act=AFTER)
        if filed:
            file_record(session, booking, version=record.version, act=AFTER)


def paper_of(database: Database, public_id: str, **more: Any) -> LessonRecordPaper:
    with database.read() as session:
        booking = get_booking(session, public_id)
        return lesson_record_paper(booking, get_record(session, booking), **{"zone": ZONE, **more})


def counts(world: World, *present: int) -> list[dict[str, int]]:
    return [
        {"class_id": world.id(f"class {n}"), "expected": 40 + n, "present": present[n - 1]} for n in (1, 2, 3)
    ]


def test_before_the_lesson_it_is_the_form_to_fill_in(database: Database, world: World) -> None:
    assert paper_of(database, book_in_2018(database, world)) == BLANK


def test_afterwards_it_tells_what_happened(database: Database, world: World) -> None:
    public_id = book_in_2018(database, world)
    raw = {
        "actual_starts": "10:04",
        "actual_ends": "11:31",
        "link_test": "passed",
        "link_tested": "2018-12-05T15:00:00+08:00",
        "equipment": "三地声画正常",
        "works": 118,
        "questions_asked": 9,
        "effect": "参与度高",
        "reflection": "提前收集问题",
        "attendances": counts(world, 40, 42, 41),
        "segments": [{"position": 0, "minutes": 27}, {"position": 4, "minutes": 0}],
        "questions": [
            {"class_id": world.id("class 2"), "question": "用了多少根木头？", "answer": "一万五千余根"},
            {"question": "马车还能动吗？"},
        ],
        "incidents": [
            {"kind": "sound", "what": "声音中断", "handling": "换备用会议号", "minutes_lost": 4},
        ],
    }
    write(database, public_id, raw, filed=True)
    local = ZoneInfo(ZONE)
    expected = {
        **{name: getattr(BLANK, name) for name in BLANK.__dataclass_fields__},
        "number": "2018-003",
        "actual_starts": datetime(2018, 12, 6, 10, 4, tzinfo=local),
        "actual_ends": datetime(2018, 12, 6, 11, 31, tzinfo=local),
        "link_test": LinkTest(datetime(2018, 12, 5, 15, 0, tzinfo=local), "合格"),
        "equipment": "三地声画正常",
        "classes": tuple(
            ClassRow(school, f"七年级({n})班", 40 + n, present, f"辅助教师{n}（示例）")
            for n, (school, present) in enumerate(zip(SCHOOLS, (40, 42, 41), strict=True), start=1)
        ),
        "segments": (
            Segment("导览", 20, 27),
            Segment("讲授", 20, None),
            Segment("问答", 15, None),
            Segment("手工", 20, None),
            Segment("小结", 5, 0),
        ),
        "questions": (
            Question(1, "七年级(2)班", "用了多少根木头？", "一万五千余根"),
            Question(2, "", "马车还能动吗？", ""),
        ),
        "questions_asked": 9,
        "works_count": 118,
        "incidents": (Incident("声音：声音中断", "换备用会议号", 4),),
        "effect": "参与度高",
        "reflection": "提前收集问题",
    }
    assert paper_of(database, public_id, number="2018-003") == LessonRecordPaper(**expected)


def test_a_draft_says_so_and_leaves_room(database: Database, world: World) -> None:
    public_id = book_in_2018(database, world)
    write(database, public_id, {}, filed=False)
    paper = paper_of(database, public_id)
    assert paper.state == "草稿（未归档）"
    assert (paper.questions, paper.incidents, paper.link_test) == (None, None, LinkTest())


def test_a_filed_one_says_that_there_was_nothing(database: Database, world: World) -> None:
    public_id = book_in_2018(database, world)
    write(database, public_id, {"attendances": counts(world, 41, 42, 43)}, filed=True)
    paper = paper_of(database, public_id)
    assert (paper.state, paper.questions, paper.incidents) == ("", (), ())
    assert paper.link_test == LinkTest(None, "未做")


def test_counted_questions_that_nobody_listed_leave_room(database: Database, world: World) -> None:
    public_id = book_in_2018(database, world)
    raw = {"attendances": counts(world, 41, 42, 43), "questions_asked": 7}
    write(database, public_id, raw, filed=True)
    paper = paper_of(database, public_id)
    assert (paper.questions, paper.questions_asked) == (None, 7)


def test_times_are_those_of_the_zone(database: Database, world: World) -> None:
    paper = paper_of(database, book_in_2018(database, world), zone="America/New_York")
    assert (paper.date, paper.starts and paper.starts.hour) == (date(2018, 12, 5), 21)


def test_a_school_without_a_class_and_a_lesson_without_a_room(database: Database, world: World) -> None:
    public_id = book_in_2018(
        database,
        world,
        host={"organisation_id": world.id("museum")},
        receiving=[{"organisation_id": world.id("school 1"), "assistant_id": world.id("assistant 1")}],
        account_id=None,
        meeting_number="",
        subject="other",
        course_type="other",
        segments=[],
    )
    paper = paper_of(database, public_id)
    assert paper.classes == (ClassRow("林西县民族中学", "", None, None, "辅助教师1（示例）"),)
    assert paper.places == (Place("主讲端", "北京市大葆台西汉墓博物馆"), Place("听课端", "林西县民族中学"))
    assert (paper.subject, paper.lesson_type, paper.platform, paper.meeting_number) == ("", "", "", "")
    assert write_lesson_record(paper).startswith(b"PK")
