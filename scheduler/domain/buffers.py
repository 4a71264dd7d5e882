"""Buffers: what is held before and after a booking, by its kind and the role in it; defaults and changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.domain import audit
from scheduler.domain.act import Act
from scheduler.domain.fields import Choice, Field, Whole, clean_fields
from scheduler.domain.holds import Span
from scheduler.models.bookings import BookingKind, ParticipantRole
from scheduler.models.buffers import Buffer

MOST_MINUTES = 24 * 60
BUFFER_FIELDS: tuple[Field, ...] = (
    Choice(name="kind", label="类型", options=BookingKind, required=True),
    Choice(name="role", label="角色", options=ParticipantRole, required=True),
    Whole(name="before", label="提前分钟", most=MOST_MINUTES, required=True),
    Whole(name="after", label="延后分钟", most=MOST_MINUTES, required=True),
)


@dataclass(frozen=True)
class Margin:
    """Minutes before and after."""

    before: int = 0
    after: int = 0


Margins = Mapping[ParticipantRole, Margin]
NONE = Margin()

_ON_THE_WAY = (
    ParticipantRole.LEAD,
    ParticipantRole.EDUCATOR,
    ParticipantRole.HOST,
    ParticipantRole.TECHNICIAN,
    ParticipantRole.RESEARCHER,
    ParticipantRole.CONTACT,
    ParticipantRole.ATTENDEE,
)
_TRAVELLERS = dict.fromkeys(_ON_THE_WAY, Margin(30, 30))
DEFAULTS: Mapping[BookingKind, Margins] = {
    # The line is tested again half an hour before. Nothing after: joint research may follow at once.
    BookingKind.LESSON: {
        ParticipantRole.LEAD: Margin(15),
        ParticipantRole.EDUCATOR: Margin(15),
        ParticipantRole.HOST: Margin(15),
        ParticipantRole.ASSISTANT: Margin(10),
        ParticipantRole.TECHNICIAN: Margin(30),
        ParticipantRole.ROOM: Margin(30),
        ParticipantRole.ACCOUNT: Margin(30),
        ParticipantRole.KIT: Margin(30, 30),
    },
    BookingKind.VISIT: _TRAVELLERS,
    BookingKind.TRAINING: {**_TRAVELLERS, ParticipantRole.ROOM: Margin(15)},
    BookingKind.INTERVIEW: _TRAVELLERS,
}
"""What holds until a partnership sets something else; what is not named here has none."""


def default_margin(kind: BookingKind, role: ParticipantRole) -> Margin:
    """What holds where nothing is set."""
    return DEFAULTS.get(kind, {}).get(role, NONE)


def load_margins(session: Session, partnership_id: int, kind: BookingKind) -> dict[ParticipantRole, Margin]:
    """role → margin of this kind of booking: what is set, else the default."""
    rows = session.execute(
        select(Buffer.role, Buffer.before, Buffer.after).where(
            Buffer.partnership_id == partnership_id, Buffer.kind == kind
        )
    )
    margins = {role: default_margin(kind, role) for role in ParticipantRole}
    return margins | {role: Margin(before, after) for role, before, after in rows}


def held_spans(span: Span, parts: Iterable[tuple[int, ParticipantRole]], margins: Margins) -> dict[int, Span]:
    """Resource id → how long a booking of ``span`` holds it, given (resource id, role) of its parts."""
    return {resource_id: widened(span, margins.get(role, NONE)) for resource_id, role in parts}


def widened(span: Span, margin: Margin) -> Span:
    """The span with its margin."""
    return Span(
        span.starts_at - timedelta(minutes=margin.before), span.ends_at + timedelta(minutes=margin.after)
    )


def set_buffer(session: Session, raw: Mapping[str, Any], *, partnership_id: int, act: Act) -> Buffer:
    """Set the minutes of one kind and role. Bookings that stand keep their holds until they are next changed.

    Raises Invalid.
    """
    values = clean_fields(BUFFER_FIELDS, raw, strict=True)
    row = session.get(Buffer, (partnership_id, values["kind"], values["role"]))
    before = _facts(row) if row else {}
    if row is None:
        row = Buffer(partnership_id=partnership_id, kind=values["kind"], role=values["role"])
        session.add(row)
    row.before, row.after = values["before"], values["after"]
    session.flush()
    if _facts(row) != before:
        audit.note(
            session,
            act=act,
            verb="set_buffer",
            subject="partnership",
            subject_id=partnership_id,
            partnership_id=partnership_id,
            before=before,
            after=_facts(row),
        )
        session.flush()
    return row


def _facts(row: Buffer) -> dict[str, Any]:
    return {f"{row.kind.value}.{row.role.value}": f"{row.before}+{row.after}"}
