"""A booking form filled from its address: who is to come and when, as the slot finder found it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from scheduler.domain.calendars.rules import Wanted
from scheduler.domain.fields import Field
from scheduler.domain.plans import THINGS
from scheduler.domain.slots.wishes import CAST_FIELDS, LISTS, Company, read_company
from scheduler.errors import Invalid
from scheduler.models.bookings import ParticipantRole
from scheduler.web.bookings.options import WHOLE_ORGANISATION

Role = ParticipantRole


def asked_raw(fields: Iterable[Field] = CAST_FIELDS) -> dict[str, Any]:
    """What the address asks, as the domain reads it; several may be repeated or separated by commas."""
    names = [field.name for field in fields]
    given = {name: request.args.getlist(name) for name in names if name in request.args}
    return {name: ",".join(values) if name in LISTS else values[0] for name, values in given.items()}


def values_asked(session: Session, raw: Mapping[str, Any], *, partnership_id: int) -> dict[str, Any]:
    """Fields of the form for those whom ``raw`` names as the slot finder's address does; {} for nobody.

    A class brings a room and an assisting teacher of its own school, as far as they are named; another room
    is the host's.
    """
    try:
        company = read_company(session, raw, partnership_id=partnership_id)
    except Invalid:
        return {}  # somebody was retired since: the form is then filled by hand
    if not company.required and not company.organisation_ids:
        return {}
    receiving = [*_receiving(company), *_whole_places(company)]
    seated = {value for row in receiving for value in row.values()}
    rest = [one for one in company.required if str(one.resource_id) not in seated]
    room, *more_rooms = [one for one in rest if one.role is Role.ROOM] or [None]
    receiving += [{"room_id": str(one.resource_id)} for one in more_rooms if one]
    return {
        "kind": company.kind,
        "timing": company.timing,
        "host": {"organisation_id": _host(company, room), "room_id": str(room.resource_id) if room else ""},
        "receiving": receiving or [{}],
        "people": [
            {"role": one.role, "person_id": str(one.resource_id)} for one in rest if one.role not in THINGS
        ]
        or [{}],
        "account_id": next((str(one.resource_id) for one in rest if one.role is Role.ACCOUNT), ""),
        "kits": [{"kit_id": str(one.resource_id)} for one in rest if one.role is Role.KIT],
    }


def _receiving(company: Company) -> Iterator[dict[str, str]]:
    free = [one for one in company.required if one.role in (Role.ROOM, Role.ASSISTANT)]
    for pupils in (one for one in company.required if one.role is Role.CLASS):
        room, assistant = (_take(free, pupils, role) for role in (Role.ROOM, Role.ASSISTANT))
        yield {"class_id": str(pupils.resource_id), "room_id": room, "assistant_id": assistant}


def _whole_places(company: Company) -> Iterator[dict[str, str]]:
    """Organisations after the host that bring no class of their own."""
    with_class = {one.place_id for one in company.required if one.role is Role.CLASS}
    for place_id in company.organisation_ids[1:]:
        if place_id not in with_class:
            yield {"class_id": f"{WHOLE_ORGANISATION}{place_id}"}


def _take(free: list[Wanted], pupils: Wanted, role: ParticipantRole) -> str:
    """The first of the class's own school that no other class has taken; "" for none."""
    found = next((one for one in free if one.role is role and one.place_id == pupils.place_id), None)
    if found is None:
        return ""
    free.remove(found)
    return str(found.resource_id)


def _host(company: Company, room: Wanted | None) -> str:
    """Who was named first, else whose the room is, else from where somebody teaches or guides."""
    if company.organisation_ids:
        return str(company.organisation_ids[0])
    teaching = (one for one in company.required if one.role in (Role.EDUCATOR, Role.LEAD, Role.RESEARCHER))
    found = room or next(teaching, None)
    return str(found.place_id) if found else ""
