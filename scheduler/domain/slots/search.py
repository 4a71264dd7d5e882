"""The slot finder's verb: ranked free times, what speaks against each, who blocks the near misses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from scheduler.domain.calendars.local_time import DAY, days_between
from scheduler.domain.calendars.rules import Rule, objections, rules_for
from scheduler.domain.holds import Held, Span, held_between, in_the_way
from scheduler.domain.slots.busy import free_starts
from scheduler.domain.slots.candidates import allowed_pieces, candidate_starts
from scheduler.domain.slots.ground import Ground, Search, survey
from scheduler.domain.slots.near_misses import NearMiss, near_misses
from scheduler.domain.slots.ranking import Remark, Taste, choose, points_of
from scheduler.errors import Conflict, Objection

POOL = 4
"""Free times looked at for each that is proposed: what speaks against them decides which are."""


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


def find_slots(session: Session, search: Search) -> Found:
    """Free times, the best first, and near misses. What is proposed can be booked while nothing changes."""
    ground = survey(session, search)
    taste = ground.taste
    pieces = allowed_pieces(ground.rules, ground.windows, search.window)
    starts = candidate_starts(pieces, search.length, ground.anchors)
    free = free_starts(session, ground.needs, starts)
    liked = sorted(free, key=lambda start: (taste.points(start), start))[: POOL * search.most]
    slots = _judged(session, ground, taste, liked)
    chosen = choose(
        slots,
        lambda slot: ground.interval(int(slot.span.starts_at.timestamp())),
        zone=search.zone,
        most=search.most,
        preferences=search.preferences,
    )
    misses = near_misses(session, ground, taste)
    return Found(tuple(chosen), tuple(misses), len(starts), _unpublished(ground))


def _judged(session: Session, ground: Ground, taste: Taste, starts: Sequence[int]) -> list[Slot]:
    """Each free time with what speaks against it, the best first."""
    held = _held(session, ground, starts)
    refusing = _refusing_preferred(ground)
    told = [rule for rule in ground.rules if not rule.soft]
    slots = [_slot(ground, taste, start, held, refusing, told) for start in starts]
    ranked = [(_points(taste, slot), slot.span.starts_at, slot) for slot in slots]
    return [slot for _against, _start, slot in sorted(ranked, key=lambda one: one[:2])]


def _refusing_preferred(ground: Ground) -> list[Rule]:
    search = ground.search
    if not search.preferred:
        return []
    rules = rules_for(search.preferred_question, ground.calendars, search.around)
    return [rule for rule in rules if rule.soft]


def _slot(
    ground: Ground,
    taste: Taste,
    start: int,
    held: Sequence[Held],
    refusing: Sequence[Rule],
    told: Sequence[Rule],
) -> Slot:
    interval, preferred = ground.interval(start), ground.search.preferred
    spans = ground.spans((one.resource_id for one in preferred), start)
    missing = in_the_way(held, spans) if held else []
    refused = objections(refusing, interval)
    notes = objections(told, interval)
    busy = {one.resource_id for one in missing}
    kept_out = {(one.subject_kind, one.subject_id) for one in refused}
    absent = {
        one.resource_id
        for one in preferred
        if one.resource_id in busy
        or (one.kind.value, one.resource_id) in kept_out
        or ("organisation", one.place_id) in kept_out
    }
    remarks = [
        *taste.remarks(start),
        *[Remark.PREFERRED_BUSY] * len(absent),
        *[Remark.TOLD] * bool(notes),
    ]
    return Slot(
        ground.span(start), tuple(remarks), tuple(missing), tuple(refused), tuple(notes), frozenset(absent)
    )


def _points(taste: Taste, slot: Slot) -> int:
    start = int(slot.span.starts_at.timestamp())
    return taste.days_later(start) + points_of(slot.remarks)


def _held(session: Session, ground: Ground, starts: Sequence[int]) -> list[Held]:
    """The holds of the preferred over all these times: one query."""
    ids = [one.resource_id for one in ground.search.preferred]
    if not ids or not starts:
        return []
    whole = Span(ground.span(min(starts)).starts_at - DAY, ground.span(max(starts)).ends_at + DAY)
    return held_between(session, ids, whole, leave_out=ground.search.leave_out)


def _unpublished(ground: Ground) -> tuple[int, ...]:
    search, holidays = ground.search, ground.calendars.holidays
    years = {day.year for day in days_between(search.first_day, search.last_day)}
    return tuple(sorted(years - holidays.years))
