"""What speaks against a time: every rule but the holds, each with the pieces of time it allows. Pure.

A booking suits a rule when one of its pieces holds the whole booking. The slot finder intersects the pieces,
the write path asks each rule about one interval: both say the same, because there is nothing else to ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from scheduler.domain.calendars.bells import BellDay, Line, Ringing
from scheduler.domain.calendars.local_time import (
    clock_words,
    day_interval,
    days_touched,
    instant,
    minutes_interval,
)
from scheduler.domain.calendars.terms import Vacation, term_on
from scheduler.domain.calendars.values import Calendars, ClosedTime, Place
from scheduler.domain.intervals import Interval, Pieces, contains, merge, overlap
from scheduler.errors import During, Objection, OnDay
from scheduler.models.bookings import BookingKind, ParticipantRole, Timing
from scheduler.models.places import Stage
from scheduler.models.resources import ResourceKind

BEGINNING, END = -(2**53), 2**53
"""Before and after every instant that is ever asked about."""

NOT_THERE = frozenset({ResourceKind.ACCOUNT, ResourceKind.KIT})
"""Taking part by one of these brings nobody to the place: its opening hours do not matter then."""


@dataclass(frozen=True)
class Wanted:
    """A resource in a role. ``stage`` is that of a class."""

    resource_id: int
    kind: ResourceKind
    name: str
    place_id: int
    role: ParticipantRole
    stage: Stage | None = None
    capacity: int = 1
    """How many bookings it serves at once: so many lanes it has."""


@dataclass(frozen=True)
class Question:
    """Who and what is to be there, and how it is to lie to the lessons of the classes."""

    kind: BookingKind
    timing: Timing
    wanted: tuple[Wanted, ...]
    site_ids: tuple[int, ...] = ()
    """Organisations that take part, whatever they bring."""

    @property
    def resource_ids(self) -> list[int]:
        """Every resource, each once."""
        return list(dict.fromkeys(one.resource_id for one in self.wanted))

    @property
    def present_ids(self) -> list[int]:
        """Places where somebody or something has to be."""
        brought = (one.place_id for one in self.wanted if one.kind not in NOT_THERE)
        return list(dict.fromkeys((*self.site_ids, *brought)))

    @property
    def place_ids(self) -> set[int]:
        """Every place that has a say."""
        return {*self.site_ids, *(one.place_id for one in self.wanted)}

    @property
    def school_stages(self) -> list[tuple[int, Stage]]:
        """(place, stage) of the classes, each once."""
        return list(dict.fromkeys((one.place_id, one.stage) for one in self.wanted if one.stage is not None))


@dataclass(frozen=True)
class Rule:
    """``pieces``: when it does not object. ``say``: its objection to an interval that none of them holds."""

    pieces: Pieces
    say: Callable[[Interval], Objection]
    soft: bool = True


def rules_for(question: Question, calendars: Calendars, within: Interval) -> list[Rule]:
    """Every rule that could speak against a time in ``within``."""
    rules: list[Rule] = []
    for place_id in question.present_ids:
        place = calendars.places[place_id]
        rules += _closures(place.id, "organisation", place.name, place.closed, None, within)
        if place.hours:
            rules.append(_opening(place, within))
        rules += _holiday(place, question, within)
    for one in question.wanted:
        closed = calendars.places[one.place_id].closed
        rules += _closures(one.resource_id, one.kind.value, one.name, closed, one.resource_id, within)
    for place_id, stage in question.school_stages:
        rules += _terms(calendars.places[place_id], stage, within)
    if question.timing is not Timing.ANY:
        for place_id in dict.fromkeys(place_id for place_id, _stage in question.school_stages):
            rules += _bells(calendars.places[place_id], question, within)
    return [*rules, *_unpublished(question, calendars, within)]


def objections(rules: Iterable[Rule], interval: Interval) -> list[Objection]:
    """What each rule that objects has to say, the soft ones first."""
    said = [(rule.soft, rule.say(interval)) for rule in rules if not contains(rule.pieces, interval)]
    return [objection for soft, objection in sorted(said, key=lambda one: not one[0])]


def _closures(
    subject_id: int,
    subject_kind: str,
    name: str,
    closed: Iterable[ClosedTime],
    resource_id: int | None,
    within: Interval,
) -> Iterator[Rule]:
    for one in closed:
        if one.resource_id != resource_id or not overlap(one.interval, within):
            continue
        facts = {
            "name": name,
            "closure": one.name,
            "kind": one.kind,
            "during": During(instant(one.interval[0]), instant(one.interval[1])),
        }
        said = Objection("closure.closed", subject_kind, subject_id, facts)
        yield Rule([(BEGINNING, one.interval[0]), (one.interval[1], END)], _always(said))


def _always(said: Objection) -> Callable[[Interval], Objection]:
    return lambda _interval: said


def _opening(place: Place, within: Interval) -> Rule:
    def pieces() -> Iterator[Interval]:
        for day in days_touched(within, place.zone):
            known = place.opening(day)
            if known.hours is None:
                yield day_interval(day, place.zone)
            elif known.is_open:
                yield minutes_interval(day, place.zone, known.hours.opens, known.hours.closes)

    def say(interval: Interval) -> Objection:
        day = _first_day(interval, place, allowed)
        known = place.opening(day)
        facts = {"name": place.name, "day": OnDay(day)}
        if known.holiday:
            return _about(place, "opening.holiday", {**facts, "holiday": known.holiday})
        if not known.is_open or known.hours is None:
            return _about(place, "opening.weekday", facts)
        hours = {"opens": clock_words(known.hours.opens), "closes": clock_words(known.hours.closes)}
        return _about(place, "opening.hours", {**facts, **hours})

    allowed = merge(pieces())
    return Rule(allowed, say)


def _holiday(place: Place, question: Question, within: Interval) -> Iterator[Rule]:
    off = {day: name for day in place.holidays.days if (name := _day_off(question, place, day))}
    if not off:
        return

    def say(interval: Interval) -> Objection:
        day = next(day for day in days_touched(interval, place.zone) if day in off)
        return _about(place, "holiday.off", {"name": place.name, "day": OnDay(day), "holiday": off[day]})

    yield Rule(_without(off, place, within), say)


def _day_off(question: Question, place: Place, day: date) -> str:
    """The holiday that speaks against ``day``; people travel on holidays as well."""
    return "" if question.kind is BookingKind.TRAVEL else place.day_off(day)


def _terms(place: Place, stage: Stage, within: Interval) -> Iterator[Rule]:
    terms = place.terms.get(stage, ())
    if not terms:
        return
    found = {day: term_on(terms, day) for day in days_touched(within, place.zone)}
    facts = {"name": place.name, "stage": stage}
    vacations = {day: one for day, one in found.items() if isinstance(one, Vacation)}
    unknown = {day for day, one in found.items() if one is None}

    def say_vacation(interval: Interval) -> Objection:
        day = next(day for day in days_touched(interval, place.zone) if day in vacations)
        around = vacations[day]
        told = {"ended": OnDay(around.after.last_day), "begins": OnDay(around.before.first_day)}
        return _about(place, "term.vacation", {**facts, "day": OnDay(day), **told})

    def say_unknown(interval: Interval) -> Objection:
        day = next(day for day in days_touched(interval, place.zone) if day in unknown)
        return _about(place, "term.unknown", {**facts, "day": OnDay(day)}, soft=False)

    if vacations:
        yield Rule(_without(vacations, place, within), say_vacation)
    if unknown:
        yield Rule(_without(unknown, place, within), say_unknown, soft=False)


def _bells(place: Place, question: Question, within: Interval) -> Iterator[Rule]:
    timing = question.timing
    days = list(days_touched(within, place.zone))
    free: list[date] = []
    taught: list[Interval] = []
    for day in days:
        if place.bells(day).ringing is Ringing.LESSONS:
            taught += place.taught(day, timing)
        elif _leaves_alone(question, place, day):
            free.append(day)
    if timing is Timing.OUTSIDE:
        allowed = merge([*taught, *(day_interval(day, place.zone) for day in free)])
    else:
        # Lessons stay apart even where one ends as the next begins: within one period means one.
        allowed = sorted([*taught, *merge(day_interval(day, place.zone) for day in free)])

    def say(interval: Interval) -> Objection:
        day = _first_day(interval, place, allowed)
        return _bell_objection(place, day, timing, interval)

    def say_unknown(interval: Interval) -> Objection:
        day = next(day for day in days_touched(interval, place.zone) if day in unknown)
        return _about(place, "bell.unknown", {"name": place.name, "day": OnDay(day)}, soft=False)

    if len(free) < len(days):
        yield Rule(allowed, say)
    unknown = {day for day in free if place.bells(day).ringing is Ringing.UNKNOWN}
    if unknown:
        yield Rule(_without(unknown, place, within), say_unknown, soft=False)


def _leaves_alone(question: Question, place: Place, day: date) -> bool:
    """Days on which bells say nothing: none are known, a holiday speaks, or no lessons are what is wanted."""
    ringing = place.bells(day).ringing
    if ringing is Ringing.NO_LESSONS:
        return question.timing is Timing.OUTSIDE or bool(_day_off(question, place, day))
    return ringing is Ringing.UNKNOWN


def _bell_objection(place: Place, day: date, timing: Timing, interval: Interval) -> Objection:
    bells = place.bells(day)
    facts = {"name": place.name, "day": OnDay(day)}
    if bells.ringing is Ringing.MAKE_UP_UNSET:
        return _about(place, "bell.make_up_unset", facts)
    if bells.ringing is Ringing.NO_LESSONS:
        return _about(place, "bell.no_lessons", facts)
    near = _lines_near(place, day, bells, interval)
    if timing is Timing.OUTSIDE:
        return _about(place, "bell.in_lesson", {**facts, "lessons": near})
    code = "bell.not_in_a_period" if timing is Timing.PERIOD else "bell.not_in_lessons"
    return _about(place, code, {**facts, "lessons": near})


def _lines_near(place: Place, day: date, bells: BellDay, interval: Interval) -> list[str]:
    """The lessons that the interval touches; where it touches none, the last before and the first after."""
    lessons = [(line, minutes_interval(day, place.zone, line.starts, line.ends)) for line in bells.lessons]
    touched = [line for line, taught in lessons if overlap(taught, interval)]
    if not touched:
        before: list[Line] = [line for line, taught in lessons if taught[1] <= interval[0]][-1:]
        touched = before + [line for line, taught in lessons if taught[0] >= interval[1]][:1]
    return [line.words() for line in touched]


def _unpublished(question: Question, calendars: Calendars, within: Interval) -> Iterator[Rule]:
    """That a year's holidays are not announced yet: told once, whoever takes part."""
    if not question.place_ids:
        return
    place = calendars.places[min(question.place_ids)]
    unknown = [day for day in days_touched(within, place.zone) if not calendars.holidays.is_published(day)]
    if not unknown:
        return

    def say(interval: Interval) -> Objection:
        day = next(
            day for day in days_touched(interval, place.zone) if not calendars.holidays.is_published(day)
        )
        facts = {"year": str(day.year), "day": OnDay(day)}
        return Objection("holiday.unpublished", "partnership", 0, facts, soft=False)

    yield Rule(_without(unknown, place, within), say, soft=False)


def _without(days: Iterable[date], place: Place, within: Interval) -> list[Interval]:
    """Every local day that ``within`` touches but ``days``."""
    left_out = set(days)
    return merge(
        day_interval(day, place.zone) for day in days_touched(within, place.zone) if day not in left_out
    )


def _first_day(interval: Interval, place: Place, allowed: Pieces) -> date:
    """The first local day whose share of the interval is not allowed."""
    touched = list(days_touched(interval, place.zone))
    for day in touched:
        starts, ends = day_interval(day, place.zone)
        if not contains(allowed, (max(starts, interval[0]), min(ends, interval[1]))):
            return day
    return touched[0]


def _about(place: Place, code: str, facts: dict[str, object], *, soft: bool = True) -> Objection:
    return Objection(code, "organisation", place.id, facts, soft=soft)
