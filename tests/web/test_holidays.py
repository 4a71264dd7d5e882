"""The pages of a year's holidays: seen by all, brought in as lines, looked at before, taken back."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from scheduler import clock
from scheduler.db import Database
from scheduler.domain.holiday_years import find_year, seed_holidays
from scheduler.domain.published_holidays import package_notice
from scheduler.models.audit import AuditEntry
from tests.web.conftest import sign_in
from tests.web.queries import counted
from tests.world import World

LINES = (
    "日期,类型,名称\n2027-02-06 放假 春节\n2027-02-07,放假,春节\n2027-02-14\t调休上班\t春节\n1月1日 休 元旦"
)
SENT = {"version": "0", "source": "区教委转发的通知", "notice": "", "lines": LINES}


@pytest.fixture(autouse=True)
def seeded(database: Database, world: World) -> None:
    """What the package publishes."""
    with database.write() as session:
        seed_holidays(session, world.id("partnership"), act=world.act)


def kept(database: Database, world: World, year: int) -> list[tuple[str, str, str]] | None:
    with database.read() as session:
        found = find_year(session, world.id("partnership"), year)
        return found and [(day.day.isoformat(), day.kind.value, day.name) for day in found.days]


def words(page: str) -> str:
    """The page's text without tags, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


# --- looking ----------------------------------------------------------------------------------------


def test_a_published_year_is_told_by_holiday_and_as_a_picture(client: FlaskClient) -> None:
    page = sign_in(client, "viewer").get("/holidays/2026")
    assert page.status_code == 200
    text = words(page.text)
    assert "春节 2月15日 周日 – 2月23日 周一 9 2月14日 周六、2月28日 周六" in text
    assert "chinesecalendar 1." in text
    cells = re.findall(r'<td class="day-(holiday|workday)" title', page.text)
    assert (cells.count("holiday"), cells.count("workday")) == (33, 6)
    assert page.text.count('<table class="month">') == 12
    assert "导入更正" not in page.text


def test_the_year_of_today_comes_first_and_next_year_is_always_there(coordinator: FlaskClient) -> None:
    page = coordinator.get("/holidays").text
    assert "2018 年节假日" in page
    tabs = re.findall(r'href="/holidays/(\d+)"', page)
    assert tabs == [str(year) for year in range(2026, 2003, -1)]
    assert "2027 未发布" not in page
    page = coordinator.get("/holidays/2027").text
    assert "2027 未发布" in page
    assert "2027 年节假日安排未发布" in page


def test_next_year_is_there_before_anybody_knows_it(client: FlaskClient) -> None:
    with clock.frozen(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)):  # midnight in Shanghai
        with_next = sign_in(client, "viewer").get("/holidays").text
    assert "2027 年节假日安排未发布" in with_next
    assert 'href="/holidays/2028"' in with_next


def test_a_year_that_is_not_published_says_so_and_guesses_nothing(client: FlaskClient) -> None:
    page = sign_in(client, "viewer").get("/holidays/2030")
    assert page.status_code == 200
    assert "2030 年节假日安排未发布" in page.text
    assert '<table class="month">' not in page.text
    assert "导入 2030 年" not in page.text


@pytest.mark.parametrize("year", ["1999", "2101", "0", "-1", "abc", "99999999999999999999"])
def test_there_are_no_other_years(coordinator: FlaskClient, year: str) -> None:
    assert coordinator.get(f"/holidays/{year}").status_code == 404


def test_the_page_is_there_in_english(coordinator: FlaskClient) -> None:
    coordinator.post("/language", data={"language": "en", "next": "/"})
    # The notice keeps the name that it was published under.
    page, *rest = coordinator.get("/holidays/2026").text.split(package_notice(2026))
    assert len(rest) == 1
    assert not re.search(r"放假|调休|来源|全年|节假日|春节", page + rest[0])
    assert "Spring Festival" in rest[0]
    form = coordinator.get("/holidays/2026/import").text.replace(package_notice(2026), "")
    assert not re.search(r"来源|每天|导入|先看|放假|调休|元旦|春节", form)
    lines = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", form, re.S)
    assert lines
    assert "2026-01-04 work New Year’s Day" in lines[1]
    sent = {"version": "1", "source": "X", "notice": "", "lines": lines[1], "preview": "1"}
    assert "Nothing changes" in coordinator.post("/holidays/2026/import", data=sent).text


def test_the_number_of_queries_does_not_grow_with_the_days(
    coordinator: FlaskClient, database: Database
) -> None:
    counts = []
    for year in ("2027", "2026"):
        with counted(database) as statements:
            coordinator.get(f"/holidays/{year}")
        counts.append(len(statements))
    assert counts[1] - counts[0] <= 1  # the days themselves


# --- bringing in ------------------------------------------------------------------------------------


def test_lines_are_looked_at_before_they_are_saved(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    assert coordinator.get("/holidays/2027/import").status_code == 200
    seen = coordinator.post("/holidays/2027/import", data={**SENT, "preview": "1"})
    assert seen.status_code == 200
    assert "增加 4 1月1日 周五 放假 元旦 2月6日 周六 放假 春节" in words(seen.text)
    assert "2月14日 周日 调休上班 春节" in words(seen.text)
    assert "2027-02-07,放假,春节" in seen.text
    assert kept(database, world, 2027) is None
    answer = coordinator.post("/holidays/2027/import", data=SENT)
    assert (answer.status_code, answer.location) == (303, "/holidays/2027")
    assert kept(database, world, 2027) == [
        ("2027-01-01", "holiday", "元旦"),
        ("2027-02-06", "holiday", "春节"),
        ("2027-02-07", "holiday", "春节"),
        ("2027-02-14", "workday", "春节"),
    ]
    page = coordinator.get("/holidays/2027").text
    assert "已导入 2027 年的节假日。" in page
    assert "来源：区教委转发的通知 · " in page
    assert "2018年12月3日 周一 更新" in page


def test_an_import_is_undone_by_one_click(coordinator: FlaskClient, database: Database, world: World) -> None:
    coordinator.post("/holidays/2027/import", data=SENT)
    assert 'action="/holidays/2027/forget"' in coordinator.get("/holidays/2027").text
    answer = coordinator.post("/holidays/2027/forget")
    assert answer.status_code == 200
    assert "这一年又是“未发布”" in answer.text
    assert "2027-02-14 调休上班 春节" in answer.text
    assert kept(database, world, 2027) is None
    assert coordinator.post("/holidays/2027/forget").status_code == 404


def test_an_undo_does_not_take_back_what_somebody_else_imported_since(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    coordinator.post("/holidays/2027/import", data=SENT)
    undo = coordinator.get("/holidays/2027").text.split('action="/holidays/2027/forget"')[1]
    read = re.search(r'name="version" value="(\d+)"', undo)
    theirs = {**SENT, "version": read[1], "lines": "2027-01-01 放假 元旦"}
    assert coordinator.post("/holidays/2027/import", data=theirs).status_code == 303
    answer = coordinator.post("/holidays/2027/forget", data={"version": read[1]})
    assert (answer.status_code, answer.location) == (303, "/holidays/2027")
    assert "别人刚导入了 2027 年的另一份，没有撤销。" in coordinator.get(answer.location).text
    assert kept(database, world, 2027) == [("2027-01-01", "holiday", "元旦")]
    form = coordinator.get("/holidays/2027/import").text.split('action="/holidays/2027/forget"')[1]
    now = re.search(r'name="version" value="(\d+)"', form)
    assert coordinator.post("/holidays/2027/forget", data={"version": now[1]}).status_code == 200
    assert kept(database, world, 2027) is None


def test_an_import_over_the_package_is_taken_back_to_it(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    before = kept(database, world, 2026)
    form = coordinator.get("/holidays/2026/import").text
    assert "2026-02-15 放假 春节" in form
    assert 'name="source" type="text" value=""' in form
    sent = {**SENT, "version": "1", "lines": "2026-05-01 放假 劳动节"}
    assert coordinator.post("/holidays/2026/import", data=sent).status_code == 303
    assert kept(database, world, 2026) == [("2026-05-01", "holiday", "劳动节")]
    assert "恢复软件自带的数据" in coordinator.post("/holidays/2026/forget").text
    assert kept(database, world, 2026) == before


def test_bad_lines_are_named_by_their_numbers_and_stay(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    lines = (
        "2027-02-06 放假 春节\n胡写\n\n2027-02-30 放假 春节\n2026-02-06 放假 春节\n"
        "2027-02-06 放假 春节\n2027-02-08 调休上班 春节"
    )
    answer = coordinator.post("/holidays/2027/import", data={**SENT, "source": "", "lines": lines})
    assert answer.status_code == 422
    text = words(answer.text)
    for told in (
        "第 2 行：读不懂“胡写”",
        "第 4 行：",
        "第 5 行：2月6日 周五 不在 2027 年。",
        "第 6 行：2月6日 周六 写了两次。",
        "第 7 行：2月8日 周一 不是周末",
    ):
        assert told in text
    assert "2027-02-30 放假 春节" in answer.text
    assert kept(database, world, 2027) is None


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("", "请填写这一项。"),
        ("日期 类型 名称", "没有一天，请至少写一行。"),
        ("x" * 20_001, "20001"),
        ("x\n" * 100, "还有 80 行不对。"),
        ("\n".join(f"2027-01-01 放假 第{n}" for n in range(121)), "120"),
        ("\x00", "控制字符"),
        ("\ud800", "第 1 行"),
        ("2027-01-01 放假 138 0013 8000", "第 1 行"),
    ],
)
@pytest.mark.parametrize("preview", [{}, {"preview": "1"}])
def test_texts_that_are_no_list_of_days(
    coordinator: FlaskClient, lines: str, told: str, preview: dict[str, str]
) -> None:
    sent = {**SENT, "lines": lines.encode("utf-8", "surrogatepass"), **preview}
    answer = coordinator.post("/holidays/2027/import", data=sent)
    assert answer.status_code == 422
    assert told in answer.text


def test_of_two_who_import_the_second_is_shown_the_difference(
    coordinator: FlaskClient, database: Database, world: World
) -> None:
    coordinator.post("/holidays/2027/import", data=SENT)
    mine = {**SENT, "lines": "2027-02-06 放假 春节"}
    answer = coordinator.post("/holidays/2027/import", data=mine)
    assert answer.status_code == 409
    assert "别人刚刚改了这一年" in answer.text
    assert "去掉 3" in words(answer.text)
    version = re.search(r'name="version" type="hidden" value="(\d+)"', answer.text)
    assert version
    assert len(kept(database, world, 2027) or []) == 4
    assert coordinator.post("/holidays/2027/import", data={**mine, "version": version[1]}).status_code == 303
    assert len(kept(database, world, 2027) or []) == 1


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999", "²"])
def test_a_version_that_is_none_overwrites_nothing(coordinator: FlaskClient, version: str) -> None:
    assert coordinator.post("/holidays/2026/import", data={**SENT, "version": version}).status_code == 422
    sent = {**SENT, "lines": "2026-01-01 放假 元旦", "version": version}
    assert coordinator.post("/holidays/2026/import", data=sent).status_code == 409


def test_who_may_not_is_refused_and_nothing_changes(
    client: FlaskClient, database: Database, world: World
) -> None:
    for who in ("viewer", "manager", "region coordinator"):
        sign_in(client, who)
        assert client.get("/holidays/2027/import").status_code == 403
        assert client.post("/holidays/2027/import", data=SENT).status_code == 403
        assert client.post("/holidays/2026/forget", data={"version": "1"}).status_code == 403
        client.post("/sign-out")
    with database.read() as session:
        verbs = ("import_holidays", "forget_holidays")
        assert session.scalars(select(AuditEntry).where(AuditEntry.verb.in_(verbs))).all() == []


def test_what_nobody_imported_is_not_taken_back(coordinator: FlaskClient) -> None:
    assert coordinator.post("/holidays/2026/forget", data={"version": "1"}).status_code == 409
    assert coordinator.post("/holidays/2030/forget", data={"version": "0"}).status_code == 404
