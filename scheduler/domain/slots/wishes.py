"""What is asked of the slot finder: raw input of a page's address or of the API, read into a search."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain.availability import make_question, whole_resources
from scheduler.domain.calendars.rules import Question, Wanted
from scheduler.domain.casts import KIND_OF_ROLE
from scheduler.domain.fields import (
    Choice,
    Choices,
    Day,
    Field,
    Reference,
    References,
    Several,
    Whole,
    clean_fields,
)
from scheduler.domain.plans import MOST_SITES, default_timing
from scheduler.domain.slots.ground import EARLIEST, EVERY_DAY, LATEST, MOST_SLOTS, USUAL_SLOTS, Search
from scheduler.domain.slots.ranking import Preference
from scheduler.domain.time_fields import TimeOfDay
from scheduler.domain.times import local_day
from scheduler.errors import Invalid, Problem
from scheduler.models.bookings import BookingKind, ParticipantRole, Timing
from scheduler.models.places import Organisation, OrganisationKind
from scheduler.models.resources import Resource, ResourceKind
from scheduler.models.weekdays import Weekday

MOST_RESOURCES = 200
LONGEST_WINDOW = 120
USUAL_WINDOW = 28
"""Days."""
USUAL_MINUTES = 40
LEAST_MINUTES, MOST_MINUTES = 5, 600

Asked = tuple[int, ParticipantRole | None]
"""(resource id, role; None: whatever such a resource usually does)."""


@dataclass(frozen=True, kw_only=True)
class Parts(Several):
    """Resources, each as its id ("17") or, for another role than the usual one, as "17:technician"."""

    most: int | None = MOST_RESOURCES
    too_many: ClassVar[str] = "slots.too_many"

    def read_one(self, raw: Any) -> Asked:
        """The id and the role."""
        given, colon, role = raw.partition(":") if isinstance(raw, str) else (raw, "", "")
        resource_id = Reference(name=self.name, label=self.label, table="resource").read(given)
        if not colon:
            return resource_id, None
        known: StrEnum = Choice(name=self.name, label=self.label, options=ParticipantRole).read(role)
        return resource_id, ParticipantRole(known)


CAST_FIELDS: tuple[Field, ...] = (
    Choice(name="kind", label="类型", options=BookingKind, default=BookingKind.LESSON),
    Choice(name="timing", label="与上课时间的关系", options=Timing),
    Parts(name="required", label="必须到场的"),
    Parts(name="preferred", label="最好到场的"),
    References(name="organisation_id", label="单位", table="organisation", most=MOST_SITES),
)
SEARCH_FIELDS: tuple[Field, ...] = (
    *CAST_FIELDS,
    Whole(name="minutes", label="时长（分钟）", least=LEAST_MINUTES, most=MOST_MINUTES),
    Day(name="from", label="从哪天"),
    Day(name="to", label="到哪天"),
    TimeOfDay(name="earliest", label="最早几点"),
    TimeOfDay(name="latest", label="最晚几点", ends=True),
    Choices(name="weekdays", label="星期几", options=Weekday),
    Choices(name="preferences", label="偏好", options=Preference),
    Whole(name="most", label="最多几个", least=1, most=MOST_SLOTS),
)
LISTS = frozenset(field.name for field in SEARCH_FIELDS if isinstance(field, Several))
"""What may be given several times, or separated by commas."""


@dataclass(frozen=True)
class Company:
    """Who is to come together; ``organisation_ids`` take part whatever they bring, the first one hosts."""

    kind: BookingKind
    timing: Timing
    required: tuple[Wanted, ...] = ()
    preferred: tuple[Wanted, ...] = ()
    organisation_ids: tuple[int, ...] = ()


def read_search(
    session: Session, raw: Mapping[str, Any], *, partnership_id: int, zone: str, now: datetime
) -> Search:
    """The search that ``raw`` asks for; days and hours are those of ``zone``.

    Raises Invalid: unknown, foreign or retired rows, nobody at all, too many, a window that is over, turned
    round or too long, hours into which the minutes do not fit.
    """
    values = clean_fields(SEARCH_FIELDS, raw)
    today = local_day(now, zone)
    first_day = values["from"] or today
    last_day = values["to"] or max(first_day, today) + timedelta(days=USUAL_WINDOW)
    earliest = EARLIEST if values["earliest"] is None else values["earliest"]
    latest, minutes = values["latest"] or LATEST, values["minutes"] or USUAL_MINUTES
    problems = [*_window_problems(first_day, last_day, today), *_hour_problems(earliest, latest, minutes)]
    company = _company(session, values, partnership_id, problems)
    if not values["required"] and not values["organisation_id"]:
        problems.append(Problem("required", "slots.nobody"))
    if problems:
        raise Invalid(problems)
    return Search(
        question=Question(company.kind, company.timing, company.required, company.organisation_ids),
        partnership_id=partnership_id,
        minutes=minutes,
        first_day=max(first_day, today),
        last_day=last_day,
        zone=zone,
        not_before=now,
        preferred=company.preferred,
        earliest=earliest,
        latest=latest,
        weekdays=frozenset(int(day) for day in values["weekdays"]) or EVERY_DAY,
        preferences=frozenset(values["preferences"]),
        most=values["most"] or USUAL_SLOTS,
    )


def read_company(session: Session, raw: Mapping[str, Any], *, partnership_id: int) -> Company:
    """Only who is to come together, for a form that is filled. Raises Invalid."""
    problems: list[Problem] = []
    company = _company(session, clean_fields(CAST_FIELDS, raw), partnership_id, problems)
    if problems:
        raise Invalid(problems)
    return company


def usual_role(resource: Resource, place: Organisation, kind: BookingKind) -> ParticipantRole:
    """What somebody or something does in a booking of this kind when nothing else is said."""
    for role, of_kind in KIND_OF_ROLE.items():
        if resource.kind is of_kind:
            return role
    if kind is BookingKind.RESEARCH:
        return ParticipantRole.RESEARCHER
    if kind is not BookingKind.LESSON:
        return ParticipantRole.ATTENDEE
    at_lessons = {
        OrganisationKind.MUSEUM: ParticipantRole.EDUCATOR,
        OrganisationKind.SCHOOL: ParticipantRole.ASSISTANT,
    }
    return at_lessons.get(place.kind, ParticipantRole.LEAD)


def _company(
    session: Session, values: Mapping[str, Any], partnership_id: int, problems: list[Problem]
) -> Company:
    asked = {name: dict(values[name]) for name in ("required", "preferred")}
    ids = set(asked["required"]) | set(asked["preferred"])
    if len(ids) > MOST_RESOURCES:
        raise Invalid([Problem("required", "slots.too_many", {"most": MOST_RESOURCES})])
    resources = {
        row.id: row for row in whole_resources(session, ids).values() if row.partnership_id == partnership_id
    }
    places = _places(
        session,
        {row.organisation_id for row in resources.values()} | set(values["organisation_id"]),
        partnership_id,
    )
    known = _Known(values["kind"], resources, places)
    required = tuple(known.take("required", asked["required"], problems))
    there = {one.resource_id for one in required}
    # Who must be there need not be wished for as well.
    wished = {row_id: role for row_id, role in asked["preferred"].items() if row_id not in there}
    preferred = tuple(known.take("preferred", wished, problems))
    problems += _account_problems(required)
    problems += known.place_problems(values["organisation_id"])
    return Company(
        values["kind"],
        values["timing"] or default_timing(values["kind"]),
        required,
        preferred,
        values["organisation_id"],
    )


@dataclass(frozen=True)
class _Known:
    kind: BookingKind
    resources: Mapping[int, Resource]
    places: Mapping[int, Organisation]

    def take(
        self, field: str, asked: Mapping[int, ParticipantRole | None], problems: list[Problem]
    ) -> Iterator[Wanted]:
        """Those that can be asked for; what is wrong with the others is noted."""
        for resource_id, role in asked.items():
            resource = self.resources.get(resource_id)
            if resource is None:
                problems.append(Problem(field, "reference.unknown"))
                continue
            place = self.places[resource.organisation_id]
            retired = next((row for row in (resource, place) if row.retired_at), None)
            does = role or usual_role(resource, place, self.kind)
            if retired:
                problems.append(Problem(field, "reference.retired", {"name": retired.name}))
            elif KIND_OF_ROLE.get(does, ResourceKind.PERSON) is not resource.kind:
                problems.append(Problem(field, "field.not_an_option"))
            else:
                yield make_question([(resource, does)], kind=self.kind, timing=Timing.ANY).wanted[0]

    def place_problems(self, ids: Iterable[int]) -> Iterator[Problem]:
        """Organisations that cannot take part."""
        for place_id in ids:
            place = self.places.get(place_id)
            if place is None:
                yield Problem("organisation_id", "reference.unknown")
            elif place.retired_at:
                yield Problem("organisation_id", "reference.retired", {"name": place.name})


def _places(session: Session, ids: Collection[int], partnership_id: int) -> dict[int, Organisation]:
    rows = session.scalars(
        select(Organisation).where(Organisation.id.in_(ids), Organisation.partnership_id == partnership_id)
    )
    return {row.id: row for row in rows}


def _account_problems(required: Iterable[Wanted]) -> Iterator[Problem]:
    """A booking has one meeting account: two could be free together and yet not be booked together."""
    if sum(one.kind is ResourceKind.ACCOUNT for one in required) > 1:
        yield Problem("required", "slots.one_account")


def _window_problems(first_day: date, last_day: date, today: date) -> Iterator[Problem]:
    if last_day < first_day:
        yield Problem("to", "days.reversed")
    elif (last_day - first_day).days >= LONGEST_WINDOW:
        yield Problem("to", "slots.window_too_long", {"longest": LONGEST_WINDOW})
    elif last_day < today:
        yield Problem("to", "slots.over")


def _hour_problems(earliest: int, latest: int, minutes: int) -> Iterator[Problem]:
    if latest <= earliest:
        yield Problem("latest", "time.ends_before_start")
    elif minutes > latest - earliest:
        yield Problem("minutes", "slots.does_not_fit", {"between": latest - earliest, "minutes": minutes})
