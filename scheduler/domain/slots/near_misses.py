"""Times that cannot be booked as they are, with so few in the way that asking them could help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from scheduler.domain.calendars.local_time import DAY, day_interval
from scheduler.domain.holds import Span, in_the_way
from scheduler.domain.intervals import Interval, Pieces, intersect
from scheduler.domain.slots.blockers import Mask, counted, holding, positions
from scheduler.domain.slots.busy import who_is_busy
from scheduler.domain.slots.candidates import HOUR, STEP, candidate_starts
from scheduler.domain.slots.ground import Ground
from scheduler.domain.slots.ranking import Taste, choose
from scheduler.errors import Conflict, Objection

NEAR_DAYS = 14
"""Near misses are looked for in so many days."""
MOST_NEAR = 5
MOST_BLOCKERS = 2
"""More than these in the way, and it is no near miss."""


@dataclass(frozen=True)
class NearMiss:
    """A time that cannot be booked as it is, and the one or two in its way."""

    span: Span
    conflicts: tuple[Conflict, ...] = ()
    objections: tuple[Objection, ...] = ()


@dataclass(frozen=True)
class Hurdles:
    """What is in the way of each of ``starts``: the busy by resource id, and the rules that can refuse."""

    starts: Sequence[int]
    busy: Mapping[int, Mask]
    refused: Mapping[int, Mask]
    """By the rule's index in the ground's rules."""


def near_misses(session: Session, ground: Ground, taste: Taste) -> list[NearMiss]:
    """The near misses of the first days: the fewest in the way first, then what is liked best."""
    starts = likely_starts(ground, _first_windows(ground), HOUR)
    if not starts:
        return []
    hurdles = find_hurdles(session, ground, starts)
    more_than = counted([*hurdles.busy.values(), *hurdles.refused.values()], MOST_BLOCKERS)
    ranked = [
        (number, taste.points(starts[at]), starts[at], at)
        for number in range(1, MOST_BLOCKERS + 1)
        for at in positions(more_than[number - 1] & ~more_than[number])
    ]
    chosen = choose(
        sorted(ranked),
        lambda one: ground.interval(one[2]),
        zone=ground.search.zone,
        most=MOST_NEAR,
        preferences=ground.search.preferences,
    )
    return _told(session, ground, hurdles, [at for _number, _points, _start, at in chosen])


def likely_starts(ground: Ground, windows: Pieces, step: int = STEP) -> list[int]:
    """Starts in ``windows``, allowed or not, and with them every one that a search proposes."""
    length, anchors = ground.search.length, ground.anchors
    allowed = intersect(ground.allowed, windows)
    return sorted(
        {
            *candidate_starts(windows, length, anchors, step),
            *candidate_starts(allowed, length, anchors, step),
        }
    )


def find_hurdles(session: Session, ground: Ground, starts: Sequence[int]) -> Hurdles:
    """Who is busy and which rules refuse, for many starts at once; one query."""
    refused = {index: ground.refused(rule, starts) for index, rule in enumerate(ground.rules) if rule.soft}
    return Hurdles(starts, who_is_busy(session, ground.needs, ground.needs.margins, starts), refused)


def _first_windows(ground: Ground) -> list[Interval]:
    search = ground.search
    last = day_interval(search.first_day + (NEAR_DAYS - 1) * DAY, search.zone)[1]
    return [(start, min(end, last)) for start, end in ground.windows if start < last]


def _told(session: Session, ground: Ground, hurdles: Hurdles, chosen: Sequence[int]) -> list[NearMiss]:
    """What is in the way of each, in full."""
    busy = {at: ground.spans(holding(hurdles.busy, at), hurdles.starts[at]) for at in chosen}
    held = ground.held(session, list(busy.values()))
    return [
        NearMiss(
            ground.span(hurdles.starts[at]),
            tuple(in_the_way(held, busy[at])),
            tuple(
                ground.rules[index].say(ground.interval(hurdles.starts[at]))
                for index in holding(hurdles.refused, at)
            ),
        )
        for at in chosen
    ]
