"""What lies around several bookings, read once: for each, the nearest times are then found in memory."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import itemgetter, or_

from sqlalchemy.orm import Session

from scheduler.domain.buffers import Margins, load_all_margins
from scheduler.domain.calendars.loading import load_calendars
from scheduler.domain.calendars.rules import Question
from scheduler.domain.calendars.values import Calendars
from scheduler.domain.holds import Span
from scheduler.domain.intervals import Interval, merge
from scheduler.domain.slots.blockers import clear_of, every, positions
from scheduler.domain.slots.busy import Kept, Needs, busy_masks, read_holds, window_of
from scheduler.domain.slots.ground import Search, lay_ground, load_lanes
from scheduler.domain.slots.nearest import Taken, choose_nearest, search_near, starts_near
from scheduler.models.bookings import BookingKind

Hold = tuple[int, int, int, int]
"""(start, end, lane, booking id)."""


@dataclass(frozen=True)
class Sought:
    """Who and what is wanted again at another time than ``span``; of the same length.

    ``leave_out``: id of a booking whose own holds do not count: it is the one to be moved.
    """

    question: Question
    span: Span
    leave_out: int | None = None

    def near(self, *, partnership_id: int, zone: str, not_before: datetime) -> Search:
        """The search for times near its own."""
        return search_near(
            self.question,
            self.span,
            partnership_id=partnership_id,
            zone=zone,
            not_before=not_before,
            leave_out=self.leave_out,
        )


@dataclass(frozen=True)
class Surroundings:
    """Calendars of all places and holds of all resources, as far as any of the bookings reaches.

    ``lanes``: as of ``load_lanes``; ``holds``: resource id → its holds, by start.
    """

    partnership_id: int
    zone: str
    not_before: datetime
    calendars: Calendars
    margins: Mapping[BookingKind, Margins]
    lanes: Mapping[int, int]
    holds: Mapping[int, Sequence[Hold]]

    def nearest_times(
        self, sought: Sought, *, taken: Taken = (), most: int = 3, after: datetime | None = None
    ) -> list[Span]:
        """What ``nearest.nearest_times`` answers for one that was among those read for, without a query.

        ``after``: not before this instant either.
        """
        not_before = max(self.not_before, after or self.not_before)
        search = sought.near(partnership_id=self.partnership_id, zone=self.zone, not_before=not_before)
        ground = lay_ground(search, self.calendars, self.margins[search.question.kind], self.lanes)
        free = self._free_starts(ground.needs, starts_near(ground, sought.span, taken))
        return choose_nearest(ground, sought.span, free, most=most)

    def _free_starts(self, needs: Needs, starts: Sequence[int]) -> list[int]:
        """Those of ``starts`` (sorted) at which nobody is busy: ``busy.free_starts`` of what was read."""
        if not starts:
            return []
        single = needs.margins.keys() - needs.lanes.keys()
        pieces = merge((first, until) for *_held, first, until in self._kept_out(needs, single, starts))
        left = clear_of(starts, pieces)
        masks = busy_masks(needs, needs.lanes, left, self._kept_out(needs, needs.lanes, starts))
        return [left[at] for at in positions(every(left) & ~reduce(or_, masks.values(), 0))]

    def _kept_out(self, needs: Needs, resource_ids: Collection[int], starts: Sequence[int]) -> Iterator[Kept]:
        for row_id in resource_ids:
            held = self.holds.get(row_id, ())
            first, end = window_of(needs, row_id, starts[0], starts[-1])
            for at in range(bisect_left(held, first, key=_start), bisect_left(held, end, key=_start)):
                starts_at, ends_at, lane, booking_id = held[at]
                if booking_id != needs.leave_out:
                    yield row_id, lane, *needs.kept_out(row_id, (starts_at, ends_at))


def read_surroundings(
    session: Session,
    sought: Collection[Sought],
    *,
    partnership_id: int,
    zone: str,
    not_before: datetime,
) -> Surroundings:
    """Read what is around all of these (one at least): a fixed number of queries."""
    searches = [one.near(partnership_id=partnership_id, zone=zone, not_before=not_before) for one in sought]
    places = {place_id for one in sought for place_id in one.question.place_ids}
    reach = min(one.around[0] for one in searches), max(one.around[1] for one in searches)
    calendars = load_calendars(session, places, reach, partnership_id=partnership_id)
    margins = load_all_margins(session, partnership_id)
    lanes = load_lanes(session, {wanted for one in sought for wanted in one.question.wanted})
    holds: dict[int, list[Hold]] = {}
    for row_id, lane, booking_id, starts_at, ends_at in read_holds(session, _windows(searches, margins)):
        holds.setdefault(row_id, []).append((starts_at, ends_at, lane, booking_id))
    for rows in holds.values():
        rows.sort()
    return Surroundings(partnership_id, zone, not_before, calendars, margins, lanes, holds)


def _windows(
    searches: Iterable[Search], margins: Mapping[BookingKind, Margins]
) -> Iterator[tuple[int, Interval]]:
    """Resource by resource, where holds begin that matter to one of the searches."""
    windows: dict[int, list[Interval]] = {}
    for search in searches:
        first, end = search.window
        of_roles = margins[search.question.kind]
        needs = Needs({one.resource_id: of_roles[one.role] for one in search.question.wanted}, search.length)
        for row_id in needs.margins:
            windows.setdefault(row_id, []).append(window_of(needs, row_id, first, end - search.length))
    for row_id, pieces in windows.items():
        yield from ((row_id, piece) for piece in merge(pieces))


_start = itemgetter(0)
