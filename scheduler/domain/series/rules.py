"""The rule of a series: on which weekdays, from when to when, and at what time of each day. Pure.

"Every Thursday, third period of 林西县民族中学, weeks 3–16": a period is looked up in the bells of each day,
so that summer and winter bells are followed; a clock time stays what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.domain.calendars.bells import Ringing
from scheduler.domain.calendars.local_time import instant, minutes_interval
from scheduler.domain.calendars.values import Place
from scheduler.domain.fields import Bad, Choices, Cleaner, Day, Field, Reference, Whole
from scheduler.domain.holds import Span
from scheduler.domain.times import local_instant, read_clock
from scheduler.errors import Problem
from scheduler.models.school_time import Term
from scheduler.models.weekdays import Weekday

MOST_OCCURRENCES = 200
MOST_DAYS = 731
"""24 months."""
MOST_WEEKS = 60

RULE_FIELDS: tuple[Field, ...] = (
    Choices(name="weekdays", label="每周的哪几天", options=Weekday),
    Whole(name="every", label="每几周一次", least=1, most=4),
    Reference(name="term_id", label="学期", table="term"),
    Whole(name="week_from", label="从第几周", least=1, most=MOST_WEEKS),
    Whole(name="week_to", label="到第几周", least=1, most=MOST_WEEKS),
    Day(name="first_day", label="从哪一天"),
    Day(name="last_day", label="到哪一天"),
    Whole(name="count", label="一共几次", least=1, most=MOST_OCCURRENCES),
    Reference(name="school_id", label="按哪所学校的节次", table="organisation"),
    Whole(name="period", label="第几节", least=1, most=20),
    Whole(name="period_to", label="到第几节", least=1, most=20),
)
CLOCKS = ("starts", "ends")
RULE_KEYS = (*(field.name for field in RULE_FIELDS), *CLOCKS)
TIME_KEYS = ("school_id", "period", "period_to", *CLOCKS)
"""Those that say at what time of each day."""


@dataclass(frozen=True)
class SeriesRule:
    """``first_day`` to ``last_day``, both included; ``count`` bounds the days as well, where it is given.

    Either ``period`` … ``period_to`` of the school's lessons of the day, counted from 1, or the clock times.
    """

    weekdays: frozenset[int]
    first_day: date
    last_day: date
    every: int = 1
    count: int | None = None
    school_id: int | None = None
    period: int | None = None
    period_to: int | None = None
    starts: time | None = None
    ends: time | None = None


def read_rule(raw: Mapping[str, Any], *, term: Term | None = None) -> SeriesRule:
    """Read a raw mapping. ``term`` is the row that its ``term_id`` names, if there is one. Raises Invalid."""
    cleaner = Cleaner(raw)
    values = {wanted.name: cleaner.take(wanted) for wanted in RULE_FIELDS}
    cleaner.refuse_others(RULE_KEYS)
    _read_time(cleaner, values)
    if not values["weekdays"]:
        cleaner.problems.append(Problem("weekdays", "field.required"))
    first_day, last_day = _bounds(cleaner, values, term)
    cleaner.done()
    rule = SeriesRule(
        weekdays=frozenset(int(weekday.value) for weekday in values["weekdays"]),
        first_day=first_day,
        last_day=last_day,
        every=values["every"] or 1,
        count=values["count"],
        school_id=values["school_id"],
        period=values["period"],
        period_to=values["period_to"],
        starts=values["starts"],
        ends=values["ends"],
    )
    days = days_of(rule)
    if not days:
        cleaner.problems.append(Problem("weekdays", "series.nothing"))
    if len(days) > MOST_OCCURRENCES:
        cleaner.problems.append(
            Problem("last_day", "series.too_many", {"count": len(days), "most": MOST_OCCURRENCES})
        )
    cleaner.done()
    return rule


def days_of(rule: SeriesRule) -> list[date]:
    """The days of the rule in order: weeks are counted from that of ``first_day``, Monday to Sunday."""
    monday = rule.first_day - timedelta(days=rule.first_day.weekday())
    days = []
    for number in range((rule.last_day - rule.first_day).days + 1):
        day = rule.first_day + timedelta(days=number)
        if day.isoweekday() in rule.weekdays and (day - monday).days // 7 % rule.every == 0:
            days.append(day)
    return days[: rule.count]


def rule_of_day(raw: Mapping[str, Any], day: date) -> SeriesRule:
    """The weekdays, weeks and time of day of a raw rule that was read once, ``day`` being one of its days.

    Its term and its school may be gone: what days it has is no more asked of it. Raises Invalid.
    """
    bounds = {"first_day": day.isoformat(), "last_day": day.isoformat()}
    kept = ("weekdays", "every", *TIME_KEYS)
    return read_rule({**{name: raw[name] for name in kept if name in raw}, **bounds})


def rule_at(raw: Mapping[str, Any], span: Span, *, zone: str) -> dict[str, Any]:
    """The raw rule with the clock times of ``span`` in ``zone``; a rule by periods stays as it is."""
    starts, ends = (moment.astimezone(ZoneInfo(zone)) for moment in (span.starts_at, span.ends_at))
    if raw.get("period") not in (None, "") or starts.date() != ends.date():
        return dict(raw)
    return {**raw, "starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}"}


def time_on(rule: SeriesRule, day: date, *, zone: str, school: Place | None) -> Span | None:
    """When the rule's booking is on ``day``; None where the school has no such period then.

    ``zone`` is that in which clock times are meant; a period is in the school's.
    """
    if rule.period is None or school is None:
        return _by_clock(rule, day, zone)
    bells = school.bells(day)
    last = rule.period_to or rule.period
    if bells.ringing is not Ringing.LESSONS or len(bells.lessons) < last:
        return None
    starts, ends = bells.lessons[rule.period - 1].starts, bells.lessons[last - 1].ends
    first, end = minutes_interval(day, school.zone, starts, ends)
    return Span(instant(first), instant(end))


def _by_clock(rule: SeriesRule, day: date, zone: str) -> Span | None:
    if rule.starts is None or rule.ends is None:
        return None
    try:
        return Span(local_instant(day, rule.starts, zone), local_instant(day, rule.ends, zone))
    except Bad:
        return None  # the clocks skip that time on this day


def _read_time(cleaner: Cleaner, values: dict[str, Any]) -> None:
    """Clock times into ``values``, or a period: one of the two is needed."""
    for name in CLOCKS:
        values[name] = None
        try:
            if cleaner.raw.get(name) not in (None, ""):
                values[name] = read_clock(cleaner.raw[name])
        except Bad as bad:
            cleaner.problems.append(Problem(name, bad.code, bad.facts))
    if cleaner.raw.get("period") not in (None, ""):
        if cleaner.raw.get("school_id") in (None, ""):
            cleaner.problems.append(Problem("school_id", "field.required"))
        if values["period_to"] is not None and values["period_to"] < (values["period"] or 1):
            cleaner.problems.append(Problem("period_to", "time.ends_before_start"))
        return
    missing = [name for name in CLOCKS if cleaner.raw.get(name) in (None, "")]
    cleaner.problems += [Problem(name, "field.required") for name in missing]
    if values["starts"] is not None and values["ends"] is not None and values["ends"] <= values["starts"]:
        cleaner.problems.append(Problem("ends", "time.ends_before_start"))


def _bounds(cleaner: Cleaner, values: dict[str, Any], term: Term | None) -> tuple[date, date]:
    """First and last day: weeks of a term, or days; ``count`` may stand for the last day."""
    first_day, last_day = (
        _of_term(values, term) if term is not None else (values["first_day"], values["last_day"])
    )
    if values["term_id"] is not None and term is None:
        cleaner.problems.append(Problem("term_id", "reference.unknown"))
        return date.min, date.min
    if term is None and (values["week_from"] or values["week_to"]):
        cleaner.problems.append(Problem("term_id", "field.required"))
    if first_day is None:
        cleaner.problems.append(Problem("first_day", "field.required"))
        return date.min, date.min
    if last_day is None and cleaner.raw.get("count") in (None, ""):
        cleaner.problems.append(Problem("last_day", "series.no_end"))
        return first_day, first_day
    last_day = last_day or first_day + timedelta(days=MOST_DAYS - 1)
    if last_day < first_day:
        field = "week_to" if term is not None else "last_day"
        cleaner.problems.append(Problem(field, "days.reversed"))
    if (last_day - first_day).days >= MOST_DAYS:
        cleaner.problems.append(Problem("last_day", "series.too_long"))
        return first_day, first_day
    return first_day, last_day


def _of_term(values: Mapping[str, Any], term: Term) -> tuple[date, date]:
    """Weeks of a term run from Monday to Sunday; the first is that of the term's first day."""
    monday = term.first_day - timedelta(days=term.first_day.weekday())
    first = monday + timedelta(weeks=(values["week_from"] or 1) - 1)
    last = term.last_day
    if values["week_to"] is not None:
        last = min(last, monday + timedelta(weeks=values["week_to"], days=-1))
    return max(first, term.first_day), last
