"""What the rules say, against a model that looks at every minute."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, given, settings

from scheduler.domain.calendars.local_time import day_interval, days_touched
from scheduler.domain.calendars.rules import objections, rules_for
from scheduler.domain.intervals import Interval, contains, intersect_all
from scheduler.errors import Objection, OnDay
from tests.domain.calendars.slow_rules import Said, said_by
from tests.domain.calendars.strategies import Case, cases

MANY = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def heard(said: list[Objection]) -> list[Said]:
    """Which rule, about whom, and what tells two of them apart."""
    return [
        (
            one.code.split(".")[0] if one.soft else one.code,
            one.subject_id,
            one.facts.get("closure", one.facts.get("stage")),
        )
        for one in said
    ]


def sorted_said(said: list[Said] | set[Said]) -> list[str]:
    return sorted(map(repr, said))


@MANY
@given(cases())
def test_every_rule_objects_when_a_minute_breaks_it(case: Case) -> None:
    said = objections(rules_for(case.question, case.calendars, case.interval), case.interval)
    soft, told = said_by(case.question, case.calendars, case.interval)
    assert sorted_said(heard([one for one in said if one.soft])) == sorted_said(soft)
    assert sorted_said(heard([one for one in said if not one.soft])) == sorted_said(told)
    assert said == sorted(said, key=lambda one: not one.soft)


@MANY
@given(cases())
def test_the_pieces_of_all_rules_hold_just_what_none_objects_to(case: Case) -> None:
    rules = rules_for(case.question, case.calendars, case.window)
    free = intersect_all([rule.pieces for rule in rules if rule.soft], case.window)
    soft, _told = said_by(case.question, case.calendars, case.interval)
    assert contains(free, case.interval) == (not soft)


@MANY
@given(cases())
def test_what_is_said_does_not_depend_on_how_much_is_looked_at(case: Case) -> None:
    near = objections(rules_for(case.question, case.calendars, case.interval), case.interval)
    far = objections(rules_for(case.question, case.calendars, case.window), case.interval)
    assert near == far


@MANY
@given(cases())
def test_the_first_day_that_speaks_against_it_is_named(case: Case) -> None:
    places = case.calendars.places
    for rule in rules_for(case.question, case.calendars, case.interval):
        if contains(rule.pieces, case.interval):
            continue
        said = rule.say(case.interval)
        if said.code == "closure.closed":
            continue
        place = places[said.subject_id or min(case.question.place_ids)]
        shares = shares_of_days(case.interval, place.zone)
        refused = [day for day, share in shares.items() if not contains(rule.pieces, share)]
        # Two lessons that meet at midnight allow each day its share; no single one has the whole.
        assert said.facts["day"] == OnDay((refused or list(shares))[0])


def shares_of_days(interval: Interval, zone: str) -> dict[date, Interval]:
    """What of the interval lies on each of its local days."""
    shares = {}
    for day in days_touched(interval, zone):
        first, last = day_interval(day, zone)
        shares[day] = (max(first, interval[0]), min(last, interval[1]))
    return shares
