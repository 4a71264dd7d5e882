"""The slot finder's verb: ranked free times, what speaks against each, who blocks the near misses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from scheduler.domain.calendars.local_time import days_between
from scheduler.domain.calendars.rules import Rule, objections, rules_for
from scheduler.domain.holds import Span, in_the_way
from scheduler.domain.slots.blockers import Mask, holding, positions, tally
from scheduler.domain.slots.busy import free_starts, who_is_busy
from scheduler.domain.slots.candidates import candidate_starts
from scheduler.domain.slots.ground import Ground, Search, survey
from scheduler.domain.slots.near_misses import NearMiss, near_misses
from scheduler.domain.slots.ranking import POINTS, Remark, Taste, choose
from scheduler.errors import Conflict, Objection


@dataclass(frozen=True)
class Slot:
    """A time that can be booked.

    ``missing`` and ``objections``: which of the preferred could not come, and why; ``absent_ids``: all of
    them. ``notes`` are to be told and need no reason.
    """

    span: Span
    remarks: tuple[Remark, ...] = ()
    missing: tuple[Conflict, ...] = ()
    objections: tuple[Objection, ...] = ()
    notes: tuple[Objection, ...] = ()
    absent_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Found:
    """What was found. ``looked_at``: how many times the rules allow; ``unpublished``: years of the window
    whose holidays are not announced.
    """

    slots: tuple[Slot, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    looked_at: int = 0
    unpublished: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Doubts:
    """What is not as it should be at each of ``starts``, without refusing it. ``absent``: the starts at which
    each of the preferred could not come, by resource id; ``refusing``: the rules that keep them away;
    ``telling``: those that only tell something, and ``told``: the starts at which one of these does.
    """

    starts: Sequence[int]
    absent: Mapping[int, Mask]
    refusing: Sequence[Rule]
    telling: Sequence[Rule]
    told: Mask


def find_slots(session: Session, search: Search) -> Found:
    """Free times, the best first, and near misses. What is proposed can be booked while nothing changes."""
    ground = survey(session, search)
    taste = ground.taste
    starts = candidate_starts(ground.allowed, search.length, ground.anchors)
    free = free_starts(session, ground.needs, starts)
    doubts = _doubts(session, ground, free)
    chosen = choose(
        _ranked(taste, doubts),
        lambda at: ground.interval(free[at]),
        zone=search.zone,
        most=search.most,
        preferences=search.preferences,
    )
    slots = _told(session, ground, taste, doubts, chosen)
    misses = near_misses(session, ground, taste)
    return Found(tuple(slots), tuple(misses), len(starts), _unpublished(ground))


def _doubts(session: Session, ground: Ground, starts: Sequence[int]) -> _Doubts:
    """Looked at for all starts at once: the best of them may be any."""
    refusing = _refusing_preferred(ground)
    telling = [rule for rule in ground.rules if not rule.soft]
    told = 0
    for rule in telling:
        told |= ground.refused(rule, starts)
    return _Doubts(starts, _absent(session, ground, refusing, starts), refusing, telling, told)


def _refusing_preferred(ground: Ground) -> list[Rule]:
    search = ground.search
    if not search.preferred:
        return []
    rules = rules_for(search.preferred_question, ground.calendars, search.around)
    return [rule for rule in rules if rule.soft]


def _absent(
    session: Session, ground: Ground, refusing: Sequence[Rule], starts: Sequence[int]
) -> dict[int, Mask]:
    """Resource id of each of the preferred → the starts at which they are busy or kept away; one query."""
    preferred = ground.search.preferred
    if not preferred or not starts:
        return {}
    kept_away: dict[tuple[str, int], Mask] = {}
    for rule in refusing:
        if mask := ground.refused(rule, starts):
            # Whenever a rule objects, it does so in the name of the same one.
            said = rule.say(ground.interval(starts[next(positions(mask))]))
            subject = said.subject_kind, said.subject_id
            kept_away[subject] = kept_away.get(subject, 0) | mask
    busy = who_is_busy(session, ground.preferred_needs, [one.resource_id for one in preferred], starts)
    return {
        one.resource_id: busy[one.resource_id]
        | kept_away.get((one.kind.value, one.resource_id), 0)
        | kept_away.get(("organisation", one.place_id), 0)
        for one in preferred
    }


def _ranked(taste: Taste, doubts: _Doubts) -> list[int]:
    """The positions of the starts, the fewest points against them first, and of equal ones the earlier."""
    points = [taste.points(start) for start in doubts.starts]
    for at, number in enumerate(tally(doubts.absent.values(), len(points))):
        points[at] += number * POINTS[Remark.PREFERRED_BUSY]
    for at in positions(doubts.told):
        points[at] += POINTS[Remark.TOLD]
    return sorted(range(len(points)), key=points.__getitem__)


def _told(
    session: Session, ground: Ground, taste: Taste, doubts: _Doubts, chosen: Sequence[int]
) -> list[Slot]:
    """Each chosen time with what speaks against it, in full."""
    absent = {at: frozenset(holding(doubts.absent, at)) for at in chosen}
    spans = {at: ground.spans(absent[at], doubts.starts[at]) for at in chosen}
    held = ground.held(session, list(spans.values()))
    return [_slot(ground, taste, doubts, at, absent[at], in_the_way(held, spans[at])) for at in chosen]


def _slot(
    ground: Ground,
    taste: Taste,
    doubts: _Doubts,
    at: int,
    absent: frozenset[int],
    missing: Sequence[Conflict],
) -> Slot:
    start = doubts.starts[at]
    interval = ground.interval(start)
    notes = objections(doubts.telling, interval)
    remarks = [
        *taste.remarks(start),
        *[Remark.PREFERRED_BUSY] * len(absent),
        *[Remark.TOLD] * bool(notes),
    ]
    return Slot(
        ground.span(start),
        tuple(remarks),
        tuple(missing),
        tuple(objections(doubts.refusing, interval)),
        tuple(notes),
        absent,
    )


def _unpublished(ground: Ground) -> tuple[int, ...]:
    search, holidays = ground.search, ground.calendars.holidays
    years = {day.year for day in days_between(search.first_day, search.last_day)}
    return tuple(sorted(years - holidays.years))
