"""Every code has its sentence, and every sentence its code."""

from __future__ import annotations

import ast
import re
from datetime import UTC, date, datetime

import pytest

from scheduler.errors import Clash, Conflict, Invalid, Problem, Refused, StaleEdit
from scheduler.models.bookings import BookingState
from scheduler.wording import conflict_words, explain
from scheduler.wording.sentences import SENTENCES
from tests.wording.source import SCHEDULER, known_facts, raised_codes, texts

LESSON = datetime(2018, 12, 6, 2, 0, tzinfo=UTC)


def test_every_code_that_is_raised_has_a_sentence() -> None:
    missing = {code: path for code, path in raised_codes().items() if code not in SENTENCES}
    assert missing == {}


def test_no_sentence_is_dead() -> None:
    said = {"clash.sentence", "clash.withheld", "clash.theirs"}
    for path in SCHEDULER.rglob("*.py"):
        if path.name != "sentences.py" and "versions" not in path.parts:
            said |= set(texts(ast.parse(path.read_text(encoding="utf-8"))))
    assert set(SENTENCES) - said == set()


def test_the_search_finds_codes_however_they_are_handed_around() -> None:
    codes = raised_codes()
    assert codes["booking.not_movable"] == "domain/bookings.py"  # handed to a function
    assert codes["reference.retired"].startswith("domain/")  # answered by a function
    assert codes["feed.event_invalid"] == "feeds/event.py"  # given to the base class
    assert codes["edit.stale"] == "errors.py"


def places(sentence: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", sentence))


def test_every_place_of_a_sentence_is_filled_where_it_is_raised() -> None:
    calls = list(known_facts())
    assert len(calls) > 40
    unfilled = [
        (path, code, places(SENTENCES[code]) - facts)
        for path, code, facts in calls
        if code in SENTENCES and places(SENTENCES[code]) - facts
    ]
    assert unfilled == []


def test_the_only_per_cent_signs_are_places() -> None:
    assert [code for code, words in SENTENCES.items() if "%" in re.sub(r"%\(\w+\)s", "", words)] == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Invalid([Problem("title", "field.required")]), "有 1 处需要修改，填写的内容都还在。"),
        (
            Problem("title", "field.too_long", {"longest": 120, "length": 10_000}),
            "太长了：最多 120 字，现在有 10000 字。",
        ),
        (
            Refused("booking.not_movable", title="走进大葆台西汉墓", state=BookingState.CANCELLED),
            "《走进大葆台西汉墓》已取消，不能再改时间。",
        ),
        (
            Refused("record.too_early", title="课", starts_at=LESSON),
            "《课》12月6日 周四 10:00 才开始，上课后再填写记录。",
        ),
        (
            Problem("until", "former_name.taken", {"until": date(2025, 5, 20)}),
            "2025-05-20 已经登记过一个曾用名。",
        ),
        (
            Problem("attendances", "record.attendance_missing", {"classes": ["一班", "二班"]}),
            "还没有填写这些班级的应到和实到：一班、二班。",
        ),
        (StaleEdit(current=2, given=1), SENTENCES["edit.stale"]),
        (Clash([]), "有 0 处占用冲突，活动没有保存，填写的内容都还在。"),
    ],
)
def test_facts_are_told_as_people_read_them(error: Problem, words: str) -> None:
    assert explain(error, "zh") == words


def test_times_are_told_in_the_readers_zone() -> None:
    error = Refused("record.too_early", title="课", starts_at=LESSON)
    assert explain(error, "zh", zone="Europe/London") == "《课》12月6日 周四 02:00 才开始，上课后再填写记录。"


def test_a_clash_says_who_with_what_and_until_when() -> None:
    conflict = Conflict(
        resource_id=1,
        resource_kind="person",
        resource_name="王老师（示例）",
        booking_public_id="abc",
        title="走进大葆台西汉墓",
        starts_at=LESSON,
        ends_at=LESSON.replace(hour=3, minute=20),
    )
    assert conflict_words(conflict, "zh") == (
        "王老师（示例） 12月6日 周四 10:00–11:20 在《走进大葆台西汉墓》中，11:20 后有空。"
    )


def test_a_title_with_a_per_cent_sign_is_told_as_it_is() -> None:
    error = Refused("record.missing", title="100%(count)s 互动")
    assert explain(error, "zh") == "《100%(count)s 互动》还没有记录。"
