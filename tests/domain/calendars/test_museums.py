"""The rules of real museums in Fengtai, as they were published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scheduler.domain.calendars.openings import Hours
from scheduler.domain.calendars.values import ClosedTime, Place
from scheduler.errors import During, OnDay
from scheduler.models.bookings import ParticipantRole
from scheduler.models.openings import ClosureKind, HolidayPolicy
from scheduler.models.places import OrganisationKind
from scheduler.models.resources import ResourceKind
from tests.domain.calendars.asking import ZONE, codes, said, seconds, visit

MONDAY, TUESDAY = 1, 2
AS_USUAL, OPEN, CLOSED = HolidayPolicy.AS_USUAL, HolidayPolicy.OPEN, HolidayPolicy.CLOSED


def hours(weekday: int, policy: HolidayPolicy, *days: date, opens: int = 540, closes: int = 1020) -> Hours:
    """Shut on the weekday; for the days from first to last, or as the rule."""
    first, last = days or (None, None)
    return Hours(first, last, frozenset({weekday}), opens, closes, policy)


def museum(number: int, name: str, *held: Hours, closed: tuple[ClosedTime, ...] = ()) -> Place:
    return Place(number, name, OrganisationKind.MUSEUM, ZONE, hours=held, closed=closed)


def shut(name: str, first: str, last: str) -> ClosedTime:
    return ClosedTime(None, ClosureKind.CLOSED, name, (seconds(first), seconds(last)))


WAR_OF_RESISTANCE = museum(
    1,
    "中国人民抗日战争纪念馆",
    hours(MONDAY, OPEN, closes=16 * 60 + 30),
    closed=(
        shut("闭馆改陈", "2024-09-29", "2025-07-09"),
        shut("临时闭馆", "2025-09-01 12:00", "2025-09-03 12:00"),
    ),
)
CARS = museum(
    2,
    "北京汽车博物馆",
    hours(MONDAY, AS_USUAL),
    hours(TUESDAY, AS_USUAL, date(2025, 7, 1), date(2025, 8, 31)),
)
FIRE = museum(3, "中国消防博物馆", hours(MONDAY, CLOSED))
GARDENS = museum(4, "中国园林博物馆", hours(MONDAY, OPEN))


@pytest.mark.parametrize(
    ("place", "when", "expected"),
    [
        # Closed on Mondays, open on statutory holidays, 9:00–16:30.
        (WAR_OF_RESISTANCE, "2025-10-13 10:00–11:00", ["opening.weekday"]),
        (WAR_OF_RESISTANCE, "2025-10-14 10:00–11:00", []),
        (WAR_OF_RESISTANCE, "2025-10-06 10:00–11:00", []),  # a Monday, and a holiday
        (WAR_OF_RESISTANCE, "2025-10-14 9:00–16:30", []),
        (WAR_OF_RESISTANCE, "2025-10-14 8:59–10:00", ["opening.hours"]),
        (WAR_OF_RESISTANCE, "2025-10-14 16:00–16:31", ["opening.hours"]),
        (WAR_OF_RESISTANCE, "2025-10-06 16:00–17:00", ["opening.hours"]),
        # Shut from 29 September 2024 to 8 July 2025, both included.
        (WAR_OF_RESISTANCE, "2024-09-28 10:00–11:00", ["(holiday.unpublished)"]),
        (WAR_OF_RESISTANCE, "2024-09-29 10:00–11:00", ["closure.closed", "(holiday.unpublished)"]),
        (WAR_OF_RESISTANCE, "2025-05-05 10:00–11:00", ["closure.closed"]),  # a holiday opens no shut museum
        (WAR_OF_RESISTANCE, "2025-07-07 10:00–11:00", ["closure.closed", "opening.weekday"]),
        (WAR_OF_RESISTANCE, "2025-07-08 15:30–16:30", ["closure.closed"]),
        (WAR_OF_RESISTANCE, "2025-07-09 9:00–10:00", []),
        # Shut to the hour: 1 September 12:00 to 3 September 12:00.
        (WAR_OF_RESISTANCE, "2025-09-01 11:00–12:00", ["opening.weekday"]),
        (WAR_OF_RESISTANCE, "2025-09-01 11:00–12:01", ["closure.closed", "opening.weekday"]),
        (WAR_OF_RESISTANCE, "2025-09-02 10:00–11:00", ["closure.closed"]),
        (WAR_OF_RESISTANCE, "2025-09-03 11:59–13:00", ["closure.closed"]),
        (WAR_OF_RESISTANCE, "2025-09-03 12:00–13:00", []),
        # The closing day moved to Tuesday for the summer of 2025.
        (CARS, "2025-06-30 10:00–11:00", ["opening.weekday"]),
        (CARS, "2025-07-01 10:00–11:00", ["opening.weekday"]),
        (CARS, "2025-07-07 10:00–11:00", []),
        (CARS, "2025-08-25 10:00–11:00", []),
        (CARS, "2025-08-26 10:00–11:00", ["opening.weekday"]),
        (CARS, "2025-09-01 10:00–11:00", ["opening.weekday"]),
        (CARS, "2025-09-02 10:00–11:00", []),
        # Closed on Mondays and on statutory holidays.
        (FIRE, "2025-05-12 10:00–11:00", ["opening.weekday"]),
        (FIRE, "2025-05-05 10:00–11:00", ["opening.holiday"]),
        (FIRE, "2025-05-01 10:00–11:00", ["opening.holiday"]),
        (FIRE, "2025-05-06 10:00–11:00", []),
        (FIRE, "2025-09-28 10:00–11:00", []),  # a Sunday that is worked
        # Closed on Mondays except on statutory holidays.
        (GARDENS, "2025-05-12 10:00–11:00", ["opening.weekday"]),
        (GARDENS, "2025-05-05 10:00–11:00", []),
        (GARDENS, "2025-10-06 10:00–11:00", []),
        (GARDENS, "2025-06-02 10:00–11:00", []),
        (GARDENS, "2025-10-07 10:00–11:00", []),
    ],
)
def test_a_museum_is_open_as_it_says(place: Place, when: str, expected: list[str]) -> None:
    assert codes(said(visit(place), place, when)) == expected


def test_a_closure_names_what_closes_and_for_how_long() -> None:
    (objection,) = said(visit(WAR_OF_RESISTANCE), WAR_OF_RESISTANCE, "2025-09-02 10:00–11:00")
    assert (objection.subject_kind, objection.subject_id) == ("organisation", 1)
    during = objection.facts["during"]
    assert isinstance(during, During)
    assert dict(objection.facts) == {
        "name": "中国人民抗日战争纪念馆",
        "closure": "临时闭馆",
        "kind": ClosureKind.CLOSED,
        "during": during,
    }
    assert during.starts_at.isoformat() == "2025-09-01T04:00:00+00:00"
    assert during.ends_at.isoformat() == "2025-09-03T04:00:00+00:00"


def test_opening_hours_holidays_and_closing_days_are_told_with_their_facts() -> None:
    late = said(visit(WAR_OF_RESISTANCE), WAR_OF_RESISTANCE, "2025-10-14 16:00–17:00")
    day_off = said(visit(FIRE), FIRE, "2025-05-05 10:00–11:00")
    monday = said(visit(GARDENS), GARDENS, "2025-05-12 10:00–11:00")
    assert [dict(one.facts) for one in (*late, *day_off, *monday)] == [
        {
            "name": "中国人民抗日战争纪念馆",
            "day": OnDay(date(2025, 10, 14)),
            "opens": "9:00",
            "closes": "16:30",
        },
        {"name": "中国消防博物馆", "day": OnDay(date(2025, 5, 5)), "holiday": "节日"},
        {"name": "中国园林博物馆", "day": OnDay(date(2025, 5, 12))},
    ]


def test_a_meeting_account_of_a_closed_museum_can_be_used() -> None:
    question = visit(FIRE)
    account = replace(question.wanted[0], kind=ResourceKind.ACCOUNT, role=ParticipantRole.ACCOUNT)
    elsewhere = replace(question, wanted=(account,), site_ids=())
    assert codes(said(elsewhere, FIRE, "2025-05-12 10:00–11:00")) == []
    assert codes(said(replace(question, site_ids=()), FIRE, "2025-05-12 10:00–11:00")) == ["opening.weekday"]
