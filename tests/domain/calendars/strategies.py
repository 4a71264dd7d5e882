"""Random calendars around the days on which clocks change and years end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hypothesis import strategies as st

from scheduler.domain.calendars.bells import Line, Schedule
from scheduler.domain.calendars.holidays import Holidays
from scheduler.domain.calendars.local_time import midnight
from scheduler.domain.calendars.openings import Hours
from scheduler.domain.calendars.rules import Question, Wanted
from scheduler.domain.calendars.terms import TermDays
from scheduler.domain.calendars.values import Calendars, ClosedTime, Place
from scheduler.domain.intervals import Interval
from scheduler.models.bookings import BookingKind, ParticipantRole, Timing
from scheduler.models.holidays import DayKind
from scheduler.models.openings import ClosureKind, HolidayPolicy
from scheduler.models.places import OrganisationKind, Stage
from scheduler.models.resources import ResourceKind
from scheduler.models.school_time import PeriodKind
from tests.domain.calendars.asking import together
from tests.domain.calendars.slow_clock import CHANGES, ZONES, days_around

TURN_OF_THE_YEAR = date(2025, 12, 31)
STAGES = (Stage.PRIMARY, Stage.LOWER_SECONDARY)
weekdays = st.one_of(
    st.just(frozenset(range(1, 8))),
    st.just(frozenset(range(1, 6))),
    st.frozensets(st.integers(1, 7), min_size=1),
)


@st.composite
def holidays(draw: st.DrawFn, days: list[date]) -> Holidays:
    """Some years published, some of their days announced."""
    years = draw(st.frozensets(st.sampled_from([2025, 2026]), min_size=1))
    kinds = draw(
        st.lists(st.sampled_from([None, None, None, None, *DayKind]), min_size=len(days), max_size=len(days))
    )
    return Holidays(
        years,
        {
            day: (kind, f"{day.day}日的节")
            for day, kind in zip(days, kinds, strict=True)
            if kind and day.year in years
        },
    )


@st.composite
def lines(draw: st.DrawFn) -> tuple[Line, ...]:
    """Periods by start, none over another; some touch, some before dawn, some up to midnight."""
    at = draw(st.sampled_from([480, 0, 30, 90, 600, 1300]))
    found = []
    kinds = st.sampled_from([PeriodKind.LESSON, PeriodKind.LESSON, PeriodKind.BREAK])
    for gap, length in draw(
        st.lists(
            st.tuples(st.sampled_from([0, 0, 10, 20, 21, 40]), st.sampled_from([10, 40, 45])),
            min_size=1,
            max_size=5,
        )
    ):
        starts, ends = at + gap, min(1440, at + gap + length)
        if starts < ends:
            found.append(Line(draw(kinds), f"第{len(found) + 1}节", starts, ends))
            at = ends
    return tuple(found)


@st.composite
def schedules(draw: st.DrawFn, days: list[date]) -> tuple[Schedule, ...]:
    """None of which shares a weekday of a day with another."""
    found: list[Schedule] = []
    for number in range(draw(st.sampled_from([1, 2, 3, 0]))):
        first = draw(st.sampled_from([days[0], *days]))
        last = draw(st.sampled_from([None, *(day for day in days if day >= first)]))
        new = Schedule(f"作息{number}", first, last, draw(weekdays), draw(lines()))
        if not any(_meet(new, other) for other in found):
            found.append(new)
    return tuple(found)


def _meet(one: Schedule, other: Schedule) -> bool:
    apart = (one.last_day or date.max) < other.first_day or (other.last_day or date.max) < one.first_day
    return not apart and bool(one.weekdays & other.weekdays)


def swaps(days: list[date]) -> st.SearchStrategy[dict[date, int | None]]:
    """For few days, whose weekday they follow."""
    follows = st.one_of(st.none(), st.integers(1, 7))
    return st.dictionaries(st.sampled_from(days), follows, max_size=2)


@st.composite
def hours(draw: st.DrawFn, days: list[date]) -> tuple[Hours, ...]:
    """At most one rule, and dated hours that do not overlap."""
    found = []
    for first, last in draw(st.sampled_from([[], [(0, 1)], [(1, 1)], [(0, 0), (2, 4)], [(3, 3), (1, 2)]])):
        found.append(_hours(draw, days[first], days[last]))
    if draw(st.booleans()):
        found.insert(draw(st.integers(0, len(found))), _hours(draw, None, None))
    return tuple(found)


def _hours(draw: st.DrawFn, first: date | None, last: date | None) -> Hours:
    opens, closes = draw(st.sampled_from([(540, 990), (0, 1440), (90, 600), (600, 1440), (0, 150)]))
    closed = draw(st.frozensets(st.integers(1, 7), max_size=3))
    return Hours(first, last, closed, opens, closes, draw(st.sampled_from(HolidayPolicy)))


@st.composite
def terms(draw: st.DrawFn, days: list[date]) -> tuple[TermDays, ...]:
    """By day, apart; maybe none."""
    ends = draw(
        st.sampled_from([[], [(0, 4)], [(0, 0), (2, 4)], [(1, 2)], [(0, 1), (2, 2)], [(0, 0), (4, 4)]])
    )
    return tuple(TermDays(f"学期{n}", days[first], days[last]) for n, (first, last) in enumerate(ends))


@st.composite
def closures(draw: st.DrawFn, days: list[date], resource_ids: list[int]) -> tuple[ClosedTime, ...]:
    """Closures of the place and of its resources, to the minute."""
    found = []
    for number in range(draw(st.integers(0, 2))):
        start = midnight(draw(st.sampled_from(days)), "UTC") + 60 * draw(st.integers(0, 143)) * 10
        length = draw(st.sampled_from([1, 60, 600, 3000]))
        whose = draw(st.sampled_from([None, *resource_ids]))
        found.append(ClosedTime(whose, ClosureKind.EXAM, f"停用{number}", (start, start + 60 * length)))
    return tuple(found)


@dataclass(frozen=True)
class Case:
    """A question about a time, and what is known; the time lies within ``window``."""

    question: Question
    calendars: Calendars
    interval: Interval
    window: Interval


THINGS = (ResourceKind.CLASS, ResourceKind.ROOM, ResourceKind.PERSON, ResourceKind.ACCOUNT, ResourceKind.KIT)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """One to three places with something of each kind; any of it wanted, any of them a site."""
    days = days_around(draw(st.sampled_from([*CHANGES, TURN_OF_THE_YEAR])))
    place_ids = list(range(1, draw(st.integers(1, 3)) + 1))
    wanted = draw(st.lists(st.sampled_from(_things(place_ids)), min_size=1, max_size=5, unique=True))
    question = Question(
        kind=draw(st.sampled_from([BookingKind.LESSON, BookingKind.LESSON, BookingKind.TRAVEL])),
        timing=draw(st.sampled_from(Timing)),
        wanted=tuple(wanted),
        site_ids=tuple(draw(st.lists(st.sampled_from(place_ids), max_size=2, unique=True))),
    )
    calendars = together(draw(holidays(days)), *(draw(places(place_id, days)) for place_id in place_ids))
    start = draw(_starts(calendars.places[draw(st.sampled_from(place_ids))], days[1:4]))
    length = draw(st.sampled_from([10, 40, 45, 90, 1, 600, 1440, 2000]))
    # Far enough for the longest that begins late on the last day in the zone furthest behind.
    window = midnight(days[0], "UTC"), midnight(days[4], "UTC") + 3 * 86400
    return Case(question, calendars, (start, start + 60 * length), window)


@st.composite
def _starts(draw: st.DrawFn, place: Place, days: list[date]) -> int:
    """Mostly near a minute at which something begins or ends."""
    borders = {
        0,
        540,
        990,
        *(at for one in place.schedules for line in one.lines for at in (line.starts, line.ends)),
    }
    minute = draw(st.one_of(st.sampled_from(sorted(borders)), st.integers(0, 143).map(lambda ten: ten * 10)))
    return midnight(draw(st.sampled_from(days)), place.zone) + 60 * (
        minute + draw(st.sampled_from([0, 0, 1, -1, -10]))
    )


def _things(place_ids: list[int]) -> list[Wanted]:
    """Two classes, of different stages, and one of every other kind for each place."""
    found = []
    for place_id in place_ids:
        for number, kind in enumerate([ResourceKind.CLASS, *THINGS]):
            stage = STAGES[number] if kind is ResourceKind.CLASS else None
            role = ParticipantRole(kind.value) if kind is not ResourceKind.PERSON else ParticipantRole.LEAD
            found.append(Wanted(place_id * 10 + number, kind, f"{place_id}-{number}", place_id, role, stage))
    return found


@st.composite
def places(draw: st.DrawFn, place_id: int, days: list[date]) -> Place:
    """A place with any calendars."""
    return Place(
        id=place_id,
        name=f"单位{place_id}",
        kind=draw(st.sampled_from([OrganisationKind.SCHOOL, *OrganisationKind])),
        zone=draw(st.sampled_from(ZONES)),
        schedules=draw(schedules(days)),
        swaps=draw(swaps(days)),
        hours=draw(st.one_of(st.just(()), hours(days))),
        closed=draw(closures(days, [place_id * 10 + n for n in range(6)])),
        terms={stage: drawn for stage in STAGES if (drawn := draw(terms(days)))},
    )
