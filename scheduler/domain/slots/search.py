"""The slot finder's verb: ranked free times, what speaks against each, who blocks the near misses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from scheduler.domain.buffers import NONE, Margin, load_margins, widened
from scheduler.domain.calendars.loading import load_calendars
from scheduler.domain.calendars.local_time import DAY, day_interval, instant
from scheduler.domain.calendars.rules import Question, Rule, Wanted, objections, rules_for
from scheduler.domain.calendars.values import Calendars
from scheduler.domain.holds import Held, Span, held_between, in_the_way
from scheduler.domain.intervals import Interval, contains
from scheduler.domain.slots.candidates import (
    HOUR,
    allowed_pieces,
    candidate_starts,
    day_windows,
    lesson_starts,
)
from scheduler.domain.slots.free_starts import free_starts, may_start, read_lanes
from scheduler.domain.slots.probe import first_free
from scheduler.domain.slots.ranking import POINTS, Preference, Remark, Taste, choose, exam_eves
from scheduler.errors import Conflict, Objection
from scheduler.models.bookings import Timing

EVERY_DAY = frozenset(range(1, 8))
POOL = 4
"""Free times looked at for each that is proposed: what speaks against them decides which are."""
NEAR_DAYS = 14
"""Near misses are looked for in so many days."""
MOST_NEAR = 5
MOST_BLOCKERS = 2
"""More than these in the way, and it is no near miss."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for, from ``first_day`` to ``last_day``; days and minutes of the day in ``zone``."""

    question: Question
    partnership_id: int
    minutes: int
    first_day: date
    last_day: date
    zone: str
    not_before: datetime
    preferred: tuple[Wanted, ...] = ()
    earliest: int = 8 * 60
    latest: int = 18 * 60
    weekdays: frozenset[int] = EVERY_DAY
    preferences: frozenset[Preference] = frozenset()
    most: int = 20
    leave_out: int | None = None
    """Id of a booking whose own holds do not count: it is the one to be moved."""

    @property
    def length(self) -> int:
        """In seconds."""
        return self.minutes * 60

    @property
    def window(self) -> Interval:
        """The whole days, in seconds since the epoch."""
        return day_interval(self.first_day, self.zone)[0], day_interval(self.last_day, self.zone)[1]

    @property
    def around(self) -> Interval:
        """The window with a day on either side: buffers reach out of it, and so does the eve of an exam."""
        return day_interval(self.first_day - DAY, self.zone)[0], day_interval(self.last_day + DAY, self.zone)[
            1
        ]

    @property
    def preferred_question(self) -> Question:
        """The question about those who should be there: their lessons do not decide the time."""
        return Question(self.question.kind, Timing.ANY, self.preferred)


@dataclass(frozen=True)
class Slot:
    """A time that can be booked.

    ``missing`` and ``objections``: which of the preferred could not come, and why. ``notes`` are to be told
    and need no reason.
    """

    span: Span
    remarks: tuple[Remark, ...] = ()
    missing: tuple[Conflict, ...] = ()
    objections: tuple[Objection, ...] = ()
    notes: tuple[Objection, ...] = ()


@dataclass(frozen=True)
class NearMiss:
    """A time that cannot be booked as it is, and the one or two in its way."""

    span: Span
    conflicts: tuple[Conflict, ...] = ()
    objections: tuple[Objection, ...] = ()


@dataclass(frozen=True)
class Found:
    """What was found. ``looked_at``: how many times the rules allow."""

    slots: tuple[Slot, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    looked_at: int = 0


@dataclass
class Ground:
    """Everything that is read once for a search."""

    search: Search
    calendars: Calendars
    margins: dict[int, Margin]
    rules: list[Rule]
    anchors: list[int] = field(default_factory=list)

    @property
    def windows(self) -> list[Interval]:
        """The hours of the wanted days that are not over."""
        search = self.search
        windows = day_windows(
            search.first_day,
            search.last_day,
            zone=search.zone,
            earliest=search.earliest,
            latest=search.latest,
            weekdays=search.weekdays,
        )
        now = int(search.not_before.timestamp())
        return [(max(start, now), end) for start, end in windows if end > now]

    @property
    def taste(self) -> Taste:
        """By what free times are judged."""
        return Taste(
            preferences=self.search.preferences,
            zone=self.search.zone,
            first_day=self.search.first_day,
            anchors=frozenset(self.anchors),
            exam_eves=exam_eves(self.search.question, self.calendars),
        )

    def span(self, start: int) -> Span:
        """The booking that starts then."""
        return Span(instant(start), instant(start + self.search.length))

    def interval(self, start: int) -> Interval:
        """The same in seconds."""
        return start, start + self.search.length


def survey(session: Session, search: Search) -> Ground:
    """Read the calendars, buffers and rules of a search: a fixed number of queries."""
    places = search.question.place_ids | search.preferred_question.place_ids
    calendars = load_calendars(session, places, search.around, partnership_id=search.partnership_id)
    margins = load_margins(session, search.partnership_id, search.question.kind)
    everybody = (*search.question.wanted, *search.preferred)
    ground = Ground(
        search,
        calendars,
        {one.resource_id: margins.get(one.role, NONE) for one in everybody},
        rules_for(search.question, calendars, search.around),
    )
    if search.question.timing in (Timing.PERIOD, Timing.INSIDE):
        ground.anchors = lesson_starts(search.question, calendars, search.window)
    return ground


def find_slots(session: Session, search: Search) -> Found:
    """Free times, the best first, and near misses. What is proposed can be booked while nothing changes."""
    ground = survey(session, search)
    taste = ground.taste
    pieces = allowed_pieces(ground.rules, ground.windows, search.window)
    starts = candidate_starts(pieces, search.length, ground.anchors)
    starts.sort(key=lambda start: (taste.points(start), start))
    free = first_free(
        session,
        _margins(ground, search.question),
        starts,
        length=search.length,
        most=POOL * search.most,
        leave_out=search.leave_out,
    )
    slots = _judged(session, ground, taste, [starts[index] for index in free])
    chosen = choose(
        slots,
        lambda slot: _seconds(slot.span),
        zone=search.zone,
        most=search.most,
        preferences=search.preferences,
    )
    return Found(tuple(chosen), tuple(near_misses(session, ground, taste)), len(starts))


def near_misses(session: Session, ground: Ground, taste: Taste) -> list[NearMiss]:
    """Times of the first days with so few in the way that asking them could help; the fewest first."""
    search = ground.search
    last = day_interval(search.first_day + (NEAR_DAYS - 1) * DAY, search.zone)[1]
    windows = [(start, min(end, last)) for start, end in ground.windows if start < last]
    if not windows:
        return []
    blocked = _blocked(session, ground, windows)
    blocked.sort(key=lambda one: (len(one[1]) + one[2], taste.points(one[0]), one[0]))
    chosen = choose(
        blocked,
        lambda one: ground.interval(one[0]),
        zone=search.zone,
        most=MOST_NEAR,
        preferences=search.preferences,
    )
    held = _held(session, ground, [(start, ids) for start, ids, _rules in chosen])
    return [
        NearMiss(
            ground.span(start),
            tuple(in_the_way(held, _spans(ground, ids, start))),
            tuple(one for one in objections(ground.rules, ground.interval(start)) if one.soft),
        )
        for start, ids, _rules in chosen
    ]


Blocked = tuple[int, list[int], int]
"""(start, ids of the busy resources, how many rules object)."""


def _blocked(session: Session, ground: Ground, windows: Sequence[Interval]) -> list[Blocked]:
    search = ground.search
    ids = search.question.resource_ids
    lanes = read_lanes(session, ids, search.around, leave_out=search.leave_out)
    can_start = {
        resource_id: free_starts(
            lanes[resource_id], ground.margins[resource_id], search.length, search.around
        )
        for resource_id in ids
    }
    soft = [rule for rule in ground.rules if rule.soft]
    found: list[Blocked] = []
    for start in candidate_starts(windows, search.length, ground.anchors, HOUR):
        interval = ground.interval(start)
        rules = sum(not contains(rule.pieces, interval) for rule in soft)
        if rules > MOST_BLOCKERS:
            continue
        busy = [resource_id for resource_id in ids if not may_start(can_start[resource_id], start)]
        if 0 < len(busy) + rules <= MOST_BLOCKERS:
            found.append((start, busy, rules))
    return found


def _judged(session: Session, ground: Ground, taste: Taste, starts: Sequence[int]) -> list[Slot]:
    """Each free time with what speaks against it, the best first."""
    search = ground.search
    wanted = [one.resource_id for one in search.preferred]
    held = _held(session, ground, [(start, wanted) for start in starts])
    of_preferred = rules_for(search.preferred_question, ground.calendars, search.around) if wanted else []
    judged = []
    for start in starts:
        interval = ground.interval(start)
        missing = in_the_way(held, _spans(ground, wanted, start))
        refused = [one for one in objections(of_preferred, interval) if one.soft]
        notes = objections((rule for rule in ground.rules if not rule.soft), interval)
        absent = {one.resource_id for one in missing} | {one.subject_id for one in refused}
        remarks = [
            *taste.remarks(start),
            *[Remark.PREFERRED_BUSY] * len(absent),
            *[Remark.TOLD] * bool(notes),
        ]
        slot = Slot(ground.span(start), tuple(remarks), tuple(missing), tuple(refused), tuple(notes))
        later = POINTS[Remark.PREFERRED_BUSY] * len(absent) + POINTS[Remark.TOLD] * bool(notes)
        judged.append((taste.points(start) + later, start, slot))
    return [slot for _points, _start, slot in sorted(judged, key=lambda one: one[:2])]


def _held(session: Session, ground: Ground, asked: Sequence[tuple[int, Sequence[int]]]) -> list[Held]:
    """The holds of the resources that are asked about, over all the times that are: one query."""
    ids = {resource_id for _start, wanted in asked for resource_id in wanted}
    if not ids:
        return []
    starts = [start for start, _wanted in asked]
    whole = Span(ground.span(min(starts)).starts_at - DAY, ground.span(max(starts)).ends_at + DAY)
    return held_between(session, ids, whole, leave_out=ground.search.leave_out)


def _spans(ground: Ground, ids: Sequence[int], start: int) -> dict[int, Span]:
    return {resource_id: widened(ground.span(start), ground.margins[resource_id]) for resource_id in ids}


def _margins(ground: Ground, question: Question) -> dict[int, Margin]:
    return {resource_id: ground.margins[resource_id] for resource_id in question.resource_ids}


def _seconds(span: Span) -> Interval:
    return int(span.starts_at.timestamp()), int(span.ends_at.timestamp())
