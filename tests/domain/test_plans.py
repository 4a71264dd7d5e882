"""Raw input of a booking: what bad input gets, each problem at its path. No database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.holds import Span
from scheduler.domain.plans import PersonPlan, SegmentPlan, SitePlan, read_plan, read_span
from scheduler.errors import Invalid
from scheduler.models.bookings import BookingKind, CourseType, ParticipantRole, SegmentKind
from scheduler.models.subjects import Subject

ZONE = "Asia/Shanghai"
GOOD: dict[str, Any] = {
    "kind": "lesson",
    "title": "走进大葆台西汉墓",
    "date": "2018-12-06",
    "starts": "10:00",
    "ends": "11:20",
    "host": {"organisation_id": 1, "room_id": "2"},
    "receiving": [{"class_id": 3, "room_id": 4, "assistant_id": 5}],
    "people": [{"role": "lead", "person_id": 6}],
    "segments": [{"kind": "tour", "minutes": 20}, {"kind": "teaching", "minutes": "60"}],
}
SPAN = Span(datetime(2018, 12, 6, 2, 0, tzinfo=UTC), datetime(2018, 12, 6, 3, 20, tzinfo=UTC))


def problems(zone: str = ZONE, **changes: Any) -> list[tuple[str, str]]:
    """(path, code) of everything wrong with GOOD after ``changes``; a change to ... takes the key out."""
    raw = {key: value for key, value in {**GOOD, **changes}.items() if value is not ...}
    with pytest.raises(Invalid) as caught:
        read_plan(raw, zone=zone)
    return [(p.field, p.code) for p in caught.value.problems]


def test_a_whole_plan() -> None:
    plan = read_plan(GOOD, zone=ZONE)
    assert (plan.kind, plan.title, plan.span) == (BookingKind.LESSON, "走进大葆台西汉墓", SPAN)
    assert plan.host == SitePlan(organisation_id=1, room_id=2)
    assert plan.receiving == (SitePlan(organisation_id=None, room_id=4, class_id=3, assistant_id=5),)
    assert plan.people == (PersonPlan(ParticipantRole.LEAD, 6),)
    assert plan.segments == (SegmentPlan(SegmentKind.TOUR, 20), SegmentPlan(SegmentKind.TEACHING, 60))
    assert (plan.subject, plan.course_type, plan.account_id, plan.follows, plan.note) == (
        Subject.OTHER,
        CourseType.OTHER,
        None,
        "",
        "",
    )


def test_the_same_time_as_instants() -> None:
    changes = {"date": ..., "starts": ..., "ends": ...}
    raw = {k: v for k, v in {**GOOD, **changes}.items() if v is not ...}
    raw |= {"starts_at": "2018-12-06T10:00:00+08:00", "ends_at": "2018-12-06T03:20:00Z"}
    assert read_plan(raw, zone="America/New_York").span == SPAN


def test_a_span_alone() -> None:
    assert read_span({"date": "2018-12-06", "starts": "10:00", "ends": "11:20"}, zone=ZONE) == SPAN


NO_LOCAL = {"date": ..., "starts": ..., "ends": ...}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ends": "09:59"}, [("ends", "time.ends_before_start")]),
        ({"ends": "10:00"}, [("ends", "time.zero_length")]),
        ({"starts": "25:00"}, [("starts", "time.nonexistent")]),
        ({"ends": "24:00"}, [("ends", "time.nonexistent")]),
        ({"starts": "ten", "ends": 11}, [("starts", "time.not_a_time"), ("ends", "time.not_a_time")]),
        ({"starts": "", "ends": None}, [("starts", "field.required"), ("ends", "field.required")]),
        ({"date": "1999-12-31"}, [("date", "field.year_out_of_range")]),
        ({"date": "2101-01-01"}, [("date", "field.year_out_of_range")]),
        ({"date": "2018-02-30"}, [("date", "field.not_a_date")]),
        (
            {"date": "2018-02-30", "starts": "25:00"},
            [("date", "field.not_a_date"), ("starts", "time.nonexistent")],
        ),
        (NO_LOCAL, [("date", "field.required"), ("starts", "field.required"), ("ends", "field.required")]),
        (
            {**NO_LOCAL, "starts_at": "2018-12-06T10:00:00+08:00", "ends_at": "2018-12-07T10:00:00+08:00"},
            [("ends_at", "time.too_long")],
        ),
        (
            {**NO_LOCAL, "starts_at": "2018-12-06T10:00:00+08:00", "ends_at": "2018-12-06T02:00:00Z"},
            [("ends_at", "time.zero_length")],
        ),
        (
            {**NO_LOCAL, "starts_at": "2018-12-06T10:00:00", "ends_at": ...},
            [("starts_at", "time.no_offset"), ("ends_at", "field.required")],
        ),
        (
            {**NO_LOCAL, "starts_at": 1544061600, "ends_at": "2102-01-01T00:00:00Z"},
            [("starts_at", "time.not_an_instant"), ("ends_at", "field.year_out_of_range")],
        ),
    ],
)
def test_bad_times(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert problems(**changes, segments=[]) == expected


def test_a_time_that_the_clocks_of_the_zone_skip() -> None:
    changes = {"date": "2018-03-25", "starts": "01:30", "ends": "03:00", "segments": []}
    assert problems("Europe/London", **changes) == [("starts", "time.skipped")]
    assert read_plan({**GOOD, **changes}, zone=ZONE).span.starts_at == datetime(
        2018, 3, 24, 17, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("", "field.required"),
        ("  ", "field.required"),
        (None, "field.required"),
        ("长" * 10_000, "field.too_long"),
        ("一\x00二", "field.control_characters"),
        ("一\ud800二", "field.control_characters"),
        ("张某 110101199003074514", "field.identity_number"),
        ("致电 13800138000", "field.phone_number"),
        (5, "field.not_text"),
        (["走进"], "field.not_text"),
        ({}, "field.not_text"),
    ],
)
def test_bad_titles(title: object, code: str) -> None:
    assert problems(title=title) == [("title", code)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": ...}, [("kind", "field.required")]),
        ({"kind": "party"}, [("kind", "field.not_an_option")]),
        ({"subject": ["history"]}, [("subject", "field.not_an_option")]),
        ({"account_id": "x"}, [("account_id", "reference.unknown")]),
        ({"meeting_number": "12;3"}, [("meeting_number", "field.meeting_number")]),
        ({"meeting_number": 12345678}, [("meeting_number", "field.not_text")]),
        ({"join_url": "javascript:alert(1)"}, [("join_url", "field.url")]),
        ({"note": "x" * 2001}, [("note", "field.too_long")]),
        ({"note": "电话 138 0013 8000"}, [("note", "field.phone_number")]),
        ({"follows": "x" * 25}, [("follows", "field.too_long")]),
        ({"tilte": "x", "Kind": "y"}, [("Kind", "field.unknown"), ("tilte", "field.unknown")]),
        ({"host": ...}, [("host.organisation_id", "field.required")]),
        ({"host": None}, [("host.organisation_id", "field.required")]),
        ({"host": "1"}, [("host.organisation_id", "field.not_an_object")]),
        ({"host": [1]}, [("host.organisation_id", "field.not_an_object")]),
        ({"host": {}}, [("host.organisation_id", "field.required")]),
        ({"host": {"organisation_id": 1, "class_id": 3}}, [("host.class_id", "field.unknown")]),
        ({"host": {"organisation_id": 1, "room_id": -1}}, [("host.room_id", "reference.unknown")]),
        ({"receiving": {}}, [("receiving", "field.not_a_list")]),
        ({"receiving": 0}, [("receiving", "field.not_a_list")]),
        ({"receiving": "abc"}, [("receiving", "field.not_a_list")]),
        (
            {"receiving": [5, None]},
            [("receiving.0", "field.not_an_object"), ("receiving.1", "field.not_an_object")],
        ),
        ({"receiving": [{"class_id": 1}] * 41}, [("receiving", "field.too_many")]),
        ({"receiving": [{}, {"class_id": "七年级"}]}, [("receiving.1.class_id", "reference.unknown")]),
        ({"people": [{"role": "lead", "person_id": 1}] * 101}, [("people", "field.too_many")]),
        ({"people": [{"role": "room", "person_id": 1}]}, [("people.0.role", "field.not_an_option")]),
        ({"people": [{"role": "class", "person_id": 1}]}, [("people.0.role", "field.not_an_option")]),
        ({"people": [{}]}, [("people.0.role", "field.required"), ("people.0.person_id", "field.required")]),
        ({"people": [{"role": "lead", "person_id": 1, "name": "王"}]}, [("people.0.name", "field.unknown")]),
        ({"segments": [{"kind": "tour", "minutes": 1}] * 31}, [("segments", "field.too_many")]),
        ({"segments": [{"kind": "tour", "minutes": 81}]}, [("segments", "segments.too_long")]),
        ({"segments": [{"kind": "tour", "minutes": 0}]}, [("segments.0.minutes", "field.out_of_range")]),
        ({"segments": [{"kind": "tour", "minutes": 1.5}]}, [("segments.0.minutes", "field.not_whole")]),
        ({"segments": [{"kind": "nap", "minutes": 5}]}, [("segments.0.kind", "field.not_an_option")]),
    ],
)
def test_bad_input_is_told_at_its_path(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert problems(**changes) == expected


def test_all_problems_come_at_once() -> None:
    assert problems(title="", date="x", host=None, people=[{"role": "x"}]) == [
        ("title", "field.required"),
        ("date", "field.not_a_date"),
        ("host.organisation_id", "field.required"),
        ("people.0.role", "field.not_an_option"),
        ("people.0.person_id", "field.required"),
    ]


def test_segments_may_fill_the_booking_to_the_minute() -> None:
    plan = read_plan({**GOOD, "segments": [{"kind": "tour", "minutes": 80}]}, zone=ZONE)
    assert plan.segments == (SegmentPlan(SegmentKind.TOUR, 80),)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300)
@given(
    key=st.sampled_from([*sorted(GOOD), "subject", "account_id", "passcode", "join_url", "starts_at"]),
    value=json_values,
)
def test_any_json_at_any_key_is_read_or_refused(key: str, value: object) -> None:
    try:
        plan = read_plan({**GOOD, key: value}, zone=ZONE)
    except Invalid as invalid:
        assert invalid.problems != ()  # noqa: PT017
    else:
        assert plan.span.starts_at < plan.span.ends_at
