"""Days in a term, in a vacation, and beyond what is known; the stage of a grade."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.calendars.terms import TermDays, Vacation, stage_of, term_on
from scheduler.models.places import Stage
from scheduler.models.resources import Grade
from tests.domain.calendars import strategies
from tests.domain.calendars.slow_clock import days_around

DAYS = days_around(date(2025, 9, 1))
FIRST = TermDays("2025–2026 学年第一学期", date(2025, 9, 1), date(2026, 1, 23))
SECOND = TermDays("2025–2026 学年第二学期", date(2026, 3, 2), date(2026, 7, 7))


@settings(max_examples=150, deadline=None)
@given(strategies.terms(DAYS), st.sampled_from(DAYS))
def test_a_day_lies_in_a_term_between_two_or_beyond_all(terms: tuple[TermDays, ...], day: date) -> None:
    found = term_on(terms, day)
    taught = [term for term in terms if day in days_of(term)]
    if taught:
        assert [found] == taught
        return
    before = [term for term in terms if max(days_of(term)) < day]
    after = [term for term in terms if min(days_of(term)) > day]
    assert found == (Vacation(before[-1], after[0]) if before and after else None)


def days_of(term: TermDays) -> list[date]:
    return [day for day in DAYS if term.first_day <= day <= term.last_day]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 8, 31), None),
        (date(2025, 9, 1), FIRST),
        (date(2026, 1, 23), FIRST),
        (date(2026, 1, 24), Vacation(FIRST, SECOND)),
        (date(2026, 3, 1), Vacation(FIRST, SECOND)),
        (date(2026, 3, 2), SECOND),
        (date(2026, 7, 7), SECOND),
        (date(2026, 7, 8), None),
    ],
)
@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_the_first_and_the_last_day_are_taught(day: date, expected: object, order: slice) -> None:
    assert term_on([FIRST, SECOND][order], day) == expected


def test_no_terms_no_knowledge() -> None:
    assert term_on([], date(2025, 9, 1)) is None


def test_every_grade_has_its_stage() -> None:
    grades = {stage: [grade.value for grade in Grade if stage_of(grade) is stage] for stage in Stage}
    assert grades == {
        Stage.KINDERGARTEN: ["k1", "k2", "k3"],
        Stage.PRIMARY: ["1", "2", "3", "4", "5", "6"],
        Stage.LOWER_SECONDARY: ["7", "8", "9"],
        Stage.UPPER_SECONDARY: ["10", "11", "12"],
    }
