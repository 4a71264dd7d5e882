"""When a museum is open on a day, and why not: rule, dated hours, each policy."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.calendars.holidays import Holidays
from scheduler.domain.calendars.openings import Hours, OpenDay, opening_on
from scheduler.domain.calendars.values import Place
from scheduler.models.holidays import DayKind
from scheduler.models.openings import HolidayPolicy
from scheduler.models.places import OrganisationKind
from tests.domain.calendars import strategies
from tests.domain.calendars.slow_clock import days_around
from tests.domain.calendars.slow_rules import holiday_on, is_open

DAYS = days_around(date(2025, 10, 6))
MONDAY, TUESDAY = date(2025, 10, 6), date(2025, 10, 7)
FREE_MONDAY = Holidays(frozenset({2025}), {MONDAY: (DayKind.HOLIDAY, "国庆节、中秋节")})
USUAL, OPEN, CLOSED = HolidayPolicy.AS_USUAL, HolidayPolicy.OPEN, HolidayPolicy.CLOSED


def rule(policy: HolidayPolicy, *, closed: int = 1) -> Hours:
    return Hours(None, None, frozenset({closed}), 540, 990, policy)


@settings(max_examples=200, deadline=None)
@given(strategies.hours(DAYS), st.sampled_from(DAYS), strategies.holidays(DAYS))
def test_open_minutes_are_those_of_the_slow_model(
    hours: tuple[Hours, ...], day: date, holidays: Holidays
) -> None:
    place = Place(1, "博物馆", OrganisationKind.MUSEUM, "Asia/Shanghai", hours=hours, holidays=holidays)
    known = place.opening(day)
    open_at = [minute for minute in range(1440) if is_open(place, day, minute, holidays)]
    if known.hours is None:
        assert known == OpenDay(None)
        assert len(open_at) == 1440
    elif known.is_open:
        assert open_at == list(range(known.hours.opens, known.hours.closes))
        assert known.holiday == ""
    else:
        assert open_at == []
        assert bool(known.holiday) == (holiday_on(holidays, day) and known.hours.holidays is CLOSED)


@pytest.mark.parametrize(
    ("policy", "closed", "expected"),
    [
        (USUAL, 1, (False, "")),
        (USUAL, 2, (True, "")),
        (OPEN, 1, (True, "")),
        (OPEN, 2, (True, "")),
        (CLOSED, 1, (False, "国庆节、中秋节")),
        (CLOSED, 2, (False, "国庆节、中秋节")),
    ],
)
def test_a_holiday_does_what_the_policy_says(
    policy: HolidayPolicy, closed: int, expected: tuple[bool, str]
) -> None:
    known = opening_on([rule(policy, closed=closed)], MONDAY, FREE_MONDAY)
    assert (known.is_open, known.holiday) == expected


@pytest.mark.parametrize("policy", [USUAL, OPEN, CLOSED])
def test_on_other_days_every_policy_is_the_same(policy: HolidayPolicy) -> None:
    make_up = Holidays(frozenset({2025}), {TUESDAY: (DayKind.WORKDAY, "国庆节")})
    for holidays in (Holidays(), make_up):
        assert opening_on([rule(policy, closed=2)], TUESDAY, holidays).is_open is False
        assert opening_on([rule(policy, closed=1)], TUESDAY, holidays).is_open is True


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_dated_hours_replace_the_rule_on_their_days_only(order: slice) -> None:
    usual = rule(USUAL)
    summer = Hours(date(2025, 7, 1), date(2025, 8, 31), frozenset({2}), 480, 1200, OPEN)
    hours = [usual, summer][order]
    held = [
        opening_on(hours, date(2025, *day), Holidays()).hours for day in ((6, 30), (7, 1), (8, 31), (9, 1))
    ]
    assert held == [usual, summer, summer, usual]


def test_without_a_rule_nothing_is_known_of_other_days() -> None:
    summer = Hours(MONDAY, MONDAY, frozenset(), 480, 1200, USUAL)
    assert opening_on([summer], TUESDAY, Holidays()) == OpenDay(None)
    assert opening_on([], MONDAY, FREE_MONDAY) == OpenDay(None)


def test_only_museums_and_platforms_and_whoever_keeps_hours_work_on_holidays() -> None:
    def off(kind: OrganisationKind, **more: object) -> bool:
        place = Place(1, "单位", kind, "Asia/Shanghai", holidays=FREE_MONDAY, **more)
        return bool(place.day_off(MONDAY))

    assert {kind: off(kind) for kind in OrganisationKind} == {
        OrganisationKind.SCHOOL: True,
        OrganisationKind.INSTITUTE: True,
        OrganisationKind.BUREAU: True,
        OrganisationKind.MUSEUM: False,
        OrganisationKind.PLATFORM: False,
    }
    assert off(OrganisationKind.INSTITUTE, hours=(rule(OPEN),)) is False
    dated = Hours(TUESDAY, TUESDAY, frozenset(), 480, 1200, OPEN)
    assert off(OrganisationKind.INSTITUTE, hours=(dated,)) is True
    assert off(OrganisationKind.SCHOOL, swaps={MONDAY: 3}) is False
    assert off(OrganisationKind.SCHOOL, swaps={MONDAY: None}) is True
