"""What a row of the calendar shelves must be in itself and beside its neighbours: each rule yields problems.

The verbs of the directory hold the row they belong to locked meanwhile, so what is looked up here stays so;
the database refuses overlaps all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from scheduler.errors import Problem
from scheduler.models.openings import Closure, OpeningHours
from scheduler.models.places import Organisation, OrganisationKind
from scheduler.models.resources import Resource
from scheduler.models.school_time import Swap, Term

LONGEST_TERM = 400
"""Days."""
LONGEST_CLOSURE = timedelta(days=3 * 365 + 1)


def check_term(session: Session, term: Term, values: Mapping[str, Any]) -> Iterator[Problem]:
    """Terms end after they begin, last no longer than a school year, and those of a stage do not overlap."""
    first, last = values["first_day"], values["last_day"]
    if last < first:
        yield Problem("last_day", "days.reversed")
        return
    days = (last - first).days + 1
    if days > LONGEST_TERM:
        yield Problem("last_day", "term.too_long", {"days": days, "longest": LONGEST_TERM})
        return
    query = select(Term).where(Term.region_id == values["region_id"], Term.stage == values["stage"])
    other = _overlapping(session, query, term, values)
    if other is not None:
        yield Problem("first_day", "term.overlaps", _days_of(other))


def check_opening(session: Session, opening: OpeningHours, values: Mapping[str, Any]) -> Iterator[Problem]:
    """One rule without days; dated hours that replace it for their days do not overlap each other."""
    if values["closes"] <= values["opens"]:
        yield Problem("closes", "time.ends_before_start")
    first, last = values["first_day"], values["last_day"]
    if (first is None) != (last is None):
        yield Problem("last_day" if last is None else "first_day", "days.both")
        return
    query = select(OpeningHours).where(OpeningHours.organisation_id == values["organisation_id"])
    if first is None:
        rule = session.scalars(_others(query, opening).where(OpeningHours.first_day.is_(None))).first()
        if rule is not None:
            yield Problem("first_day", "opening.rule_taken", {"name": rule.name})
    elif last < first:
        yield Problem("last_day", "days.reversed")
    else:
        other = _overlapping(session, query, opening, values)
        if other is not None:
            yield Problem("first_day", "opening.overlaps", _days_of(other))


def check_swap(session: Session, swap: Swap, values: Mapping[str, Any]) -> Iterator[Problem]:
    """Only schools have bells to follow, and each has one answer for a day."""
    school = session.get_one(Organisation, values["organisation_id"])
    if school.kind is not OrganisationKind.SCHOOL:
        yield Problem("organisation_id", "swap.not_a_school", {"name": school.name})
    query = select(Swap).where(Swap.organisation_id == school.id, Swap.day == values["day"])
    if session.scalars(_others(query, swap)).first() is not None:
        yield Problem("day", "swap.taken", {"day": values["day"]})


def check_closure(session: Session, closure: Closure, values: Mapping[str, Any]) -> Iterator[Problem]:
    """A closure is a fact: nothing but its own sense is asked. Overlapping ones and bookings never object."""
    starts_at, ends_at = values["starts_at"], values["ends_at"]
    if ends_at <= starts_at:
        code = "time.zero_length" if ends_at == starts_at else "time.ends_before_start"
        yield Problem("ends_at", code)
    elif ends_at - starts_at > LONGEST_CLOSURE:
        yield Problem("ends_at", "closure.too_long", {"years": 3})
    if values["resource_id"] is not None:
        yield from _not_of_the_place(session, closure, values)


def _not_of_the_place(session: Session, closure: Closure, values: Mapping[str, Any]) -> Iterator[Problem]:
    """What closes is the organisation's own and in use; a retired one only where it stood before."""
    place = session.get_one(Organisation, values["organisation_id"])
    resource = session.get(Resource, values["resource_id"])
    if resource is None or resource.partnership_id != place.partnership_id:
        yield Problem("resource_id", "reference.unknown")
    elif resource.organisation_id != place.id:
        facts = {"name": resource.name, "place": place.name}
        yield Problem("resource_id", "resource.other_place", facts)
    elif resource.retired_at and closure.resource_id != resource.id:
        yield Problem("resource_id", "reference.retired", {"name": resource.name})


def _others(query: Any, entry: Any) -> Any:
    """Live rows beside this one."""
    model = type(entry)
    query = query.where(model.retired_at.is_(None))
    return query if entry.id is None else query.where(model.id != entry.id)


def _overlapping(session: Session, query: Any, entry: Any, values: Mapping[str, Any]) -> Any:
    """The first other live row whose days, both ends included, meet those of ``values``; None for none."""
    model = type(entry)
    first_day: InstrumentedAttribute[Any] = model.first_day
    met = and_(first_day <= values["last_day"], model.last_day >= values["first_day"])
    return session.scalars(_others(query, entry).where(met).order_by(first_day, model.id)).first()


def _days_of(entry: Term | OpeningHours) -> dict[str, Any]:
    return {"name": entry.name, "first_day": entry.first_day, "last_day": entry.last_day}
