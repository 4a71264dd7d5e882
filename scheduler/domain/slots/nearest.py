"""When a time does not work: the nearest times that do, and who else could come at that very time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from scheduler.domain.availability import interval_of, make_question
from scheduler.domain.buffers import NONE, load_margins, widened
from scheduler.domain.calendars.loading import load_calendars
from scheduler.domain.calendars.local_time import day_interval, local_date
from scheduler.domain.calendars.rules import Question, objections, rules_for
from scheduler.domain.holds import Span, held_between, in_the_way
from scheduler.domain.intervals import Pieces, contains, merge
from scheduler.domain.slots.busy import Needs, free_starts
from scheduler.domain.slots.candidates import candidate_starts
from scheduler.domain.slots.ground import EARLIEST, LATEST, Ground, Search, survey
from scheduler.domain.slots.ranking import choose
from scheduler.errors import Objection
from scheduler.models.resources import Resource

REACH = timedelta(days=21)
"""So far before and after the wanted time others are looked for."""
WORKDAYS = frozenset(range(1, 6))
"""Weekends are proposed only in place of one."""
SAME_TIME = 20
"""A day away costs as many minutes as this: the same hour tomorrow is nearer than this evening."""
MOST_SUBSTITUTES = 5
Taken = Sequence[Mapping[int, Span]]
"""Resource id → how long it is held, buffers included: given away by somebody who has not written it yet."""


def nearest_times(
    session: Session,
    question: Question,
    span: Span,
    *,
    partnership_id: int,
    zone: str,
    not_before: datetime,
    leave_out: int | None = None,
    taken: Taken = (),
    most: int = 3,
) -> list[Span]:
    """Times of the same length, near ``span``, that can be booked; the nearest first."""
    search = search_near(
        question,
        span,
        partnership_id=partnership_id,
        zone=zone,
        not_before=not_before,
        leave_out=leave_out,
    )
    ground = survey(session, search)
    free = free_starts(session, ground.needs, starts_near(ground, span, taken))
    return choose_nearest(ground, span, free, most=most)


def starts_near(ground: Ground, span: Span, taken: Taken) -> list[int]:
    """Starts other than that of ``span`` that the rules allow and nobody was given; sorted. Pure."""
    wanted = interval_of(span)
    starts = candidate_starts(ground.allowed, wanted[1] - wanted[0], ground.anchors)
    given = _given_away(taken, ground.needs)
    return [start for start in starts if start != wanted[0] and not contains(given, (start, start + 1))]


def choose_nearest(ground: Ground, span: Span, free: Iterable[int], *, most: int) -> list[Span]:
    """Of the free starts those nearest to ``span``, as many as are proposed. Pure."""
    wanted = interval_of(span)[0]
    liked = sorted(free, key=lambda start: (_distance(start, wanted), start))
    chosen = choose(liked, ground.interval, zone=ground.search.zone, most=most, preferences=())
    return [ground.span(start) for start in chosen]


def substitutes(
    session: Session,
    question: Question,
    span: Span,
    busy_ids: Collection[int],
    *,
    partnership_id: int,
    leave_out: int | None = None,
) -> dict[int, list[Resource]]:
    """For each of the busy: others of the same kind and organisation who are free then."""
    busy = {one.resource_id: one for one in question.wanted if one.resource_id in busy_ids}
    if not busy:
        return {}
    others = _of_the_same_kind(session, question, busy_ids)
    margins = load_margins(session, partnership_id, question.kind)
    calendars = load_calendars(
        session,
        {resource.organisation_id for resource in others},
        interval_of(span),
        partnership_id=partnership_id,
    )
    # An own role, an own margin: a stand-in is asked for as long as who is stood in for.
    spans = {resource_id: widened(span, margins.get(one.role, NONE)) for resource_id, one in busy.items()}
    whole = Span(min(one.starts_at for one in spans.values()), max(one.ends_at for one in spans.values()))
    held = held_between(session, [row.id for row in others], whole, leave_out=leave_out)
    found: dict[int, list[Resource]] = {}
    for resource_id, one in busy.items():
        same = [row for row in others if (row.organisation_id, row.kind) == (one.place_id, one.kind)]
        wanted = dict.fromkeys((row.id for row in same), spans[resource_id])
        taken = {conflict.resource_id for conflict in in_the_way(held, wanted)}
        asked = make_question(
            ((row, one.role) for row in same if row.id not in taken),
            kind=question.kind,
            timing=question.timing,
        )
        rules = rules_for(replace(asked, site_ids=()), calendars, interval_of(span))
        refused = {said.subject_id for said in objections(rules, interval_of(span)) if _is_own(said, same)}
        free = [row for row in same if row.id not in taken | refused]
        found[resource_id] = free[:MOST_SUBSTITUTES]
    return found


def search_near(
    question: Question,
    span: Span,
    *,
    partnership_id: int,
    zone: str,
    not_before: datetime,
    leave_out: int | None,
) -> Search:
    """The search for times near ``span``, of its length."""
    starts, ends = interval_of(span)
    day = local_date(starts, zone)
    midnight = day_interval(day, zone)[0]
    minutes = (starts - midnight) // 60, -(-(ends - midnight) // 60)
    return Search(
        question=question,
        partnership_id=partnership_id,
        minutes=(ends - starts) // 60,
        first_day=day - REACH,
        last_day=day + REACH,
        zone=zone,
        not_before=not_before,
        earliest=min(EARLIEST, minutes[0]),
        latest=max(LATEST, min(24 * 60, minutes[1])),
        weekdays=WORKDAYS | {day.isoweekday()},
        leave_out=leave_out,
    )


def _distance(start: int, wanted: int) -> float:
    days, rest = divmod(abs(start - wanted) + 12 * 3600, 24 * 3600)
    return days * SAME_TIME * 60 + abs(rest - 12 * 3600)


def _given_away(taken: Taken, needs: Needs) -> Pieces:
    """The starts, in seconds, at which what is needed would be held while another holds it."""
    return merge(
        needs.kept_out(resource_id, interval_of(held[resource_id]))
        for held in taken
        for resource_id in held.keys() & needs.margins.keys()
    )


def _is_own(said: Objection, same: Sequence[Resource]) -> bool:
    """Whether it is about the stand-in: what is said of the place holds for whoever comes from it."""
    return said.subject_kind in {row.kind.value for row in same}


def _of_the_same_kind(session: Session, question: Question, busy_ids: Collection[int]) -> list[Resource]:
    """Live resources of the busy ones' organisations and kinds that are not asked for themselves."""
    busy = [one for one in question.wanted if one.resource_id in busy_ids]
    pairs = {(one.place_id, one.kind) for one in busy}
    rows = session.scalars(
        select(Resource)
        .where(
            or_(*((Resource.organisation_id == place) & (Resource.kind == kind) for place, kind in pairs)),
            Resource.retired_at.is_(None),
            Resource.id.not_in(question.resource_ids),
        )
        .order_by(Resource.name, Resource.id)
    )
    return list(rows)
