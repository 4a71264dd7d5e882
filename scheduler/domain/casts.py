"""Who and what a plan brings together: references looked up, rules checked, sites derived."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain.availability import whole_resources
from scheduler.domain.plans import BookingPlan, SitePlan, segment_problems
from scheduler.errors import Invalid, Problem
from scheduler.models.bookings import Booking, BookingKind, ParticipantRole, Side
from scheduler.models.places import Organisation
from scheduler.models.resources import MeetingAccount, Resource, ResourceKind, Room, SchoolClass

KIND_OF_ROLE = {
    ParticipantRole.CLASS: ResourceKind.CLASS,
    ParticipantRole.ROOM: ResourceKind.ROOM,
    ParticipantRole.ACCOUNT: ResourceKind.ACCOUNT,
    ParticipantRole.KIT: ResourceKind.KIT,
}


@dataclass(frozen=True)
class SiteCast:
    """One end of the booking."""

    organisation_id: int
    side: Side


@dataclass(frozen=True)
class Part:
    """A resource in a role; ``site`` is the index of its site, None where it belongs to none."""

    resource_id: int
    role: ParticipantRole
    site: int | None


@dataclass
class Cast:
    """The sites and parts of a plan, checked."""

    sites: list[SiteCast] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    follows_id: int | None = None
    resources: Mapping[int, Resource] = field(default_factory=dict)
    organisations: Mapping[int, Organisation] = field(default_factory=dict)
    """The rows found. A session forgets what nobody holds: whoever has the cast need not load them again."""

    @property
    def roles(self) -> list[tuple[Resource, ParticipantRole]]:
        """Every resource, each once, with what it does."""
        return [(self.resources[part.resource_id], part.role) for part in self.parts]


@dataclass(frozen=True)
class _Wanted:
    path: str
    resource_id: int
    role: ParticipantRole
    site: int | None

    @property
    def kind(self) -> ResourceKind:
        return KIND_OF_ROLE.get(self.role, ResourceKind.PERSON)


@dataclass(frozen=True)
class Known:
    """The rows that plans name. Another partnership's are as unknown as those that never were."""

    resources: Mapping[int, Resource]
    organisations: Mapping[int, Organisation]
    lessons: Mapping[str, Booking]
    """By public id."""
    followed: Collection[int]
    """Ids of the bookings that others belong to."""


def cast_plan(
    session: Session, plan: BookingPlan, *, partnership_id: int, booking: Booking | None = None
) -> Cast:
    """Look everything up and check it; raises Invalid with every problem.

    A resource that ``booking`` already has may stay although it was retired since.
    """
    bookings = [booking] if booking else []
    known = read_known(session, [plan], partnership_id=partnership_id, bookings=bookings)
    return cast_known(plan, known, booking=booking)


def read_known(
    session: Session, plans: Sequence[BookingPlan], *, partnership_id: int, bookings: Sequence[Booking] = ()
) -> Known:
    """Everything that ``plans`` name, those of ``bookings`` as they are to be: as many queries as for one."""
    ids = {item.resource_id for plan in plans for item in _wanted(plan)}
    found = whole_resources(session, ids)
    resources = {row.id: row for row in found.values() if row.partnership_id == partnership_id}
    ends = {site for plan in plans for site in (plan.host, *plan.receiving)}
    return Known(
        resources,
        _organisations(session, {_organisation_of(site, resources) or 0 for site in ends}, partnership_id),
        _lessons(session, {plan.follows for plan in plans if plan.follows}, partnership_id),
        _followed(session, plans, bookings),
    )


def cast_known(plan: BookingPlan, known: Known, *, booking: Booking | None = None) -> Cast:
    """Check the plan against what is known. Pure. Raises as ``cast_plan``."""
    problems: list[Problem] = []
    wanted = list(_wanted(plan))
    kept = {part.resource_id for part in booking.participations} if booking else set()
    seen: set[int] = set()
    for item in wanted:
        code = _objection(item, known.resources.get(item.resource_id), kept, seen)
        if code:
            problems.append(Problem(item.path, code, {"name": _name(known.resources, item.resource_id)}))
        seen.add(item.resource_id)
    problems += _rooms_too_small(plan, known.resources, _seated(booking))
    problems += _classes_elsewhere(plan, known.resources)
    problems += segment_problems(plan.segments, plan.span)
    follows_id = _lesson_id(plan, known, booking, problems)
    sites = _sites(plan, known, booking, problems)
    if problems:
        raise Invalid(problems)
    parts = [Part(item.resource_id, item.role, item.site) for item in wanted]
    return Cast(sites, parts, follows_id, known.resources, known.organisations)


def with_account(session: Session, plan: BookingPlan, *, partnership_id: int) -> BookingPlan:
    """The plan, a missing meeting number or link taken from its meeting account."""
    account = session.get(MeetingAccount, plan.account_id) if plan.account_id else None
    if account is None or account.partnership_id != partnership_id:
        return plan
    return replace(
        plan,
        meeting_number=plan.meeting_number or account.meeting_number,
        join_url=plan.join_url or account.join_url,
    )


def _wanted(plan: BookingPlan) -> Iterator[_Wanted]:
    if plan.host.room_id:
        yield _Wanted("host.room_id", plan.host.room_id, ParticipantRole.ROOM, 0)
    for index, person in enumerate(plan.people):
        yield _Wanted(f"people.{index}.person_id", person.person_id, person.role, None)
    for index, site in enumerate(plan.receiving):
        for name, resource_id, role in (
            ("class_id", site.class_id, ParticipantRole.CLASS),
            ("room_id", site.room_id, ParticipantRole.ROOM),
            ("assistant_id", site.assistant_id, ParticipantRole.ASSISTANT),
        ):
            if resource_id:
                yield _Wanted(f"receiving.{index}.{name}", resource_id, role, index + 1)
    if plan.account_id:
        yield _Wanted("account_id", plan.account_id, ParticipantRole.ACCOUNT, None)
    for index, kit_id in enumerate(plan.kit_ids):
        yield _Wanted(f"kits.{index}.kit_id", kit_id, ParticipantRole.KIT, None)


def _name(known: Mapping[int, Resource], resource_id: int) -> str:
    return known[resource_id].name if resource_id in known else ""


def _objection(item: _Wanted, resource: Resource | None, kept: set[int], seen: set[int]) -> str:
    if resource is None or resource.kind is not item.kind:
        return "reference.unknown"
    if resource.retired_at and resource.id not in kept:
        return "reference.retired"
    return "reference.twice" if resource.id in seen else ""


def _seated(booking: Booking | None) -> set[tuple[int, int]]:
    """(class, room) of every site of the booking as it stands."""
    parts = booking.participations if booking else []
    rooms = {part.site_id: part.resource_id for part in parts if part.role is ParticipantRole.ROOM}
    classes = [part for part in parts if part.role is ParticipantRole.CLASS and part.site_id in rooms]
    return {(part.resource_id, rooms[part.site_id]) for part in classes}


def _rooms_too_small(
    plan: BookingPlan, known: Mapping[int, Resource], seated: Collection[tuple[int, int]]
) -> Iterator[Problem]:
    """Rooms with fewer seats than pupils, but for those ``seated`` there before they grew."""
    for index, site in enumerate(plan.receiving):
        if (site.class_id, site.room_id) in seated:
            continue
        pupils, room = known.get(site.class_id or 0), known.get(site.room_id or 0)
        if not isinstance(pupils, SchoolClass) or not isinstance(room, Room) or room.seats is None:
            continue
        if pupils.head_count > room.seats:
            facts = {
                "class_name": pupils.name,
                "head_count": pupils.head_count,
                "room": room.name,
                "seats": room.seats,
            }
            yield Problem(f"receiving.{index}.room_id", "room.too_small", facts)


def _classes_elsewhere(plan: BookingPlan, known: Mapping[int, Resource]) -> Iterator[Problem]:
    """A class sits at the site of its own school: by that its manager sees the lesson and its record."""
    for index, site in enumerate(plan.receiving):
        pupils = known.get(site.class_id or 0)
        if pupils and site.organisation_id and site.organisation_id != pupils.organisation_id:
            yield Problem(f"receiving.{index}.class_id", "class.other_school", {"class_name": pupils.name})


def _lesson_id(
    plan: BookingPlan, known: Known, booking: Booking | None, problems: list[Problem]
) -> int | None:
    """The lesson that the plan belongs to: one step, never a chain, so no circle either."""
    if booking and booking.id in known.followed and plan.kind is not BookingKind.LESSON:
        problems.append(Problem("kind", "follows.is_followed"))
    if not plan.follows:
        return None
    lesson = known.lessons.get(plan.follows)
    if lesson is None:
        problems.append(Problem("follows", "reference.unknown"))
        return None
    if plan.kind is BookingKind.LESSON or lesson.kind is not BookingKind.LESSON or lesson is booking:
        problems.append(Problem("follows", "follows.not_a_lesson", {"title": lesson.title}))
    return lesson.id


def _lessons(session: Session, public_ids: set[str], partnership_id: int) -> dict[str, Booking]:
    if not public_ids:
        return {}
    query = select(Booking).where(Booking.public_id.in_(public_ids), Booking.partnership_id == partnership_id)
    return {lesson.public_id: lesson for lesson in session.scalars(query)}


def _followed(session: Session, plans: Sequence[BookingPlan], bookings: Sequence[Booking]) -> set[int]:
    """Only where a plan would make something else of a lesson does it matter."""
    if not bookings or all(plan.kind is BookingKind.LESSON for plan in plans):
        return set()
    query = select(Booking.follows_id).where(Booking.follows_id.in_([booking.id for booking in bookings]))
    return {lesson_id for lesson_id in session.scalars(query.distinct()) if lesson_id is not None}


def _sites(
    plan: BookingPlan, known: Known, booking: Booking | None, problems: list[Problem]
) -> list[SiteCast]:
    ends = [("host", Side.HOST, plan.host)]
    ends += [(f"receiving.{i}", Side.RECEIVING, site) for i, site in enumerate(plan.receiving)]
    kept = {site.organisation_id for site in booking.sites} if booking else set()
    sites = []
    for path, side, site in ends:
        organisation_id = _organisation_of(site, known.resources)
        organisation = known.organisations.get(organisation_id or 0)
        if organisation is None:
            code = "reference.unknown" if organisation_id else "site.empty"
            problems.append(Problem(f"{path}.organisation_id", code))
        elif organisation.retired_at and organisation.id not in kept:
            problems.append(
                Problem(f"{path}.organisation_id", "reference.retired", {"name": organisation.name})
            )
        else:
            sites.append(SiteCast(organisation.id, side))
    return sites


def _organisation_of(site: SitePlan, known: Mapping[int, Resource]) -> int | None:
    """The site's organisation: as given, else that of its class, room or assisting teacher."""
    if site.organisation_id:
        return site.organisation_id
    for resource_id in (site.class_id, site.room_id, site.assistant_id):
        if resource_id and resource_id in known:
            return known[resource_id].organisation_id
    return None


def _organisations(session: Session, ids: set[int], partnership_id: int) -> dict[int, Organisation]:
    rows = session.scalars(
        select(Organisation).where(Organisation.id.in_(ids), Organisation.partnership_id == partnership_id)
    )
    return {organisation.id: organisation for organisation in rows}
