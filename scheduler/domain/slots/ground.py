"""What is looked for, and everything that is read once to look for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from scheduler.domain.buffers import NONE, Margin, Margins, load_margins, widened
from scheduler.domain.calendars.loading import load_calendars
from scheduler.domain.calendars.local_time import DAY, day_interval, instant
from scheduler.domain.calendars.rules import Question, Rule, Wanted, rules_for
from scheduler.domain.calendars.values import Calendars
from scheduler.domain.holds import Held, Span, Spans, held_in_reach
from scheduler.domain.intervals import Interval, Pieces
from scheduler.domain.plain_rows import read_rows
from scheduler.domain.slots.blockers import Mask, every, fitting
from scheduler.domain.slots.busy import Needs
from scheduler.domain.slots.candidates import STEP, allowed_pieces, day_windows, lesson_starts
from scheduler.domain.slots.ranking import Preference, Taste, exam_eves
from scheduler.models.bookings import Timing
from scheduler.models.resources import Lane, ResourceKind

EVERY_DAY = frozenset(range(1, 8))
EARLIEST, LATEST = 8 * 60, 18 * 60
"""Minutes of the local day between which times are proposed unless others are asked for."""
MOST_SLOTS, USUAL_SLOTS = 50, 20
SHARED = frozenset({ResourceKind.ACCOUNT, ResourceKind.KIT})
"""Whose capacity can be changed: where it was lowered to one, the past may still hold the lanes above."""

_UPPER = select(Lane.resource_id).where(
    Lane.resource_id.in_(bindparam("ids", expanding=True)), Lane.number > 0
)


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
    earliest: int = EARLIEST
    latest: int = LATEST
    weekdays: frozenset[int] = EVERY_DAY
    preferences: frozenset[Preference] = frozenset()
    most: int = USUAL_SLOTS
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
        """The question about those who should be there: what refuses them refuses nobody else."""
        return Question(self.question.kind, self.question.timing, self.preferred)


@dataclass
class Ground:
    """Everything that is read once for a search."""

    search: Search
    calendars: Calendars
    margins: dict[int, Margin]
    lanes: Mapping[int, int]
    """As of ``load_lanes``."""
    needs: Needs
    rules: list[Rule]
    anchors: list[int] = field(default_factory=list)

    @cached_property
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
        # Nothing begins at 10:07:33.
        now = -(-int(search.not_before.timestamp()) // STEP) * STEP
        return [(max(start, now), end) for start, end in windows if end > now]

    @cached_property
    def allowed(self) -> Pieces:
        """Where, in these hours, no rule refuses a time."""
        return allowed_pieces(self.rules, self.windows, self.search.window)

    def refused(self, rule: Rule, starts: Sequence[int]) -> Mask:
        """Those of ``starts`` (sorted) to which the rule objects."""
        return every(starts) & ~fitting(starts, rule.pieces, self.search.length)

    def held(self, session: Session, wanted: Sequence[Spans]) -> list[Held]:
        """Who holds what is wanted, from the first start to the last end; one query."""
        left_out = () if self.search.leave_out is None else (self.search.leave_out,)
        return held_in_reach(session, wanted, leave_out=left_out)

    @property
    def preferred_needs(self) -> Needs:
        """What those who should be there would be held for."""
        margins = {one.resource_id: self.margins[one.resource_id] for one in self.search.preferred}
        return _needs(self.search, margins, self.lanes)

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

    def spans(self, resource_ids: Iterable[int], start: int) -> dict[int, Span]:
        """Resource id → how long the booking that starts then holds it."""
        return {row_id: widened(self.span(start), self.margins[row_id]) for row_id in resource_ids}

    def interval(self, start: int) -> Interval:
        """The same in seconds."""
        return start, start + self.search.length


def survey(session: Session, search: Search) -> Ground:
    """Read the calendars, buffers and rules of a search: a fixed number of queries."""
    places = search.question.place_ids | search.preferred_question.place_ids
    return lay_ground(
        search,
        load_calendars(session, places, search.around, partnership_id=search.partnership_id),
        load_margins(session, search.partnership_id, search.question.kind),
        load_lanes(session, (*search.question.wanted, *search.preferred)),
    )


def lay_ground(search: Search, calendars: Calendars, margins: Margins, lanes: Mapping[int, int]) -> Ground:
    """The ground of a search from what was read, ``lanes`` by ``load_lanes``. Pure."""
    required = {one.resource_id: margins.get(one.role, NONE) for one in search.question.wanted}
    preferred = {one.resource_id: margins.get(one.role, NONE) for one in search.preferred}
    ground = Ground(
        search,
        calendars,
        {**required, **preferred},
        lanes,
        _needs(search, required, lanes),
        rules_for(search.question, calendars, search.around),
    )
    if search.question.timing in (Timing.PERIOD, Timing.INSIDE):
        ground.anchors = lesson_starts(search.question, calendars, search.window)
    return ground


def _needs(search: Search, margins: Mapping[int, Margin], lanes: Mapping[int, int]) -> Needs:
    several = {row_id: lanes[row_id] for row_id in margins.keys() & lanes.keys()}
    return Needs(margins, search.length, several, search.leave_out)


def load_lanes(session: Session, wanted: Iterable[Wanted]) -> dict[int, int]:
    """Resource id → how many lanes count, of all that have or had several; a query at most."""
    lanes = {one.resource_id: one.capacity for one in wanted if one.capacity > 1 or one.kind in SHARED}
    single = sorted(row_id for row_id, capacity in lanes.items() if capacity == 1)
    had_several = read_rows(session, _UPPER, {"ids": single}) if single else ()
    return {
        row_id: lanes[row_id] for row_id in lanes.keys() - {*single} | {row_id for (row_id,) in had_several}
    }
